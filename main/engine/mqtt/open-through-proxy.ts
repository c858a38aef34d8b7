import { Buffer } from 'node:buffer';
import { request } from 'node:http';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { SocksClient } from 'socks';
import { addressOf } from '../../../app/broker-address';
import { messageOf } from '../../../app/errors';
import type { ProxyFailure } from '../../../app/proxy-failure';
import { trustedAuthorities } from './certificates';
import { abortable, whenOpen } from './opening';
import { StreamError } from './stream-error';

export interface ProxyServer {
  /** `https`: an HTTP proxy that is itself spoken to over TLS. */
  readonly kind: 'http' | 'https' | 'socks5';
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** What a proxy says is shown in words, not in pages. */
const MOST_SHOWN_CHARACTERS = 200;
const SOCKS_TIMEOUT_MS = 60_000;

/**
 * Has a proxy connect to a host (whose name the proxy looks up) and returns the bytes' way to it, to which TLS and
 * WebSocket come on top.
 * @param opened told of every socket at once, so that whoever calls can close it
 * @throws StreamError with the proxy's failure; the reason of the abort
 */
export async function openThroughProxy(
  proxy: ProxyServer,
  target: Target,
  signal: AbortSignal,
  opened: (socket: Duplex) => void,
): Promise<Duplex> {
  const socket = await connectTo(proxy, signal, opened);
  const asked =
    proxy.kind === 'socks5' ? askSocks(proxy, target, socket) : askHttp(proxy, target, socket);
  return await abortable(asked, signal);
}

async function connectTo(
  proxy: ProxyServer,
  signal: AbortSignal,
  opened: (socket: Duplex) => void,
): Promise<net.Socket> {
  const { host, port } = proxy;
  const secure = proxy.kind === 'https';
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = secure
    ? tls.connect({ host, port, ca: [...trustedAuthorities()], ...servername })
    : net.connect({ host, port });
  opened(socket);
  try {
    await whenOpen(socket, secure ? 'secureConnect' : 'connect', signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const code = String(codeOf(error));
    throw proxyError(proxy, reasonOf(code), messageOf(error) || code);
  }
  return socket;
}

/** Why the way to the proxy itself could not be opened. */
function reasonOf(code: string): ProxyFailure['reason'] {
  if (/^(?:ERR_SSL_|ERR_OSSL_|EPROTO$)/u.test(code)) return 'not-a-proxy';
  return /CERT|ISSUER|VERIFY|ALTNAME/u.test(code) ? 'untrusted' : 'unreachable';
}

/** CONNECT (RFC 9110 §9.3.6). Node's parser limits the answer's headers (16 KB). */
function askHttp(proxy: ProxyServer, target: Target, socket: net.Socket): Promise<Duplex> {
  const { username, password = '' } = proxy;
  const authority = addressOf(target);
  const credentials = Buffer.from(`${username ?? ''}:${password}`).toString('base64');
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        Host: authority,
        ...(username === undefined ? {} : { 'Proxy-Authorization': `Basic ${credentials}` }),
      },
      createConnection: () => socket,
    });
    asking.once('connect', (answer, _socket, head) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else if (status === 407 || status === 401) {
        // Tinyproxy answers 401 to a wrong password.
        const reason = username === undefined ? 'credentials-wanted' : 'credentials-refused';
        reject(proxyError(proxy, reason, `HTTP ${String(status)}`));
      } else {
        const words = `${String(status)} ${answer.statusMessage ?? ''}`.trim();
        reject(proxyError(proxy, 'refused', words));
      }
    });
    asking.on('error', (error) => {
      reject(proxyError(proxy, 'not-a-proxy', error.message));
    });
    asking.end();
  });
}

/** SOCKS 5 (RFC 1928) with username and password (RFC 1929); the proxy looks the name up. */
async function askSocks(proxy: ProxyServer, target: Target, socket: net.Socket): Promise<Duplex> {
  const { host, port, username, password = '' } = proxy;
  try {
    await SocksClient.createConnection({
      proxy: {
        ...{ host, port, type: 5 },
        ...(username === undefined ? {} : { userId: username, password }),
      },
      command: 'connect',
      destination: target,
      existing_socket: socket,
      // The whole of opening has a time limit, which is shorter.
      timeout: SOCKS_TIMEOUT_MS,
    });
    return socket;
  } catch (error) {
    // The error's own fields have the password in them: only its text goes on.
    throw socksError(proxy, messageOf(error));
  }
}

function socksError(proxy: ProxyServer, message: string): StreamError {
  if (/no accepted authentication type/iu.test(message)) {
    const reason = proxy.username === undefined ? 'credentials-wanted' : 'credentials-refused';
    return proxyError(proxy, reason, message);
  }
  if (/authentication failed/iu.test(message)) {
    return proxyError(proxy, 'credentials-refused', message);
  }
  const said = /rejected connection\b\s*-?\s*(?:\((\w+)\)|(\w+))?/iu.exec(message);
  if (said) return proxyError(proxy, 'refused', said[1] ?? said[2] ?? message);
  return proxyError(proxy, 'not-a-proxy', message);
}

function proxyError(
  proxy: ProxyServer,
  reason: ProxyFailure['reason'],
  message: string,
): StreamError {
  const shown = message.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, ' ');
  return new StreamError({
    ...{ kind: 'proxy', reason, proxy: addressOf(proxy) },
    message: shown.slice(0, MOST_SHOWN_CHARACTERS),
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : '';
}
