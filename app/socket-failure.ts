import { addressOf, usesTls } from './broker-address';
import type { BrokerAddress } from './broker-address';
import type { FailureCode } from './connection';
import { formatCount } from './payload/format';
import { alertWords } from './tls-failure';

export type FailureWords = readonly [code: FailureCode, title: string, advice: string];

const UNKNOWN_HOST = new Set([
  'ENOTFOUND',
  'EAI_NONAME',
  'EAI_NODATA',
  'EAI_FAIL',
  'EAI_AGAIN',
  'ENODATA',
]);
const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
]);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
]);

/** How far a connection had come when its time was over. */
export type WaitingFor = 'network' | 'tls' | 'websocket' | 'connack';

/** An error of a socket: while it was being opened, while we waited for the CONNACK, or later. `code` as Node gives it. */
export interface SocketFailure {
  readonly during: 'opening' | 'connack' | 'session';
  readonly code: string | null;
  readonly message: string;
  /** While we waited for the CONNACK: the length of the last will that the CONNECT carried, where it was a large one. */
  readonly largeWillBytes?: number;
}

/**
 * What a failed socket means in words, from Node's error code and text: name lookup, TCP, TLS, the WebSocket handshake.
 */
export function socketWords(raw: SocketFailure, target: BrokerAddress): FailureWords {
  const address = addressOf(target);
  const code = raw.code ?? '';
  const unix = target.protocol === 'unix' ? unixWords(code, address) : null;
  if (unix !== null) return unix;
  if (UNKNOWN_HOST.has(code)) {
    return [
      'unknown-host',
      `There is no host named ${target.host}.`,
      'Check the spelling of the host name, and whether this computer is on the right network (or VPN).',
    ];
  }
  if (code === 'ECONNREFUSED') {
    return [
      'nothing-listening',
      `Nothing is listening on ${address}.`,
      'Check the port, whether the broker is running, and whether it accepts connections from other computers.',
    ];
  }
  if (UNREACHABLE.has(code)) {
    return [
      'host-unreachable',
      `${target.host} cannot be reached from here.`,
      'Check the network, the VPN and any firewall between this computer and the broker.',
    ];
  }
  if (code === 'ETIMEDOUT') return timeoutWords({ waitingFor: 'network', afterMs: null }, address);
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return [
      'packet-too-large',
      `${address} sent a WebSocket message that is larger than allowed here.`,
      'The connection was closed before the message was read.',
    ];
  }
  return (
    tlsWords(raw, code, target) ??
    webSocketWords(raw, code, target) ??
    resetWords(raw, code, target)
  );
}

function unixWords(code: string, path: string): FailureWords | null {
  if (code === 'ENOENT') {
    return [
      'socket-missing',
      `There is no socket at ${path}.`,
      'Check the path, and whether the broker runs and is set up to listen on it.',
    ];
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTSOCK') {
    return [
      'nothing-listening',
      `Nothing is listening on ${path}.`,
      'The file may be left over from a broker that was stopped. Start the broker again.',
    ];
  }
  if (code === 'ENAMETOOLONG' || code === 'EINVAL') {
    return [
      'invalid-settings',
      `The path of the socket is too long: ${path}`,
      'A socket’s path can have about 100 characters. Have the broker listen at a shorter one.',
    ];
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return [
      'socket-missing',
      `This user may not use the socket ${path}.`,
      'Check the rights on it; a broker often lets only its own group in.',
    ];
  }
  return null;
}

function tlsWords(raw: SocketFailure, code: string, target: BrokerAddress): FailureWords | null {
  const address = addressOf(target);
  if (UNTRUSTED.has(code)) {
    const own = code === 'DEPTH_ZERO_SELF_SIGNED_CERT';
    return [
      'tls-untrusted',
      own
        ? `The certificate of ${address} is self-signed, and not signed by an authority that this computer trusts.`
        : `The certificate of ${address} was not signed by an authority that this computer trusts.`,
      'Name the certificate of the broker’s authority (CA) in the connection’s TLS settings or install it in this computer’s system store. Or look at the certificate, and trust it if it is the broker’s.',
    ];
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return [
      'tls-expired',
      `The certificate of ${address} ${what}.`,
      'The broker needs a new certificate. Check this computer’s clock too.',
    ];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return [
      'tls-host-mismatch',
      `The certificate that answered belongs to another name than ${target.host}.`,
      'Use the host name that the certificate was made for. If this is that name, someone may be in between.',
    ];
  }
  const alert = alertWords(raw, code, target);
  if (alert !== null) return alert;
  if (!usesTls(target)) return null;
  // A reset before the handshake was over: the other end did not understand it.
  const lost = raw.during === 'opening' && RESET.has(code);
  if (!lost && !/^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)/u.test(code)) return null;
  return [
    'tls-failed',
    `No encrypted connection to ${address} could be made.`,
    `Perhaps this port does not use TLS: try ${target.protocol === 'mqtts' ? 'mqtt' : 'ws'} or another port. Or the broker asks for a client certificate, or for an old TLS version.`,
  ];
}

