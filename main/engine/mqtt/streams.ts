import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { createWebSocketStream, WebSocket } from 'ws';
import type { RawFailure } from '../../../app/connection-failure';
import { messageOf } from '../../../app/errors';
import { brokerUrl } from '../../../app/profile';
import type { Profile } from '../../../app/profile';
import type { SocketFailure } from '../../../app/socket-failure';
import { trustedAuthorities } from './certificates';

export interface StreamOptions {
  readonly profile: Pick<Profile, 'protocol' | 'host' | 'port' | 'path'>;
  readonly timeoutMs: number;
  /** Authorities (PEM) trusted besides the system's. */
  readonly authorities: readonly string[];
  /** A WebSocket message is buffered whole by `ws` before the guard sees it: it has this limit of its own. */
  readonly maxMessageBytes: number;
}

/** Brokers bundle many small packets in one WebSocket message, so the limit of one packet is not enough for it. */
const MIN_WEB_SOCKET_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Node gives each address of a host 250 ms by default, too little for a satellite or mobile link. */
const ADDRESS_ATTEMPT_MS = 2_500;
const TCP_KEEP_ALIVE_MS = 30_000;

/** A socket that could not be opened, with the failure as it entered. */
export class StreamError extends Error {
  readonly raw: RawFailure;

  constructor(raw: RawFailure) {
    super(raw.kind);
    this.name = 'StreamError';
    this.raw = raw;
  }
}

/**
 * Opens the byte stream to a broker: TCP, TLS over it, or a WebSocket with the subprotocol `mqtt` [MQTT-6.0.0-3].
 * Resolves when bytes can be sent; rejects with a `StreamError` once nothing is open any more. An abort closes the socket and
 * rejects.
 */
export function openStream(options: StreamOptions, signal: AbortSignal): Promise<Duplex> {
  const { protocol } = options.profile;
  const opening =
    protocol === 'mqtt' || protocol === 'mqtts' ? openSocket(options) : openWebSocket(options);
  return new Promise((resolve, reject) => {
    const { stream } = opening;
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (raw: RawFailure): void => {
      settle();
      opening.cancel();
      if (stream.closed) reject(new StreamError(raw));
      else
        stream.once('close', () => {
          reject(new StreamError(raw));
        });
    };
    const onAbort = (): void => {
      fail({ kind: 'unknown', message: 'cancelled' });
    };
    const timer = setTimeout(() => {
      fail({ kind: 'timeout', waitingFor: 'network', afterMs: options.timeoutMs });
    }, options.timeoutMs);
    // Stays on for good: an error after the time limit or the abort must not be an unhandled one.
    stream.on('error', (error: Error) => {
      fail(rawSocketFailure(error, 'opening'));
    });
    opening.onOpen(() => {
      settle();
      resolve(stream);
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

/** What an error of a socket says: Node's code and text; of several tried addresses, all texts. */
export function rawSocketFailure(error: Error, during: SocketFailure['during']): RawFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const message =
    error instanceof AggregateError && error.message === ''
      ? error.errors.map((each) => messageOf(each)).join('; ')
      : error.message;
  return { kind: 'socket', during, code, message };
}

interface Opening {
  readonly stream: Duplex;
  readonly onOpen: (listener: () => void) => void;
  readonly cancel: () => void;
}

function openSocket({ profile, authorities }: StreamOptions): Opening {
  const address = {
    host: profile.host,
    port: profile.port,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
  };
  const secure = profile.protocol === 'mqtts';
  const socket = secure
    ? tls.connect({ ...address, ...tlsOptions(profile.host, authorities) })
    : net.connect(address);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  return {
    stream: socket,
    onOpen: (listener) => {
      socket.once(secure ? 'secureConnect' : 'connect', listener);
    },
    cancel: () => {
      socket.destroy();
    },
  };
}

function openWebSocket({ profile, authorities, maxMessageBytes }: StreamOptions): Opening {
  const webSocket = new WebSocket(brokerUrl(profile), 'mqtt', {
    perMessageDeflate: false,
    maxPayload: Math.max(maxMessageBytes, MIN_WEB_SOCKET_MESSAGE_BYTES),
    ...(profile.protocol === 'wss' ? tlsOptions(profile.host, authorities) : {}),
  });
  const stream = createWebSocketStream(webSocket);
  return {
    stream,
    onOpen: (listener) => {
      webSocket.once('open', listener);
    },
    cancel: () => {
      stream.destroy();
    },
  };
}

function tlsOptions(
  host: string,
  authorities: readonly string[],
): { ca: string[]; servername?: string } {
  return {
    ca: [...trustedAuthorities(), ...authorities],
    // Server Name Indication takes no IP addresses (RFC 6066 §3).
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
  };
}
