import { resolve } from 'node:path';
import { usesTls } from '../../app/broker-address';
import { profileProblems, type Profile } from '../../app/profile';
import {
  DEFAULT_PROXY,
  type ProxySettings,
  type WebSocketSettings,
} from '../../app/profile-network';
import { fingerprintOf, TLS_VERSIONS, type TlsFile, type TlsSettings } from '../../app/profile-tls';
import type { SecretName } from '../../app/secret';
import { proxyOfAnswer } from '../engine/mqtt/proxy-choice';
import { environmentProxy } from '../engine/mqtt/environment-proxy';
import { oneOf, usageError } from './options';

/** How a broker is reached; the names are those of mosquitto_sub where it has the option. */
export const networkOptions = {
  ca: { type: 'string' },
  cafile: { type: 'string' },
  capath: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  insecure: { type: 'boolean' },
  fingerprint: { type: 'string' },
  servername: { type: 'string' },
  alpn: { type: 'string' },
  'tls-alpn': { type: 'string' },
  'tls-version': { type: 'string' },
  ciphers: { type: 'string' },
  proxy: { type: 'string' },
  header: { type: 'string', multiple: true },
} as const;

export const networkHelp = `  --cafile FILE        trust the authorities whose certificates (PEM, DER, P7B) are in this
                       file, besides those of the system; --ca is the same for PEM
  --capath FOLDER      the same for all files of a folder
  --cert FILE          the client's certificate (PEM, DER, P7B), or P12 (PFX) with its key
  --key FILE           its private key; the passphrase is taken from
                       MQTT_LOUPE_KEY_PASSPHRASE
  --fingerprint SHA256 trust exactly the server certificate with this fingerprint
  --insecure           do not check the server's certificate at all: whoever answers is
                       believed and gets the password
  --servername NAME    the name to ask for (SNI), which the certificate must have
  --alpn NAME          application protocol to offer; several with commas (--tls-alpn)
  --tls-version 1.0|1.1|1.2|1.3
                       the oldest version to accept; default 1.2
  --ciphers LIST       as OpenSSL names them
  --proxy URL          http://[USER@]HOST[:PORT] or socks5h://…; the password is taken from
                       MQTT_LOUPE_PROXY_PASSWORD. "system" follows HTTPS_PROXY, ALL_PROXY
                       and NO_PROXY
  --header 'NAME: VALUE'
                       send this header in the WebSocket handshake; may be given several
                       times
`;

export interface NetworkValues {
  readonly cafile?: string | undefined;
  readonly capath?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly fingerprint?: string | undefined;
  readonly servername?: string | undefined;
  readonly alpn?: string | undefined;
  readonly 'tls-alpn'?: string | undefined;
  readonly 'tls-version'?: string | undefined;
  readonly ciphers?: string | undefined;
  readonly proxy?: string | undefined;
  readonly header?: readonly string[] | undefined;
}

const TLS_NAMES = [
  ...['cafile', 'capath', 'cert', 'key', 'insecure', 'fingerprint', 'servername'],
  ...['alpn', 'tls-alpn', 'tls-version', 'ciphers'],
] as const;

/** A profile with what the options change of it, and the secrets that they and the environment bring. */
export interface NetworkChoice {
  readonly profile: Profile;
  readonly secrets: ReadonlyMap<SecretName, string>;
}

/** @throws LoupeError `invalid-argument` */
export function withNetwork(profile: Profile, values: NetworkValues): NetworkChoice {
  refuseUseless(profile, values);
  const secrets = new Map<SecretName, string>();
  const passphrase = process.env['MQTT_LOUPE_KEY_PASSPHRASE'];
  if (passphrase !== undefined) secrets.set('key-passphrase', passphrase);
  const changed = {
    ...profile,
    tls: tlsOf(profile.tls, values),
    webSocket: webSocketOf(profile.webSocket, values.header ?? [], secrets),
    proxy: proxyOf(profile.proxy, values.proxy, secrets),
  };
  for (const [field, problem] of profileProblems(changed)) {
    if (/^(?:tls|webSocket|proxy)\./u.test(field)) throw usageError(problem);
  }
  return { profile: changed, secrets };
}

