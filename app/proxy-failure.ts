import { addressOf } from './broker-address';
import type { BrokerAddress } from './broker-address';
import type { FailureWords } from './socket-failure';

/** A proxy that did not lead to the broker. */
export interface ProxyFailure {
  readonly reason:
    | 'unreachable'
    /** It wants credentials and was given none. */
    | 'credentials-wanted'
    | 'credentials-refused'
    /** It would not, or could not, connect to the broker. */
    | 'refused'
    /** Its certificate is not by an authority that is trusted here. */
    | 'untrusted'
    /** It takes connections, but does not say whether it can connect to the broker. */
    | 'silent'
    /** What answers there is no proxy of this kind. */
    | 'not-a-proxy'
    /** The system's settings cannot be used. */
    | 'unusable';
  /** `host:port` of the proxy. */
  readonly proxy: string;
  /** What it said, or why it could not be reached. */
  readonly message: string;
}

const OF_SYSTEM =
  'This computer’s settings name it (system settings, or a variable such as https_proxy).';

export function proxyWords(
  { reason, proxy, message }: ProxyFailure,
  target: BrokerAddress,
): FailureWords {
  const ofSystem = target.proxy?.mode === 'system';
  switch (reason) {
    case 'unreachable':
      return [
        'proxy-unreachable',
        `The proxy ${proxy} cannot be reached.`,
        ofSystem
          ? `${OF_SYSTEM} Check whether it runs, or choose another way under Proxy.`
          : 'Check the proxy’s host and port under Proxy, and whether it runs.',
      ];
    case 'credentials-wanted':
      return [
        'proxy-credentials',
        `The proxy ${proxy} asks for a username and password.`,
        'Edit the connection and enter both under Proxy.',
      ];
    case 'credentials-refused':
      return [
        'proxy-credentials',
        `The proxy ${proxy} refused the username or password.`,
        'Check both under Proxy; they are case-sensitive.',
      ];
    case 'refused':
      return [
        'proxy-refused',
        `The proxy ${proxy} did not connect to ${addressOf(target)}.`,
        `It said: “${message}”. It may not know the host or not allow the port; some proxies allow only 443.`,
      ];
    case 'untrusted':
      return [
        'proxy-failed',
        `The certificate of the proxy ${proxy} is not trusted by this computer.`,
        'Install the certificate of the proxy’s authority in this computer’s system store, or choose HTTP under Proxy if the proxy takes that too.',
      ];
    case 'silent':
      return [
        'proxy-failed',
        `The proxy ${proxy} takes the connection, but does not answer.`,
        `Perhaps ${addressOf(target)} does not answer the proxy. Or it is a proxy of another kind: check the kind, the host and the port under Proxy.`,
      ];
    case 'not-a-proxy':
      return [
        'proxy-failed',
        `${proxy} does not answer as a proxy of the ${ofSystem ? 'expected' : 'chosen'} kind.`,
        ofSystem
          ? `${OF_SYSTEM} If they are wrong, choose the proxy yourself under Proxy.`
          : 'Check the kind of proxy (HTTP, HTTPS or SOCKS5), its host and its port.',
      ];
    case 'unusable':
      return [
        'proxy-failed',
        'The system’s proxy settings cannot be used.',
        'Choose the proxy yourself under Proxy, or connect directly.',
      ];
  }
}
