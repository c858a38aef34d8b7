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

/**
 * The answer of Chromium, with what it does not read in the variables: the kind (to it each is an HTTP proxy, `socks5://` too)
 * and the username and password.
 */
export function withEnvironment(answer: string, fromEnvironment: string): string {
  const named = placeOf(fromEnvironment);
  const found = placeOf(answer);
  const isSame = named.host !== '' && named.host === found.host;
  return isSame && (named.port === '' || named.port === found.port) ? fromEnvironment : answer;
}

/** Of the first entry; no host where there is none. */
function placeOf(answer: string): { readonly host: string; readonly port: string } {
  const [, place = ''] = (answer.split(';')[0] ?? '').trim().split(/\s+/u);
  const [, host = '', port = ''] =
    /^(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/u.exec(place.toLowerCase()) ?? [];
  return { host, port };
}

function fromUrl(text: string): string {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z0-9]+):\/\/)?([^/]*)/iu.exec(text) ?? [];
  return `${KINDS.get(scheme.toLowerCase()) ?? scheme.toUpperCase()} ${rest}`;
}
