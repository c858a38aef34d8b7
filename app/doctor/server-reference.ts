/**
 * The first usable server of a Server Reference (MQTT 5.0 §4.11): `host`, `host:port`, `[v6]:port`, several with spaces
 * between them. Null when there is none. It is a stranger's text: what is no plain host is not taken.
 */
export function serverOfReference(
  reference: string,
  usualPort: number,
): { readonly host: string; readonly port: number } | null {
  for (const one of reference.split(/\s+/u)) {
    const match =
      /^(?:[a-z]{2,5}:\/\/)?(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}))?$/iu.exec(
        one,
      );
    const host = match?.[1] ?? match?.[2];
    const port = match?.[3] === undefined ? usualPort : Number(match[3]);
    if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  }
  return null;
}
