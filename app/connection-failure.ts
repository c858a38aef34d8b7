import type { CertificateFacts } from './certificate';
import type { ConnectionFailure, FailureCode } from './connection';
import { addressOf } from './broker-address';
import type { BrokerAddress } from './broker-address';
import { connackMeaning } from './connack-words';
import { assertNever } from './errors';
import { codeAndText } from './error-text';
import { bytesText } from './mqtt-violation';
import type { Violation } from './mqtt-violation';
import type { MqttVersion } from './profile';
import { proxyWords } from './proxy-failure';
import type { ProxyFailure } from './proxy-failure';
import { hexCode, reasonWords } from './reason-codes';
import { hungUpAdvice, socketWords, timeoutWords } from './socket-failure';
import type { FailureWords as Words, SocketFailure, WaitingFor } from './socket-failure';
import { fingerprintWords, tlsFileFailure } from './tls-failure';
import type { TlsFileProblem } from './tls-failure';

/** A failure as it entered our code, before it has words. */
export type RawFailure =
  /** From the operating system, TLS or the WebSocket handshake. */
  | ({ readonly kind: 'socket'; readonly certificate?: CertificateFacts } & SocketFailure)
  /** The certificate is not the one that is trusted. */
  | {
      readonly kind: 'fingerprint';
      readonly expected: string;
      readonly certificate: CertificateFacts;
    }
  | ({ readonly kind: 'tls-file' } & TlsFileProblem)
  | ({ readonly kind: 'proxy' } & ProxyFailure)
  | {
      readonly kind: 'timeout';
      readonly waitingFor: WaitingFor;
      readonly afterMs: number;
    }
  /** Refused in the CONNACK: return code of 3.1.1 (§3.2.2.3) or reason code of 5 (§3.2.2.2). */
  | {
      readonly kind: 'connack';
      readonly version: MqttVersion;
      readonly code: number;
      readonly reasonString: string | null;
    }
  /** The server's DISCONNECT (MQTT 5.0 §3.14.2.1). */
  | {
      readonly kind: 'server-disconnect';
      readonly code: number;
      readonly reasonString: string | null;
    }
  /** The server closed the connection without a word. */
  | { readonly kind: 'closed'; readonly during: 'connack' | 'subscribe' | 'session' }
  | { readonly kind: 'keep-alive' }
  | {
      readonly kind: 'malformed' | 'too-large';
      readonly message: string;
      /** The rule that was broken, where it is ours that found it. */
      readonly violation?: Violation;
    }
  /** What came first was no CONNACK. */
  | { readonly kind: 'not-mqtt'; readonly firstBytes: Uint8Array }
  | { readonly kind: 'invalid-settings'; readonly message: string }
  /** There is nothing to sign in with: no token came, or the server could not prove itself. */
  | { readonly kind: 'sign-in'; readonly message: string }
  /** A secret is in the vault, which was left locked. */
  | { readonly kind: 'vault-locked' }
  /** We closed it ourselves, to come back with a new token. */
  | { readonly kind: 'renewal' }
  /** Again and again it was closed without a word, shortly after it was accepted. */
  | { readonly kind: 'client-id-in-use'; readonly clientId: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** Trying again by itself cannot help with these: a person has to change something first. */
const FINAL_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'bad-credentials',
  'not-authorised',
  'banned',
  'sign-in-method-refused',
  'protocol-version-refused',
  'client-id-refused',
  'session-taken-over',
  'client-id-in-use',
  'vault-locked',
  'tls-untrusted',
  'tls-expired',
  'tls-host-mismatch',
  'tls-fingerprint-changed',
  'tls-client-certificate-missing',
  'tls-client-certificate-refused',
  'tls-key-mismatch',
  'tls-passphrase',
  'tls-file',
  'tls-version-refused',
  'tls-alpn-refused',
  'proxy-credentials',
  'invalid-settings',
]);

/** Says in words what a failure means for the person: what happened, what to try, and the technical text. */
export function describeFailure(raw: RawFailure, target: BrokerAddress): ConnectionFailure {
  const [code, title, advice] = wordsFor(raw, target);
  const failure = {
    ...{ code, title, advice, technical: technicalText(raw) },
    retryable: !FINAL_CODES.has(code),
  };
  const certificate = 'certificate' in raw ? raw.certificate : undefined;
  return certificate === undefined ? failure : { ...failure, certificate };
}

