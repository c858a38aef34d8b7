import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { brokerUrl } from '../../../app/profile';
import type { DoctorWay } from './settings';
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

/** Opens a WebSocket over a carrier, with the subprotocol mqtt [MQTT-6.0.0-3]. @throws UpgradeError */
export function openWebSocket(
  way: DoctorWay,
  path: string,
  carrier: Duplex,
  signal: AbortSignal,
): Promise<Duplex> {
  const webSocket = new WebSocket(brokerUrl({ ...way, path }), 'mqtt', {
    perMessageDeflate: false,
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
