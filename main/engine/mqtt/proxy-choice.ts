import type { Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import type { ProxyServer } from './open-through-proxy';
import { isProxyException } from './proxy-exceptions';
import { StreamError } from './stream-error';
import type { Surroundings } from './surroundings';

type Target = Pick<Profile, 'protocol' | 'host' | 'port' | 'proxy'>;

/**
 * The proxy that leads to a profile's broker; null when it is reached directly.
 * @throws StreamError when the system names one that cannot be used
 */
export async function chooseProxy(
  profile: Target,
  secret: AskSecret,
  { systemProxy }: Surroundings,
): Promise<ProxyServer | null> {
  const { proxy, protocol, host, port } = profile;
  if (proxy.mode === 'none' || protocol === 'unix') return null;
  if (isProxyException(proxy.exceptions, host, port)) return null;
  const found =
    proxy.mode === 'system'
      ? proxyOfAnswer(await systemProxy(lookUpUrl(profile)))
      : { kind: proxy.mode, host: proxy.host, port: proxy.port };
  if (found === null || proxy.username === '') return found;
  return {
    ...found,
    username: proxy.username,
    password: (await secret('proxy-password')) ?? '',
  };
}

/** What the system's rules look at. They know nothing of MQTT: TCP goes the way of https. */
function lookUpUrl({ protocol, host, port }: Target): string {
  const scheme = protocol.startsWith('ws') ? protocol : 'https';
  const name = host.includes(':') ? `[${host.replace(/%.*$/u, '')}]` : host;
  return `${scheme}://${name}:${String(port)}/`;
}

const KINDS = new Map<string, ProxyServer['kind']>([
  ['PROXY', 'http'],
  ['HTTPS', 'https'],
  ['SOCKS', 'socks5'],
  ['SOCKS5', 'socks5'],
]);

/**
 * Reads `PROXY user:password@host:3128; DIRECT`: the first entry counts. Null: directly.
 * @throws StreamError for a kind that is not known or a host that cannot be read
 */
export function proxyOfAnswer(answer: string): ProxyServer | null {
  const [first = ''] = answer.split(';');
  const [kindText = '', place = ''] = first.trim().split(/\s+/u);
  if (kindText === '' || kindText.toUpperCase() === 'DIRECT') return null;
  const kind = KINDS.get(kindText.toUpperCase());
  const match =
    /^(?:(?<username>[^:@]*)(?::(?<password>.*))?@)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:@]+))(?::(?<port>\d{1,5}))?$/u.exec(
      place,
    )?.groups;
  if (kind === undefined || !match) {
    const shown = `${kindText} ${place.replace(/^.*@/u, '')}`;
    throw new StreamError({ kind: 'proxy', reason: 'unusable', proxy: '', message: shown });
  }
  const host = match['v6'] ?? match['name'] ?? '';
  const port = Number(match['port'] ?? DEFAULT_PORTS[kind]);
  const { username, password } = match;
  if (username === undefined || username === '') return { kind, host, port };
  return { kind, host, port, username: decode(username), password: decode(password ?? '') };
}

const DEFAULT_PORTS: Readonly<Record<ProxyServer['kind'], number>> = {
  http: 80,
  https: 443,
  socks5: 1080,
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is no escape: the text is meant as it stands.
    return text;
  }
}