/** The same failure again and again: trying on by itself makes no sense any more. */
export function repeatedFailure(failure: ConnectionFailure, times: number): ConnectionFailure {
  const again = `It did so ${String(times)} times in a row, so it is not tried again by itself.`;
  return { ...failure, advice: `${again} ${failure.advice}`, retryable: false };
}

function wordsFor(raw: RawFailure, target: BrokerAddress): Words {
  const address = addressOf(target);
  switch (raw.kind) {
    case 'socket':
      return socketWords(raw, target);
    case 'fingerprint':
      return fingerprintWords(
        { expected: raw.expected, actual: raw.certificate.fingerprint },
        target,
      );
    case 'tls-file':
      return tlsFileFailure(raw);
    case 'proxy':
      return proxyWords(raw, target);
    case 'timeout':
      return timeoutWords(raw, address);
    case 'connack':
      return withReason(connackWords(raw.version, raw.code, address), raw.reasonString);
    case 'server-disconnect':
      return withReason(disconnectWords(raw.code, address), raw.reasonString);
    case 'closed':
      return closedWords(raw.during, target);
    case 'keep-alive':
      return [
        'keep-alive-timeout',
        `${address} stopped answering.`,
        'It did not answer a ping within the keep-alive time. The network may have been lost, or the server hangs.',
      ];
    case 'malformed':
      return malformedWords(raw.violation, address);
    case 'not-mqtt':
      return notMqttWords(raw.firstBytes, target);
    case 'too-large':
      return [
        'packet-too-large',
        `${address} sent a packet that is larger than allowed here.`,
        `${cameWords(raw.violation)}The connection was closed before the packet was read.`,
      ];
    case 'invalid-settings':
      return [
        'invalid-settings',
        'These connection settings do not work together.',
        `${sentence(raw.message)} Edit the connection and try again.`,
      ];
    case 'sign-in':
      return [
        'sign-in-failed',
        `The sign-in to ${address} could not be prepared.`,
        `${sentence(raw.message)} Check the sign-in in the connection’s settings.`,
      ];
    case 'vault-locked':
      return [
        'vault-locked',
        'The password vault is locked.',
        `What ${address} wants to see is in it, so nothing was sent. Unlock the vault, then try again.`,
      ];
    case 'renewal':
      return [
        'sign-in-renewed',
        'The sign-in is about to end and is renewed.',
        `The connection to ${address} is opened again with a new token.`,
      ];
    case 'client-id-in-use':
      return [
        'client-id-in-use',
        `${address} closed the connection twice in a row, right after it was accepted.`,
        `Most likely another client uses the client id “${raw.clientId}”, and the two throw each other out. Give this connection a client id of its own, or leave it empty for a generated one.`,
      ];
    case 'unknown':
      return [
        'unknown',
        `The connection to ${address} failed.`,
        'The technical text below says more.',
      ];
    default:
      return assertNever(raw);
  }
}

function malformedWords(violation: Violation | undefined, address: string): Words {
  return [
    'protocol-error',
    violation === undefined || violation.kind === 'malformed'
      ? `${address} sent something that is not valid MQTT.`
      : `${address} sent something that MQTT does not allow.`,
    `${cameWords(violation)}The connection was closed because nothing after it could be trusted. Check the server, or whether something between changes the data.`,
  ];
}

function cameWords(violation: Violation | undefined): string {
  return violation === undefined ? '' : `It was ${violation.words} (${violation.section}). `;
}

function connackWords(version: MqttVersion, code: number, address: string): Words {
  const meaning = connackMeaning(version, code, address);
  return [meaning.code, meaning.title, meaning.advice];
}

