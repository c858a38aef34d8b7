import type { CertificateFacts } from './certificate';
import { codeAndText } from './error-text';
import { assertNever } from './errors';
import { bytesText, type Violation } from './mqtt-violation';
import type { MqttVersion } from './profile';
import type { ProxyFailure } from './proxy-failure';
import { hexCode, reasonWords } from './reason-codes';
import type { SocketFailure, WaitingFor } from './socket-failure';
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
      /** The server to use instead, as the server wrote it (MQTT 5.0 §3.2.2.3.16). */
      readonly serverReference?: string | null;
    }
  /** The server's DISCONNECT (MQTT 5.0 §3.14.2.1). */
  | {
      readonly kind: 'server-disconnect';
      readonly code: number;
      readonly reasonString: string | null;
      readonly serverReference?: string | null;
      /** It was the answer to a sign-in over the open connection. */
      readonly isSignIn?: boolean;
    }
  /** The server closed the connection without a word. */
  | {
      readonly kind: 'closed';
      readonly during: 'connack' | 'subscribe' | 'session';
      /** See `SocketFailure`. */
      readonly largeWillBytes?: number;
    }
  /** Nothing came any more, not even the answer to a ping; `silentMs` is how long. */
  | { readonly kind: 'keep-alive'; readonly silentMs: number }
  | {
      readonly kind: 'malformed' | 'too-large';
      readonly message: string;
      /** The rule that was broken, where it is ours that found it. */
      readonly violation?: Violation;
    }
  /** What came first was no CONNACK. */
  | { readonly kind: 'not-mqtt'; readonly firstBytes: Uint8Array }
  | { readonly kind: 'invalid-settings'; readonly message: string }
  /** The payload of the last will cannot be had. */
  | { readonly kind: 'will'; readonly message: string }
  /** There is nothing to sign in with: no token came. */
  | { readonly kind: 'sign-in'; readonly message: string }
  /** The server did its part of enhanced authentication wrongly, or could not prove itself. */
  | { readonly kind: 'sign-in-exchange'; readonly message: string }
  /** A secret is in the vault, which was left locked. */
  | { readonly kind: 'vault-locked' }
  /** A secret is stored and cannot be read. `message`: which, and why, a sentence. */
  | { readonly kind: 'secret-unavailable'; readonly message: string }
  /** It is to come back with a new token: we closed it ourselves, or the server did when the old one ended. */
  | { readonly kind: 'renewal'; readonly why: 'ends' | 'unanswered' | 'ended' }
  /** Again and again it was closed without a word, shortly after it was accepted. */
  | { readonly kind: 'client-id-in-use'; readonly clientId: string }
  | { readonly kind: 'unknown'; readonly message: string };

const WAITED_FOR: Readonly<Record<WaitingFor, string>> = {
  ...{ network: 'connection', tls: 'TLS', websocket: 'WebSocket', connack: 'CONNACK' },
};

const RENEWAL_TEXTS = {
  ends: 'token about to expire',
  unanswered: 'no AUTH',
  ended: 'DISCONNECT 0x87 (not authorised)',
} as const;

/** The technical text as it came; empty where the words say all of it already. */
export function technicalText(raw: RawFailure): string {
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
    case 'secret-unavailable':
    case 'sign-in':
    case 'sign-in-exchange':
    case 'invalid-settings':
    case 'will':
      return '';
    case 'renewal':
      return RENEWAL_TEXTS[raw.why];
    case 'client-id-in-use':
      return 'closed without DISCONNECT, twice in a row';
    case 'tls-file':
    case 'proxy':
    case 'malformed':
    case 'too-large':
    case 'unknown':
      return raw.message;
    default:
      return assertNever(raw);
  }
}