function refuseUseless({ protocol }: Profile, values: NetworkValues): void {
  const tls = TLS_NAMES.find((name) => values[name] !== undefined);
  if (tls !== undefined && !usesTls({ protocol })) {
    throw usageError(
      `--${tls} is for mqtts and wss: this connection (${protocol}) is not encrypted.`,
    );
  }
  if (values.header !== undefined && !protocol.startsWith('ws')) {
    throw usageError(`--header is for ws and wss: this connection (${protocol}) has no headers.`);
  }
  if (values.proxy !== undefined && protocol === 'unix') {
    throw usageError('--proxy cannot lead to a socket on this computer.');
  }
  if (values.insecure === true && values.fingerprint !== undefined) {
    throw usageError('--insecure and --fingerprint exclude each other.');
  }
}

function tlsOf(tls: TlsSettings, values: NetworkValues): TlsSettings {
  const { cafile, capath, cert, key, servername, ciphers, fingerprint } = values;
  const alpn = values.alpn ?? values['tls-alpn'];
  const version = oneOf(
    '--tls-version',
    values['tls-version']?.replace(/^tlsv/iu, ''),
    TLS_VERSIONS,
  );
  const authorities = [cafile, capath].filter((path) => path !== undefined).map(fileAt);
  return {
    ...tls,
    authorities: [...tls.authorities, ...authorities],
    ...(cert === undefined ? {} : { certificate: fileAt(cert), key: null }),
    ...(key === undefined ? {} : { key: fileAt(key) }),
    ...(servername === undefined ? {} : { serverName: servername }),
    ...(alpn === undefined ? {} : { alpn: alpn.split(',').map((name) => name.trim()) }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(version === undefined ? {} : { minimumVersion: version }),
    ...(values.insecure === true ? { trust: 'anything' } : {}),
    ...(fingerprint === undefined
      ? {}
      : { trust: 'fingerprint', fingerprint: fingerprintOf(fingerprint) }),
  };
}

function fileAt(path: string): TlsFile {
  return { path: resolve(path), copy: null };
}

function webSocketOf(
  settings: WebSocketSettings,
  lines: readonly string[],
  secrets: Map<SecretName, string>,
): WebSocketSettings {
  const headers = [...settings.headers];
  for (const line of lines) {
    const [, name = '', value = ''] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/u.exec(line) ?? [];
    if (name === '') throw usageError('--header is written as NAME: VALUE.');
    if (name.toLowerCase() === 'authorization') secrets.set('websocket-authorization', value);
    else headers.push({ name, value });
  }
  return { ...settings, headers };
}

function proxyOf(
  proxy: ProxySettings,
  wanted: string | undefined,
  secrets: Map<SecretName, string>,
): ProxySettings {
  const known = process.env['MQTT_LOUPE_PROXY_PASSWORD'];
  if (known !== undefined) secrets.set('proxy-password', known);
  if (wanted === undefined) return proxy;
  if (wanted === 'system') return { ...DEFAULT_PROXY, mode: 'system' };
  const server = readProxy(wanted);
  if (server.password !== undefined && server.password !== '') {
    secrets.set('proxy-password', server.password);
  }
  const { host, port, username = '' } = server;
  return { ...DEFAULT_PROXY, mode: server.kind, host, port, username };
}

function readProxy(text: string) {
  try {
    const server = proxyOfAnswer(environmentProxy('https://any:1/', { https_proxy: text }));
    if (server !== null) return server;
  } catch {
    // What is wrong with it is said below; the text may hold a password.
  }
  throw usageError(
    '--proxy must be http://HOST:PORT, https://HOST:PORT, socks5h://HOST:PORT or system.',
  );
}
