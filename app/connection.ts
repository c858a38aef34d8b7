import type { CertificateFacts } from './certificate';
import type { QoS } from './message';
import type { UserProperties } from './profile-fields';
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
  | 'banned'
  | 'sign-in-method-refused'
  | 'sign-in-broken-off'
  | 'another-server'
  | 'protocol-version-refused'
  | 'client-id-refused'
  | 'server-unavailable'
  | 'refused-by-server'
  | 'session-taken-over'
  | 'client-id-in-use'
  | 'sign-in-failed'
  | 'vault-locked'
  | 'secret-unavailable'
  | 'sign-in-renewed'
  | 'tls-untrusted'
  | 'tls-expired'
  | 'tls-host-mismatch'
  | 'tls-failed'
  | 'tls-fingerprint-changed'
  | 'tls-client-certificate-missing'
  | 'tls-client-certificate-refused'
  | 'tls-key-mismatch'
  | 'tls-passphrase'
  | 'tls-file'
  | 'tls-version-refused'
  | 'tls-alpn-refused'
  | 'proxy-unreachable'
  | 'proxy-credentials'
  | 'proxy-refused'
  | 'proxy-failed'
  | 'socket-missing'
  | 'websocket-refused'
  | 'keep-alive-timeout'
  | 'protocol-error'
  | 'packet-too-large'
  | 'invalid-settings'
  | 'unknown';

/** A server that another one names. */
export interface OtherServer {
  readonly host: string;
  readonly port: number;
}

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
  /** What the server said of it, in its own words. */
  readonly reasonString?: string;
  /** How long nothing had come when that was noticed: so long before it the connection was lost already. */
  readonly silentMs?: number;
  /** The server hung up on a CONNECT that carried a last will of this length. */
  readonly largeWillBytes?: number;
  /** The server's certificate, where it was the reason: a person may look at it and trust it. */
  readonly certificate?: CertificateFacts;
  /** Where the server sends its clients, by its own word: nothing goes there before a person has agreed. */
  readonly otherServer?: OtherServer;
}

/** What the broker said to one subscription (SUBACK, MQTT 5.0 §3.9.3). */
export interface SubscriptionOutcome {
  readonly filter: string;
  /** Granted QoS, or null when refused. */
  readonly granted: QoS | null;
  /** The reason in words where it was refused. */
  readonly reason: string | null;
}

/** What the broker said in its CONNACK, with the protocol's defaults for what it did not say (MQTT 5.0 §3.2.2.3). */
export interface ServerSettings {
  /** The client id in use, ours or the one that the broker gave. */
  readonly clientId: string;
  readonly assignedClientId: boolean;
  /** Seconds; the broker's word counts [MQTT-3.2.2-21]. */
  readonly keepAliveSeconds: number;
  readonly serverKeepAlive: boolean;
  /** Seconds; null where the session ends with the connection or the version has no expiry. */
  readonly sessionExpirySeconds: number | null;
  readonly maximumQoS: QoS;
  readonly retainAvailable: boolean;
  /** Bytes of the largest packet that it takes; null: no limit. */
  readonly maximumPacketBytes: number | null;
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  readonly wildcardSubscriptions: boolean;
  readonly sharedSubscriptions: boolean;
  readonly subscriptionIdentifiers: boolean;
  readonly responseInformation: string | null;
  readonly serverReference: string | null;
  readonly reasonString: string | null;
  readonly authenticationMethod: string | null;
  readonly userProperties: UserProperties;
}

/** A person has to confirm the sign-in on a page of the login server (RFC 8628). */
export interface DeviceConfirmation {
  readonly url: string;
  readonly code: string;
  /** Wall clock in ms. */
  readonly expiresAtMs: number;
}

export type ConnectionState =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting'; readonly confirm?: DeviceConfirmation }
  | {
      readonly kind: 'connected';
      readonly sinceMs: number;
      readonly version: MqttVersion;
      readonly sessionPresent: boolean;
      readonly server: ServerSettings;
      /** Encrypted, but the server's certificate was not checked, because the profile says so. */
      readonly isUnchecked?: boolean;
      readonly subscriptions: readonly SubscriptionOutcome[];
    }
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      /** Wall clock in ms when the next try begins; in the past while it is under way. */
      readonly retryAtMs: number;
      readonly failure: ConnectionFailure;
      readonly confirm?: DeviceConfirmation;
    }
  | { readonly kind: 'failed'; readonly failure: ConnectionFailure };
