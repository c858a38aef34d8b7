import type { Protocol } from './profile';

/** Whom a connection reaches for; the words of a failure name it. */
export interface BrokerAddress {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Where the socket of `unix` stands. */
  readonly socketPath?: string;
  /** Which proxy leads there. */
  readonly proxy?: { readonly mode: string };
}

/** `host:port` as people write it, an IPv6 address in brackets; the path of a socket in the file system. */
export function addressOf(
  target: Pick<BrokerAddress, 'host' | 'port'> &
    Partial<Pick<BrokerAddress, 'protocol' | 'socketPath'>>,
): string {
  if (target.protocol === 'unix') return target.socketPath ?? '';
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `${host}:${String(target.port)}`;
}

/** Whether the connection is encrypted. */
export function usesTls(target: Pick<BrokerAddress, 'protocol'>): boolean {
  return target.protocol === 'mqtts' || target.protocol === 'wss';
}
