import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import { networkInterfaces } from 'node:os';
import type { OpenPort } from '../../../app/doctor/finding';
import type { Protocol } from '../../../app/profile';
import { codeOf, StepFailure, technicalOf } from './step-failure';
import { TIME_LIMITS, TimeLimitError, within } from './time-limit';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** How addresses are tried. */
export interface Reaching {
  /** Whether this computer is in a network. */
  readonly hasNetwork: () => boolean;
  /** How long one address may take. */
  readonly addressMs: number;
}

export interface Attempt extends Address {
  readonly outcome: 'open' | 'refused' | 'silent' | 'unreachable';
  readonly tookMs: number;
  readonly technical: string;
}

const USUAL_PORT_MS = 1_200;
const MOST_ADDRESSES = 12;
/** Codes with which a lookup says that the name does not exist; others mean that nobody could be asked. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'EAI_NONAME', 'EAI_NODATA', 'ENODATA']);

/** Ports that brokers usually listen on, with what they speak there. */
const USUAL_PORTS: readonly (readonly [number, Protocol])[] = [
  [8883, 'mqtts'],
  [1883, 'mqtt'],
  [8084, 'wss'],
  [8083, 'ws'],
  [9001, 'ws'],
];

/** All addresses of a host. @throws StepFailure */
export async function resolveHost(
  host: string,
  hasNetwork: () => boolean,
): Promise<readonly Address[]> {
  const family = net.isIP(host.replace(/%.*$/u, ''));
  if (family !== 0) return [{ address: host, family }];
  try {
    return (await lookup(host, { all: true, verbatim: true })).slice(0, MOST_ADDRESSES);
  } catch (error) {
    const technical = technicalOf(error);
    if (!hasNetwork()) throw new StepFailure({ kind: 'offline', technical }, 'No network');
    if (NO_SUCH_NAME.has(codeOf(error)))
      throw new StepFailure({ kind: 'unknown-host', technical }, 'Unknown name');
    throw new StepFailure({ kind: 'lookup-failed', technical }, 'The name server did not answer');
  }
}

/** Whether this computer has an address other than its own loopback. */
export function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ internal }) => !internal));
}

/** Tries one address; never rejects but for the signal. The socket is closed again. */
export async function tryAddress(
  { address, family }: Address,
  port: number,
  signal: AbortSignal,
  limitMs = TIME_LIMITS.addressMs,
): Promise<Attempt> {
  const startedMs = performance.now();
  const attempt = (outcome: Attempt['outcome'], technical: string): Attempt => ({
    ...{ address, family, outcome, technical },
    tookMs: performance.now() - startedMs,
  });
  try {
    const socket = await openTcp(address, port, signal, limitMs);
    socket.destroy();
    return attempt('open', '');
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (error instanceof TimeLimitError || code === 'ETIMEDOUT')
      return attempt('silent', technicalOf(error));
    return attempt(code === 'ECONNREFUSED' ? 'refused' : 'unreachable', technicalOf(error));
  }
}

/** An open socket; what was opened is closed when it does not come about. Rejects with Node's error. */
export function openTcp(
  host: string,
  port: number,
  signal: AbortSignal,
  limitMs = TIME_LIMITS.addressMs,
): Promise<net.Socket> {
  const socket = net.connect({ host, port });
  // Stays on for good: an error after the time limit must not be an unhandled one.
  socket.on('error', () => undefined);
  return within(limitMs, signal, (stop) => {
    stop.addEventListener('abort', () => socket.destroy());
    return new Promise<net.Socket>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.setNoDelay(true);
        resolve(socket);
      });
    });
  });
}

/** Which of the ports that brokers usually have are open at an address, besides the one that was tried. */
export async function openUsualPorts(
  address: Address,
  tried: number,
  signal: AbortSignal,
): Promise<readonly OpenPort[]> {
  const others = USUAL_PORTS.filter(([port]) => port !== tried);
  const attempts = await Promise.all(
    others.map(([port]) => tryAddress(address, port, signal, USUAL_PORT_MS)),
  );
  return others
    .filter((_, index) => attempts[index]?.outcome === 'open')
    .map(([port, protocol]) => ({ port, protocol }));
}
