import type { Duplex } from 'node:stream';
import { addressOf } from '../../../app/broker-address';
import type { ProxyProblem } from '../../../app/doctor/finding';
import { openThroughProxy } from '../mqtt/open-through-proxy';
import { StreamError } from '../mqtt/stream-error';
import type { DoctorProxy, DoctorWay } from './settings';
import { StepFailure } from './step-failure';
import { TimeLimitError, within } from './time-limit';

const PROXY_MS = 8_000;

/** The bytes' way to the broker through a proxy. @throws StepFailure with a `proxy` finding */
export async function throughProxy(
  proxy: DoctorProxy,
  way: DoctorWay,
  signal: AbortSignal,
): Promise<Duplex> {
  const opened: Duplex[] = [];
  try {
    return await within(PROXY_MS, signal, (stop) =>
      openThroughProxy(proxy, way, stop, (socket) => {
        // Stays on for good: an error after the time limit must not be an unhandled one.
        socket.on('error', () => undefined);
        opened.push(socket);
      }),
    );
  } catch (error) {
    for (const socket of opened) socket.destroy();
    signal.throwIfAborted();
    const name = { address: addressOf(proxy), kind: proxy.kind };
    if (error instanceof TimeLimitError) throw proxyFailure(name, 'silent', error.message);
    if (error instanceof StreamError && error.raw.kind === 'proxy')
      throw proxyFailure(name, error.raw.reason, error.raw.message);
    throw error;
  }
}

export function proxyFailure(
  { address, kind }: { readonly address: string; readonly kind: DoctorProxy['kind'] },
  problem: ProxyProblem | 'unusable',
  technical: string,
): StepFailure {
  const words = {
    unreachable: 'Cannot be reached',
    untrusted: 'Certificate not trusted',
    'credentials-wanted': 'Wants a sign-in',
    'credentials-refused': 'Refused the sign-in',
    refused: 'Does not connect to the broker',
    silent: 'No answer',
    'not-a-proxy': 'Does not answer as a proxy',
  } satisfies Record<ProxyProblem, string>;
  const told = problem === 'unusable' ? 'not-a-proxy' : problem;
  const facts = { proxy: address, proxyKind: kind, technical };
  return new StepFailure({ kind: 'proxy', problem: told, ...facts }, words[told], 'proxy');
}
