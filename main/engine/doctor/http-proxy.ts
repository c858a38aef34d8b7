import { Buffer } from 'node:buffer';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { addressOf } from '../../../app/broker-address';
import type { ProxyProblem } from '../../../app/doctor/finding';
import type { DoctorProxy } from './settings';
import { StepFailure } from './step-failure';

/**
 * Has an HTTP proxy connect to a host (CONNECT, RFC 9110 §9.3.6). Node's parser limits the answer's headers.
 * @throws StepFailure with a `proxy` finding
 */
export function askProxy(
  proxy: DoctorProxy,
  target: { readonly host: string; readonly port: number },
  socket: Socket,
): Promise<void> {
  const authority = addressOf(target);
  const { username, password } = proxy;
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return new Promise((resolve, reject) => {
    const refuse = (problem: ProxyProblem, technical: string): void => {
      reject(proxyFailure(proxy, problem, technical));
    };
    const asking = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        Host: authority,
        ...(username === '' ? {} : { 'Proxy-Authorization': `Basic ${credentials}` }),
      },
      createConnection: () => socket,
    });
    asking.once('connect', (answer, _socket, head: Buffer) => {
      const status = answer.statusCode ?? 0;
      if (head.length > 0) socket.unshift(head);
      if (status >= 200 && status < 300) resolve();
      else if (status === 407)
        refuse(username === '' ? 'credentials-wanted' : 'credentials-refused', 'HTTP 407');
      else refuse('refused', `HTTP ${String(status)} ${answer.statusMessage ?? ''}`.trim());
    });
    asking.on('error', (error) => {
      refuse('not-a-proxy', error.message);
    });
    asking.end();
  });
}

export function proxyFailure(
  proxy: DoctorProxy,
  problem: ProxyProblem,
  technical: string,
): StepFailure {
  const words = {
    unreachable: 'Cannot be reached',
    'credentials-wanted': 'Wants a sign-in',
    'credentials-refused': 'Refused the sign-in',
    refused: 'Does not connect to the broker',
    'not-a-proxy': 'Does not answer as a proxy',
  } satisfies Record<ProxyProblem, string>;
  const finding = { kind: 'proxy', problem, proxy: addressOf(proxy), technical } as const;
  return new StepFailure(finding, words[problem]);
}
