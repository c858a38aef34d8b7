import { isProxyException } from './proxy-exceptions';

/**
 * The proxy that the environment names for a URL, in the form of Chromium's answers (`PROXY host:3128`): first the
 * variable of the protocol (`mqtts_proxy`), then those that programs use for tunnels; `NO_PROXY` has exceptions. A
 * username and password stand before the host, as they do in the variable.
 */
export function environmentProxy(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const { protocol, hostname, port } = new URL(url);
  const valueOf = (name: string): string =>
    env[name.toLowerCase()] ?? env[name.toUpperCase()] ?? '';
  const host = hostname.replace(/^\[|\]$/gu, '');
  if (isProxyException(valueOf('no_proxy'), host, Number(port))) return 'DIRECT';
  const names = [`${protocol.slice(0, -1)}_proxy`, 'https_proxy', 'all_proxy', 'http_proxy'];
  const value = names.map(valueOf).find((text) => text !== '');
  return value === undefined ? 'DIRECT' : fromUrl(value);
}

const KINDS = new Map([
  ['http', 'PROXY'],
  ['https', 'HTTPS'],
  ['socks', 'SOCKS5'],
  ['socks5', 'SOCKS5'],
  ['socks5h', 'SOCKS5'],
]);

function fromUrl(text: string): string {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z0-9]+):\/\/)?([^/]*)/iu.exec(text) ?? [];
  return `${KINDS.get(scheme.toLowerCase()) ?? scheme.toUpperCase()} ${rest}`;
}
