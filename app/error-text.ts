/** `62105:error:1000045c:SSL routines:OPENSSL_internal:REASON:../tls_record.cc:572:SSL alert number 116`, or a part of it. */
const OPENSSL =
  /(?:\b\w+:)?error:[0-9A-F]{8}:[^:]*:[^:]*:(?<reason>[^:]+)(?::[^:\s]+\.(?:cc?|h):\d+:?(?<more>[^:]*))?/giu;

/** An error's code and its text on one line, without what only OpenSSL's makers can use: a thread's number, a line of source. */
export function codeAndText(code: string, text: string): string {
  const short = text.replace(OPENSSL, (...found) => {
    const { reason = '', more = '' } = found.at(-1) as Partial<Record<'reason' | 'more', string>>;
    return more.trim() === '' ? reason : `${reason}, ${more.trim()}`;
  });
  if (code === '' || short.includes(code)) return short;
  return short === '' ? code : `${code}: ${short}`;
}
