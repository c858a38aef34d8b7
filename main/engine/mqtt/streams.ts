import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { createWebSocketStream, WebSocket } from 'ws';
import { addressOf, usesTls } from '../../../app/broker-address';
import type { RawFailure } from '../../../app/raw-failure';
import { messageOf } from '../../../app/errors';
import { brokerUrl } from '../../../app/profile';
import type { Profile } from '../../../app/profile';
import { DEFAULT_PROXY, DEFAULT_WEB_SOCKET } from '../../../app/profile-network';
import { DEFAULT_TLS } from '../../../app/profile-tls';
import { onlyPassword, type AskSecret } from '../../../app/secret';
import type { WaitingFor } from '../../../app/socket-failure';
import { logKeys } from './key-log';
import { connectLocally } from './local-socket';
import { openThroughProxy, type ProxyServer } from './open-through-proxy';
import { abortable, closed, whenOpen } from './opening';
import { chooseProxy } from './proxy-choice';
import { certificateFailure } from './server-certificate';
import { rawSocketFailure, secretFailure, StreamError } from './stream-error';
import { plainSurroundings, type Surroundings } from './surroundings';
import { tlsOptions } from './tls-options';

export { rawSocketFailure, StreamError } from './stream-error';

/** What of a profile says how to reach its broker; what is left out is as in a new profile. */
export type StreamProfile = Pick<Profile, 'protocol' | 'host' | 'port' | 'path'> &
  Partial<Pick<Profile, 'id' | 'socketPath' | 'tls' | 'webSocket' | 'proxy'>>;

export interface StreamOptions {
  readonly profile: StreamProfile;
  readonly timeoutMs: number;
  /** Authorities (PEM) trusted besides the system's. */
  readonly authorities: readonly string[];
  /** A WebSocket message is buffered whole by `ws` before the guard sees it: it has this limit of its own. */
  readonly maxMessageBytes: number;
  /** Asked for what the stream needs: a key's passphrase, a proxy's password. Default: there is none. */
  readonly secret?: AskSecret;
  /** Default: a computer without a data folder, whose environment names the proxies. */
  readonly surroundings?: Surroundings;
}

/** Brokers bundle many small packets in one WebSocket message, so the limit of one packet is not enough for it. */
const MIN_WEB_SOCKET_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Node gives each address of a host 250 ms by default, too little for a satellite or mobile link. */
const ADDRESS_ATTEMPT_MS = 2_500;
const TCP_KEEP_ALIVE_MS = 30_000;

interface Way {
  readonly profile: Required<StreamProfile>;
  readonly authorities: readonly string[];
  readonly maxMessageBytes: number;
  readonly secret: AskSecret;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  /** Told of everything that is opened, at once. */
  readonly opened: (stream: Duplex) => void;
  /** Told what is waited for: it is to blame when the time is over. */
  readonly waitsFor: (silence: Silence) => void;
}

/** What it means that nothing came within a time. */
type Silence = (afterMs: number) => RawFailure;

const silenceOf =
  (waitingFor: WaitingFor): Silence =>
  (afterMs) => ({ kind: 'timeout', waitingFor, afterMs });

/**
 * Opens the byte stream to a broker: TCP or a socket in the file system, directly or through a proxy, TLS over it, and a
 * WebSocket over that with the subprotocol `mqtt` [MQTT-6.0.0-3]. Resolves when bytes can be sent; rejects with a
 * `StreamError` once nothing is open any more. An abort closes the socket and rejects. Secrets are asked for before the
 * time begins to run: a person may have to unlock them.
 */
