import { Buffer } from 'node:buffer';
import type { ClientCertificateProblem } from '../../../app/doctor/finding';
import type { Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import { tlsFileWords, type TlsFileProblem } from '../../../app/tls-failure';
import { chooseProxy } from '../mqtt/proxy-choice';
import { StreamError } from '../mqtt/stream-error';
import type { Surroundings } from '../mqtt/surroundings';
import { tlsOptions } from '../mqtt/tls-options';
import { proxyFailure } from './proxy-probe';
import {
  isSecure,
  isWebSocket,
  PLAIN_TLS,
  type ClientCertificate,
  type DoctorTls,
  type DoctorWay,
  type DoctorWebSocket,
} from './settings';
import { StepFailure } from './step-failure';

/** The way that a profile describes, as far as it is known without reading a file or asking for a secret. */
export function placeOfProfile(profile: Profile): DoctorWay {
  const { protocol, host, port, path, socketPath, webSocket } = profile;
  return {
    ...{ protocol, host, port, path, socketPath },
    webSocket: { ...webSocket, authorization: undefined },
    ...{ tls: PLAIN_TLS, proxy: null },
  };
}

/** Reads the profile's files and asks for its secrets. @throws StepFailure */
export async function wayOfProfile(
  profile: Profile,
  secret: AskSecret,
  surroundings: Surroundings,
): Promise<DoctorWay> {
  const place = placeOfProfile(profile);
  try {
    const proxy = await chooseProxy(profile, secret, surroundings);
    const tls = isSecure(place) ? await tlsOfProfile(profile, secret, surroundings) : PLAIN_TLS;
    return { ...place, tls, proxy, webSocket: await webSocketOfProfile(profile, secret) };
  } catch (error) {
    throw error instanceof StreamError ? settingsFailure(error) : error;
  }
}

async function webSocketOfProfile(
  { protocol, webSocket }: Profile,
  secret: AskSecret,
): Promise<DoctorWebSocket> {
  const authorization = isWebSocket({ protocol })
    ? await secret('websocket-authorization')
    : undefined;
  return { ...webSocket, authorization };
}

async function tlsOfProfile(
  profile: Profile,
  secret: AskSecret,
  { home }: Surroundings,
): Promise<DoctorTls> {
  const { trust, fingerprint, systemAuthorities, serverName, alpn } = profile.tls;
  // Those of the system are added by the doctor: they are known to it one by one.
  const own = { ...profile, tls: { ...profile.tls, systemAuthorities: false } };
  const {
    ca,
    cert,
    key,
    pfx,
    passphrase = '',
    minVersion,
    ciphers,
  } = await tlsOptions(own, [], secret, home);
  let certificate: ClientCertificate | null = null;
  if (Buffer.isBuffer(pfx)) certificate = { kind: 'pfx', pfx, passphrase };
  else if (typeof cert === 'string' && typeof key === 'string')
    certificate = { kind: 'pem', cert, key, passphrase };
  return {
    authorities: Array.isArray(ca) ? ca.map(String) : [],
    trust: trust === 'fingerprint' ? { fingerprint } : trust,
    ...{ systemAuthorities, serverName, certificate, alpn },
    minimumVersion: minVersion ?? null,
    ciphers: ciphers ?? '',
  };
}

/** A file that cannot be used, or a proxy that the system names in a way that nobody understands. */
function settingsFailure({ raw }: StreamError): StepFailure {
  if (raw.kind === 'proxy') {
    const { proxy: address, reason, message } = raw;
    return proxyFailure({ address, kind: 'http' }, reason, message);
  }
  if (raw.kind !== 'tls-file') {
    const technical = 'message' in raw ? raw.message : raw.kind;
    return new StepFailure({ kind: 'internal', technical }, 'The settings cannot be used');
  }
  const technical = `${raw.path}: ${raw.message === '' ? raw.reason : raw.message}`;
  const [problem, detail] = [fileProblem(raw), tlsFileWords(raw)];
  return new StepFailure(
    { kind: 'client-certificate', problem, detail, technical },
    'A file cannot be used',
    'tls',
  );
}

function fileProblem({ role, reason }: TlsFileProblem): ClientCertificateProblem {
  switch (reason) {
    case 'key-missing':
    case 'key-mismatch':
    case 'passphrase-missing':
    case 'passphrase-wrong':
      return reason;
    case 'missing':
      return role === 'authority' ? 'authority-missing' : 'file-missing';
    default:
      return role === 'authority' ? 'authority-unreadable' : 'unreadable';
  }
}
