import type { BrokerAddress } from '../broker-address';
import type { CertificateCard } from '../contract-doctor';
import type { MqttVersion, Profile, Protocol } from '../profile';
import type { SecretName } from '../secret';

/** What a port turned out to speak. */
export type PortSpeech =
  | { readonly kind: 'broker'; readonly protocol: Protocol; readonly path: string }
  /** A web server, at none of whose usual paths there is a broker. */
  | { readonly kind: 'web'; readonly protocol: 'ws' | 'wss' }
  | { readonly kind: 'tls' };

/** An open port of the same host, and what it is usually for. */
export interface OpenPort {
  readonly port: number;
  readonly protocol: Protocol;
}

export type CertificateProblem =
  | 'self-signed'
  | 'unknown-authority'
  | 'missing-intermediate'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-host'
  /** It is not the one that was trusted by its fingerprint. */
  | 'changed'
  | 'other';

export type ClientCertificateProblem =
  | 'missing'
  | 'refused'
  /** It was refused, and is not valid today. */
  | 'expired'
  | 'not-yet-valid'
  | 'key-missing'
  | 'key-mismatch'
  | 'passphrase-wrong'
  | 'passphrase-missing'
  | 'file-missing'
  | 'unreadable'
  | 'authority-missing'
  | 'authority-unreadable';

export type ProxyProblem =
  | 'unreachable'
  | 'untrusted'
  | 'credentials-wanted'
  | 'credentials-refused'
  | 'refused'
  | 'silent'
  | 'not-a-proxy';

export type LocalSocketProblem = 'missing' | 'denied' | 'not-listening' | 'failed';

export interface RefusedFilter {
  readonly filter: string;
  /** The reason code of the SUBACK. */
  readonly code: number;
}

/** Why a step failed, before it has words. `technical` as it came. */
export type Finding = { readonly technical: string } & (
  | { readonly kind: 'offline' }
  | { readonly kind: 'unknown-host' }
  /** The name server did not answer. */
  | { readonly kind: 'lookup-failed' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'nothing-listening'; readonly open: readonly OpenPort[] }
  | { readonly kind: 'port-silent'; readonly open: readonly OpenPort[] }
  | { readonly kind: 'local-socket'; readonly problem: LocalSocketProblem }
  | {
      readonly kind: 'proxy';
      readonly problem: ProxyProblem;
      /** `host:port`. */
      readonly proxy: string;
      readonly proxyKind: 'http' | 'https' | 'socks5';
    }
  | { readonly kind: 'speaks'; readonly speech: PortSpeech }
  | {
      readonly kind: 'certificate';
      readonly problem: CertificateProblem;
      readonly certificate: CertificateCard;
      /** The certificate that would be needed to go on: its name. */
      readonly missing: string;
    }
  | {
      readonly kind: 'client-certificate';
      readonly problem: ClientCertificateProblem;
      /** What exactly it is, as a sentence; empty where the problem says it. */
      readonly detail: string;
    }
  | { readonly kind: 'tls-version' }
  | { readonly kind: 'alpn'; readonly offered: readonly string[] }
  | { readonly kind: 'tls-handshake'; readonly hasClientCertificate: boolean }
  /** Closed without a word, when the handshake was over for us but not yet for the server. */
  | { readonly kind: 'closed-after-handshake'; readonly hasClientCertificate: boolean }
  | { readonly kind: 'ciphers' }
  | { readonly kind: 'tls-cut' }
  | { readonly kind: 'tls-silent' }
  | { readonly kind: 'websocket'; readonly status: number | null; readonly better: string | null }
  | { readonly kind: 'websocket-cut' }
  /** The server opens a WebSocket, but not for this. */
  | { readonly kind: 'subprotocol'; readonly asked: string }
  | { readonly kind: 'vault-locked' }
  | { readonly kind: 'secret-unavailable'; readonly name: SecretName; readonly message: string }
  | { readonly kind: 'sign-in'; readonly message: string }
  /** The server did its part of enhanced authentication wrongly, or could not prove itself. */
  | { readonly kind: 'sign-in-exchange'; readonly message: string }
  | { readonly kind: 'closed-after-connect' }
  | { readonly kind: 'no-connack'; readonly afterMs: number }
  | { readonly kind: 'not-mqtt' }
  /** A broker broke the rules after it let the client in. */
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'connack';
      readonly version: MqttVersion;
      readonly code: number;
      readonly reasonString: string;
      readonly serverReference: string;
    }
  | {
      readonly kind: 'disconnected';
      readonly code: number;
      readonly reasonString: string;
      readonly serverReference: string;
    }
  | { readonly kind: 'subscriptions-refused'; readonly refused: readonly RefusedFilter[] }
  | { readonly kind: 'closed-on-subscribe' }
  | { readonly kind: 'no-suback' }
  | { readonly kind: 'no-pong' }
  | { readonly kind: 'connection-lost' }
  | { readonly kind: 'publish-refused'; readonly code: number }
  | { readonly kind: 'closed-on-publish' }
  | { readonly kind: 'no-puback' }
  | { readonly kind: 'not-returned'; readonly subscribed: boolean }
  | { readonly kind: 'internal' }
);

/** What is known of the settings when a finding is put into words. */
export interface FindingContext extends BrokerAddress {
  readonly profile: Pick<
    Profile,
    'authentication' | 'keepAlive' | 'proxy' | 'tls' | 'webSocket' | 'will'
  >;
  readonly version: MqttVersion;
  readonly isAutomaticVersion: boolean;
  readonly hasUsername: boolean;
  readonly hasPassword: boolean;
  /** Whether the WebSocket's handshake has an Authorization header. */
  readonly hasAuthorization: boolean;
  /** The profile's own; empty: generated. */
  readonly clientId: string;
  readonly usedClientId: boolean;
  readonly filters: readonly string[];
}
