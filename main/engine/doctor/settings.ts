import type * as tls from 'node:tls';
import { usesTls } from '../../../app/broker-address';
import { brokerUrl, type Protocol } from '../../../app/profile';
import { DEFAULT_WEB_SOCKET, type WebSocketSettings } from '../../../app/profile-network';
import type { ProxyServer } from '../mqtt/open-through-proxy';

/** A go-between on the way to the broker. */
export type DoctorProxy = ProxyServer;

/** The client's own certificate, as bytes or PEM text. */
export type ClientCertificate =
  | {
      readonly kind: 'pem';
      readonly cert: string;
      readonly key: string;
      readonly passphrase: string;
    }
  | { readonly kind: 'pfx'; readonly pfx: Uint8Array; readonly passphrase: string };

/** TLS as plain arguments: where they come from is none of the doctor's business. */
export interface DoctorTls {
  /** Whether the system's authorities are trusted. */
  readonly systemAuthorities: boolean;
  /** Authorities (PEM) that are trusted besides. */
  readonly authorities: readonly string[];
  /** `anything`: whoever answers is believed; else the certificate with this fingerprint, or one by an authority. */
  readonly trust: 'authorities' | 'anything' | { readonly fingerprint: string };
  /** Empty: the host. */
  readonly serverName: string;
  readonly certificate: ClientCertificate | null;
  readonly alpn: readonly string[];
  readonly minimumVersion: tls.SecureVersion | null;
  readonly ciphers: string;
}

export const PLAIN_TLS: DoctorTls = {
  ...{
    systemAuthorities: true,
    authorities: [],
    trust: 'authorities',
    serverName: '',
    certificate: null,
  },
  ...{ alpn: [], minimumVersion: null, ciphers: '' },
};

/** What a WebSocket's handshake asks for. */
export interface DoctorWebSocket extends WebSocketSettings {
  /** The header of that name; undefined: none. */
  readonly authorization: string | undefined;
}

export const PLAIN_WEB_SOCKET: DoctorWebSocket = {
  ...DEFAULT_WEB_SOCKET,
  authorization: undefined,
};

/** How a broker is reached. */
export interface DoctorWay {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Where the socket of `unix` stands. */
  readonly socketPath: string;
  readonly webSocket: DoctorWebSocket;
  readonly tls: DoctorTls;
  readonly proxy: DoctorProxy | null;
}

export function describeWay(way: DoctorWay): string {
  return brokerUrl(way);
}

export const isSecure = (way: Pick<DoctorWay, 'protocol'>): boolean => usesTls(way);
export const isWebSocket = ({ protocol }: Pick<DoctorWay, 'protocol'>): boolean =>
  protocol === 'ws' || protocol === 'wss';
