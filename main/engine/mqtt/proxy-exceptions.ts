import { BlockList, isIP } from 'node:net';

/**
 * Whether a host is reached without the proxy: the list is that of `NO_PROXY`, with commas, semicolons or spaces between
 * `host`, `.domain` or `*.domain` (and all below), `host:port`, an address, a network such as `10.0.0.0/8`, `<local>`
 * for names without a dot, and `*` for all.
 */
export function isProxyException(list: string, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/%.*$/u, '');
  return list
    .toLowerCase()
    .split(/[\s,;]+/u)
    .some((entry) => entry !== '' && fits(entry, name, port));
}

function fits(entry: string, name: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry === '<local>') return isIP(name) === 0 && !name.includes('.');
  if (entry.includes('/')) return isInNetwork(entry, name);
  const { host, onlyPort } = split(entry);
  if (onlyPort !== null && onlyPort !== port) return false;
  if (isIP(host) !== 0) return host === name;
  const domain = host.replace(/^\*?\./u, '');
  return domain !== '' && (name === domain || name.endsWith(`.${domain}`));
}

/** `host:port`, an IPv6 address perhaps in brackets. */
function split(entry: string): { readonly host: string; readonly onlyPort: number | null } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/u.exec(entry) ?? [];
  const host = bracketed ?? plain ?? entry;
  return { host, onlyPort: port === undefined ? null : Number(port) };
}

function isInNetwork(entry: string, address: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  const prefix = Number(bits);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || isIP(address) !== family) return false;
  if (!/^\d{1,3}$/u.test(bits) || prefix > most) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, type);
  return list.check(address, type);
}