function webSocketWords(
  { during, message }: SocketFailure,
  code: string,
  target: BrokerAddress,
): FailureWords | null {
  if (!target.protocol.startsWith('ws')) return null;
  const status = /Unexpected server response: (\d{3})/u.exec(message)?.[1];
  const handshake =
    status !== undefined ||
    code.startsWith('HPE_') ||
    (during === 'opening' && RESET.has(code)) ||
    /subprotocol|Sec-WebSocket|Upgrade header/iu.test(message);
  if (!handshake) return null;
  return [
    'websocket-refused',
    `${addressOf(target)} refused the WebSocket connection.`,
    status === undefined && RESET.has(code) ? cutAdvice(target) : webSocketAdvice(status, target),
  ];
}

/** What listens there may speak something else altogether. */
function cutAdvice({ protocol, port }: BrokerAddress): string {
  const other =
    protocol === 'ws'
      ? 'an encrypted WebSocket (wss) or MQTT without WebSocket (mqtt, mqtts)'
      : 'MQTT without WebSocket (mqtts)';
  return `Perhaps port ${String(port)} expects ${other}, or the path or the subprotocol is wrong.`;
}

function webSocketAdvice(status: string | undefined, target: BrokerAddress): string {
  const path = target.path === '' ? '/' : target.path;
  if (status !== undefined && /^50[234]$/u.test(status))
    return `The web server was reached, but not the broker behind it (HTTP ${status}). Check whether the broker is running.`;
  if (status === '404')
    return `There is nothing at the path ${path}. Check the path; brokers often use /mqtt, /ws or /.`;
  if (status === '401' || status === '403') {
    return `The server answered that access is not allowed (HTTP ${status}). Check its access rules and the path ${path}.`;
  }
  return `Check that the broker’s WebSocket listener is on this port and at the path ${path}, and that it offers the subprotocol mqtt.`;
}

function resetWords(
  { during, largeWillBytes }: SocketFailure,
  code: string,
  target: BrokerAddress,
): FailureWords {
  const address = addressOf(target);
  if (RESET.has(code) && during === 'connack') {
    return [
      'connection-reset',
      `${address} cut the connection off before it answered.`,
      hungUpAdvice(target, largeWillBytes),
    ];
  }
  if (RESET.has(code)) {
    return [
      'connection-reset',
      `The connection to ${address} was cut off.`,
      'The broker or something on the way broke it off. Check whether the broker was restarted, and the network.',
    ];
  }
  if (/^ERR_(?:INVALID_|SOCKET_BAD_PORT)/u.test(code)) {
    return [
      'invalid-settings',
      'These connection settings do not work together.',
      'Check host, port and path, then try again.',
    ];
  }
  return ['unknown', `The connection to ${address} failed.`, 'The technical text below says more.'];
}

/** What to try when a server hangs up on a CONNECT. */
export function hungUpAdvice(target: BrokerAddress, largeWillBytes: number | undefined): string {
  const advice = usesTls(target)
    ? 'Check that an MQTT broker is behind this port, and the client certificate, the username, the password and the client id: some brokers hang up on wrong ones.'
    : 'Perhaps this port expects an encrypted connection (mqtts or wss). Some brokers also hang up on a wrong login or client id.';
  if (largeWillBytes === undefined) return advice;
  return `${advice} Or the last will of ${formatCount(largeWillBytes)} bytes makes the greeting (CONNECT) larger than the broker takes.`;
}

/** What it means that no connection, or no CONNACK, came in time. */
export function timeoutWords(
  raw: { readonly waitingFor: WaitingFor; readonly afterMs: number | null },
  address: string,
): FailureWords {
  const within =
    raw.afterMs === null ? 'in time' : `within ${String(Math.round(raw.afterMs / 1000))} s`;
  return ['timeout', ...silenceWords(raw.waitingFor, address, within)];
}

function silenceWords(
  waitingFor: WaitingFor,
  address: string,
  within: string,
): readonly [title: string, advice: string] {
  switch (waitingFor) {
    case 'network':
      return [
        `${address} did not answer ${within}.`,
        'Check host and port. A firewall that drops packets looks like this too.',
      ];
    case 'tls':
      return [
        `${address} accepted the connection but did not answer ${within} when encryption was asked for.`,
        'Perhaps this port has no encryption: check the port and the protocol (mqtt, mqtts, ws, wss).',
      ];
    case 'websocket':
      return [
        `${address} accepted the connection but did not open the WebSocket ${within}.`,
        'Check the port, the path and the protocol (mqtt, mqtts, ws, wss).',
      ];
    case 'connack':
      return [
        `${address} accepted the connection but did not answer as an MQTT broker ${within}.`,
        'Check that an MQTT broker is behind this port, and whether the protocol (mqtt, mqtts, ws, wss) is right.',
      ];
  }
}