function disconnectWords(code: number, address: string): Words {
  if (code === 0x8e) {
    return [
      'session-taken-over',
      'Another client connected with the same client id and took over.',
      'Give this connection a client id of its own, or leave it empty for a generated one.',
    ];
  }
  if (code === 0x87 || code === 0x8a) {
    return [
      code === 0x87 ? 'not-authorised' : 'banned',
      `${address} closed the connection: ${reasonWords(code)}.`,
      'The broker’s access rules do not allow what was asked for. Check the login and the subscriptions.',
    ];
  }
  if (code === 0x9c || code === 0x9d) {
    return [
      'closed-by-server',
      `${address} sends its clients to another server: ${reasonWords(code)}.`,
      'Edit the connection and enter the new address. The connection doctor shows it.',
    ];
  }
  if (code === 0x88 || code === 0x89 || code === 0x8b) {
    return [
      'server-unavailable',
      `${address} closed the connection: ${reasonWords(code)}.`,
      'Try again in a moment.',
    ];
  }
  if (code === 0x8d) {
    return [
      'keep-alive-timeout',
      `${address} closed the connection: it had heard nothing for too long.`,
      'The network may have been lost for a while.',
    ];
  }
  return [
    'closed-by-server',
    `${address} closed the connection: ${reasonWords(code)}.`,
    'The broker’s log says more.',
  ];
}

function closedWords(during: 'connack' | 'subscribe' | 'session', target: BrokerAddress): Words {
  const address = addressOf(target);
  if (during === 'connack') {
    return [
      'closed-by-server',
      `${address} closed the connection without an answer.`,
      hungUpAdvice(target),
    ];
  }
  if (during === 'subscribe') {
    return [
      'closed-by-server',
      `${address} closed the connection when it was asked for the subscriptions.`,
      'Some brokers hang up on a filter that is not allowed. Try narrower ones than # in the connection’s settings.',
    ];
  }
  return [
    'closed-by-server',
    `${address} closed the connection.`,
    'The broker may have been stopped or restarted, or another client uses the same client id.',
  ];
}

function notMqttWords(firstBytes: Uint8Array, target: BrokerAddress): Words {
  const address = addressOf(target);
  // A TLS alert or handshake record (RFC 8446 §5.1).
  if ((firstBytes[0] === 0x15 || firstBytes[0] === 0x16) && firstBytes[1] === 0x03) {
    return [
      'protocol-error',
      `${address} expects an encrypted connection.`,
      `Edit the connection and choose ${target.protocol === 'ws' ? 'wss' : 'mqtts'}.`,
    ];
  }
  return [
    'protocol-error',
    `${address} does not answer as an MQTT broker.`,
    'Something else listens on this port. Check the port and the protocol (mqtt, mqtts, ws, wss).',
  ];
}

function withReason([code, title, advice]: Words, reasonString: string | null): Words {
  if (reasonString === null || reasonString === '') return [code, title, advice];
  return [code, title, `${advice} The broker said: “${reasonString}”.`];
}

const WAITED_FOR: Readonly<Record<WaitingFor, string>> = {
  ...{ network: 'connection', tls: 'TLS', websocket: 'WebSocket', connack: 'CONNACK' },
};

function technicalText(raw: RawFailure): string {
  switch (raw.kind) {
    case 'socket':
      return codeAndText(raw.code ?? '', raw.message);
    case 'timeout':
      return `no ${WAITED_FOR[raw.waitingFor]} after ${String(raw.afterMs)} ms`;
    case 'connack':
      return `CONNACK ${hexCode(raw.code)}${raw.version === '5' ? ` (${reasonWords(raw.code)})` : ''}`;
    case 'server-disconnect':
      return `DISCONNECT ${hexCode(raw.code)} (${reasonWords(raw.code)})`;
    case 'closed':
      return raw.during === 'connack' ? 'closed before CONNACK' : 'closed without DISCONNECT';
    case 'keep-alive':
      return 'no PINGRESP';
    case 'fingerprint':
      return `SHA-256 ${raw.certificate.fingerprint}`;
    case 'not-mqtt':
      return `first bytes: ${bytesText(raw.firstBytes)}`;
    case 'vault-locked':
      return '';
    case 'renewal':
      return 'token about to expire';
    case 'client-id-in-use':
      return 'closed without DISCONNECT, twice in a row';
    case 'tls-file':
    case 'proxy':
    case 'malformed':
    case 'too-large':
    case 'sign-in':
    case 'invalid-settings':
    case 'unknown':
      return raw.message;
    default:
      return assertNever(raw);
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(first) ? first : `${first}.`;
}
