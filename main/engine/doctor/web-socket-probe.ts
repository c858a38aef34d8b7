import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { brokerUrl } from '../../../app/profile';
import type { DoctorWay, DoctorWebSocket } from './settings';
import { technicalOf } from './step-failure';
import { within } from './time-limit';

export const UPGRADE_MS = 8_000;
const MOST_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The server did not open the WebSocket. */
export class UpgradeError extends Error {
  /** Null: it did not answer as HTTP does, or broke the handshake's rules. */
  readonly status: number | null;

  constructor(message: string, status: number | null, cause: unknown) {
    super(message, { cause });
    this.name = 'UpgradeError';
    this.status = status;
  }
}

/** Opens a WebSocket over a carrier, as the settings ask for it (MQTT 5.0 §6). @throws UpgradeError */
export function openWebSocket(
  way: DoctorWay,
  path: string,
  carrier: Duplex,
  signal: AbortSignal,
): Promise<Duplex> {
  const { subprotocol } = way.webSocket;
  // A URL has no place for the link of an address (RFC 6874 was given up): only the Host header lacks it.
  const url = brokerUrl({ ...way, host: way.host.replace(/%.*$/u, ''), path });
  const webSocket = new WebSocket(url, subprotocol === '' ? [] : subprotocol, {
    perMessageDeflate: false,
    headers: headersOf(way.webSocket),
    maxPayload: MOST_MESSAGE_BYTES,
    createConnection: () => carrier as Socket,
  });
  const stream = createWebSocketStream(webSocket);
  stream.on('error', () => undefined);
  return within(UPGRADE_MS, signal, (stop) => {
    stop.addEventListener('abort', () => {
      stream.destroy();
      carrier.destroy();
    });
    return new Promise<Duplex>((resolve, reject) => {
      webSocket.once('unexpected-response', (_request, response) => {
        const status = response.statusCode ?? 0;
        carrier.destroy();
        reject(new UpgradeError(`HTTP ${String(status)}`, status, null));
      });
      webSocket.once('error', (error: Error) => {
        carrier.destroy();
        reject(new UpgradeError(technicalOf(error), null, error));
      });
      webSocket.once('open', () => {
        resolve(stream);
      });
    });
  });
}

function headersOf({ headers, authorization }: DoctorWebSocket): Record<string, string> {
  return Object.fromEntries([
    ...headers.map(({ name, value }) => [name, value] as const),
    ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
  ]);
}
