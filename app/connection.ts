import type { QoS } from './message';
import type { MqttVersion } from './profile';

/** Why a connection failed: stable codes, each with its own words in `connection-failure.ts`. */
export type FailureCode =
  | 'unknown-host'
  | 'host-unreachable'
  | 'nothing-listening'
  | 'timeout'
  | 'connection-reset'
  | 'closed-by-server'
  | 'bad-credentials'
  | 'not-authorised'
  | 'protocol-version-refused'
  | 'client-id-refused'
  | 'server-unavailable'
  | 'refused-by-server'
  | 'session-taken-over'
  | 'tls-untrusted'
  | 'tls-expired'
  | 'tls-host-mismatch'
  | 'tls-failed'
  | 'websocket-refused'
  | 'keep-alive-timeout'
  | 'protocol-error'
  | 'packet-too-large'
  | 'invalid-settings'
  | 'unknown';

/** A failure in words first and codes second. */
export interface ConnectionFailure {
  readonly code: FailureCode;
  /** What happened, one short sentence: "Nothing is listening on localhost:1883." */
  readonly title: string;
  /** What to try, one or two sentences. */
  readonly advice: string;
  /** The technical text as it came: `ECONNREFUSED`, `CONNACK 0x86`. */
  readonly technical: string;
  /** Whether trying again by itself makes sense; false for refused credentials and the like. */
  readonly retryable: boolean;
}

/** What the broker said to one subscription (SUBACK, MQTT 5.0 §3.9.3). */
export interface SubscriptionOutcome {
  readonly filter: string;
  /** Granted QoS, or null when refused. */
  readonly granted: QoS | null;
  /** The reason in words where it was refused. */
  readonly reason: string | null;
}

export type ConnectionState =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'connected';
      readonly sinceMs: number;
      readonly version: MqttVersion;
      readonly sessionPresent: boolean;
      readonly subscriptions: readonly SubscriptionOutcome[];
    }
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      /** Wall clock in ms when the next try begins; in the past while it is under way. */
      readonly retryAtMs: number;
      readonly failure: ConnectionFailure;
    }
  | { readonly kind: 'failed'; readonly failure: ConnectionFailure };
