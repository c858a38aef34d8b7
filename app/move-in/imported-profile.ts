/** What another program's settings say of one connection, whatever our profile can hold of it by now. */
import type { MqttVersion, Protocol } from '../profile';
import type { Subscription } from '../subscription';

/** A certificate or key: where it stands, or its bytes. */
export type ImportedFile =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'data'; readonly name: string; readonly base64: string };

export interface ImportedTls {
  /** False: any certificate was good enough. */
  readonly validates: boolean;
  readonly authorities: readonly ImportedFile[];
  readonly certificate: ImportedFile | null;
  readonly key: ImportedFile | null;
  readonly alpn: readonly string[];
  readonly ciphers: string;
  /** As `1.2`; empty for the usual ones. */
  readonly version: string;
}

export interface ImportedWill {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly delaySeconds: number | null;
  readonly messageExpirySeconds: number | null;
  readonly payloadIsText: boolean;
  readonly contentType: string;
  readonly responseTopic: string;
  readonly correlationData: string;
  readonly userProperties: ReadonlyArray<readonly [name: string, value: string]>;
}

/** CONNECT properties of MQTT 5; null where the program leaves one to the protocol. */
export interface ImportedConnect {
  readonly sessionExpirySeconds: number | null;
  readonly receiveMaximum: number | null;
  readonly topicAliasMaximum: number | null;
  readonly requestProblemInformation: boolean | null;
  readonly requestResponseInformation: boolean | null;
  readonly userProperties: ReadonlyArray<readonly [name: string, value: string]>;
}

export interface ImportedProxy {
  readonly kind: 'socks5';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | null;
}

export interface ImportedProfile {
  readonly name: string;
  /** Empty for none. */
  readonly folder: string;
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  /** Where the socket of `unix` stands. */
  readonly socketPath: string;
  /** Of the WebSocket endpoint; null when none is named. */
  readonly path: string | null;
  readonly clientId: string;
  /** Whether the program made the client id up, and nobody chose it. */
  readonly clientIdIsGenerated: boolean;
  readonly clientIdSuffix: boolean;
  readonly username: string;
  readonly password: string | null;
  /** Null leaves it open. */
  readonly version: MqttVersion | null;
  readonly cleanStart: boolean;
  /** Seconds; null for the usual. */
  readonly keepAlive: number | null;
  /** Null for the usual ones; what cannot be subscribed to is found later. */
  readonly subscriptions: readonly Subscription[] | null;
  readonly connect: ImportedConnect | null;
  readonly will: ImportedWill | null;
  readonly tls: ImportedTls | null;
  readonly proxy: ImportedProxy | null;
  /** One of those that the program brings along by itself. */
  readonly isExample: boolean;
  /** Settings that no profile has, in words: `bind address 10.0.0.1`. */
  readonly others: readonly string[];
}

/** What is left out of an importer's result is as here. */
export const NOTHING_SAID: Omit<ImportedProfile, 'name' | 'host' | 'port' | 'protocol'> = {
  folder: '',
  socketPath: '',
  path: null,
  clientId: '',
  clientIdIsGenerated: false,
  clientIdSuffix: false,
  username: '',
  password: null,
  version: null,
  cleanStart: true,
  keepAlive: null,
  subscriptions: null,
  connect: null,
  will: null,
  tls: null,
  proxy: null,
  isExample: false,
  others: [],
};

export const NO_TLS_SETTINGS: ImportedTls = {
  validates: true,
  authorities: [],
  certificate: null,
  key: null,
  alpn: [],
  ciphers: '',
  version: '',
};