export async function openStream(options: StreamOptions, signal: AbortSignal): Promise<Duplex> {
  const stop = new AbortController();
  const streams: Duplex[] = [];
  let silence = silenceOf('network');
  const abortWith = (raw: RawFailure): void => {
    stop.abort(new StreamError(raw));
  };
  const onAbort = (): void => {
    abortWith({ kind: 'unknown', message: 'cancelled' });
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  let timer: NodeJS.Timeout | undefined;
  try {
    const prepared = prepare({
      ...options,
      profile: complete(options.profile),
      secret: options.secret ?? onlyPassword(undefined),
      surroundings: options.surroundings ?? plainSurroundings(),
      signal: stop.signal,
      opened: (stream) => streams.push(stream),
      waitsFor: (next) => {
        silence = next;
      },
    });
    const connect = await abortable(prepared, stop.signal);
    timer = setTimeout(() => {
      abortWith(silence(options.timeoutMs));
    }, options.timeoutMs);
    return await connect();
  } catch (error) {
    await Promise.all(streams.reverse().map(closed));
    throw streamError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function complete(profile: StreamProfile): Required<StreamProfile> {
  return {
    ...{ id: '', socketPath: '', tls: DEFAULT_TLS },
    ...{ webSocket: DEFAULT_WEB_SOCKET, proxy: DEFAULT_PROXY },
    ...profile,
  };
}

function streamError(error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  const ofSecret = secretFailure(error);
  if (ofSecret !== null) return new StreamError(ofSecret);
  if (error instanceof Error) return new StreamError(rawSocketFailure(error, 'opening'));
  return new StreamError({ kind: 'unknown', message: messageOf(error) });
}

/** Reads files and asks for secrets; what it returns opens the network connection. */
async function prepare(way: Way): Promise<() => Promise<Duplex>> {
  const { profile, secret, surroundings } = way;
  const proxy = await chooseProxy(profile, secret, surroundings);
  const secure = usesTls(profile)
    ? await tlsOptions(profile, way.authorities, secret, surroundings.home)
    : null;
  const isWebSocket = profile.protocol === 'ws' || profile.protocol === 'wss';
  const authorization = isWebSocket ? await secret('websocket-authorization') : undefined;
  return async () => {
    const bare = proxy === null ? await openSocket(way) : await openProxied(way, proxy);
    if (bare instanceof net.Socket) keepAlive(bare);
    const carrier = secure === null ? bare : await openTls(way, bare, secure);
    return isWebSocket ? await openWebSocket(way, carrier, authorization) : carrier;
  };
}

async function openSocket({ profile, signal, opened }: Way): Promise<Duplex> {
  const socket =
    profile.protocol === 'unix'
      ? connectLocally(profile.socketPath)
      : net.connect({
          ...{ host: profile.host, port: profile.port },
          autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
        });
  opened(socket);
  await whenOpen(socket, 'connect', signal);
  return socket;
}

async function openProxied(way: Way, proxy: ProxyServer): Promise<Duplex> {
  let bare: Duplex | null = null;
  way.waitsFor((afterMs) => ({
    kind: 'proxy',
    reason: bare instanceof net.Socket && bare.connecting ? 'unreachable' : 'silent',
    proxy: addressOf(proxy),
    message: `no answer after ${String(afterMs)} ms`,
  }));
  return await openThroughProxy(proxy, way.profile, way.signal, (socket) => {
    bare = socket;
    way.opened(socket);
  });
}

function keepAlive(socket: net.Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
}

async function openTls(
  { profile, surroundings, signal, opened, waitsFor }: Way,
  carrier: Duplex,
  options: tls.ConnectionOptions,
): Promise<Duplex> {
  waitsFor(silenceOf('tls'));
  const socket = tls.connect({ ...options, socket: carrier });
  opened(socket);
  if (profile.tls.keyLog && surroundings.home !== null) {
    logKeys(socket, surroundings.home, profile.id);
  }
  await whenOpen(socket, 'secureConnect', signal);
  const failure = certificateFailure(socket, profile.tls);
  if (failure !== null) throw new StreamError(failure);
  return socket;
}

async function openWebSocket(
  { profile, maxMessageBytes, signal, opened, waitsFor }: Way,
  carrier: Duplex,
  authorization: string | undefined,
): Promise<Duplex> {
  waitsFor(silenceOf('websocket'));
  const { subprotocol, headers } = profile.webSocket;
  const named = headers.map(({ name, value }) => [name, value] as const);
  if (authorization !== undefined) named.push(['Authorization', authorization]);
  // A URL has no place for the link of an address (RFC 6874 was given up): only the Host header lacks it.
  const url = brokerUrl({ ...profile, host: profile.host.replace(/%.*$/u, '') });
  const webSocket = new WebSocket(url, subprotocol === '' ? [] : subprotocol, {
    perMessageDeflate: false,
    maxPayload: Math.max(maxMessageBytes, MIN_WEB_SOCKET_MESSAGE_BYTES),
    headers: Object.fromEntries(named),
    createConnection: () => carrier as net.Socket,
  });
  const stream = createWebSocketStream(webSocket);
  opened(stream);
  await whenOpen(stream, 'open', signal, webSocket);
  return stream;
}
