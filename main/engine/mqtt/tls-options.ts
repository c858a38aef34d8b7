import * as net from 'node:net';
import type * as tls from 'node:tls';
import type { Profile } from '../../../app/profile';
import type { TlsVersion } from '../../../app/profile-tls';
import type { AskSecret } from '../../../app/secret';
import { trustedAuthorities } from './certificates';
import { problem, readCertificates, readKey, readPfx } from './tls-files';

type TlsProfile = Pick<Profile, 'host' | 'tls'>;

const VERSIONS: Readonly<Record<TlsVersion, tls.SecureVersion>> = {
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
};

/** The name that the server's certificate has to have; an address of one link without the link. */
export function expectedName({ host, tls: { serverName } }: TlsProfile): string {
  return serverName === '' ? host.replace(/%.*$/u, '') : serverName;
}

/**
 * What Node needs to open TLS as a profile says: authorities, the client's certificate, name, protocols, versions. The
 * server's certificate is judged afterwards (`server-certificate.ts`), so that a refused one can be shown; nothing
 * may be sent before that.
 * @param authorities more authorities (PEM)
 * @throws StreamError with a `tls-file` failure
 */
export async function tlsOptions(
  profile: TlsProfile,
  authorities: readonly string[],
  secret: AskSecret,
  home: string | null,
): Promise<tls.ConnectionOptions> {
  const { serverName, alpn, ciphers, minimumVersion } = profile.tls;
  const name = expectedName(profile);
  return {
    ca: [...(await ownAuthorities(profile, home)), ...authorities],
    ...(await clientCertificate(profile, secret, home)),
    rejectUnauthorized: false,
    host: name,
    // Server Name Indication takes no IP addresses (RFC 6066 §3).
    ...(net.isIP(name) === 0 || serverName !== '' ? { servername: name } : {}),
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    ...oldCiphers(minimumVersion, ciphers),
    minVersion: VERSIONS[minimumVersion],
  };
}

/** OpenSSL 3 has TLS 1.0 and 1.1 at its security level 0 only; BoringSSL knows no levels. */
function oldCiphers(minimum: TlsVersion, ciphers: string): Pick<tls.ConnectionOptions, 'ciphers'> {
  const isOld = minimum === '1.0' || minimum === '1.1';
  const hasLevels = process.versions['electron'] === undefined;
  const chosen = ciphers === '' && isOld ? 'DEFAULT' : ciphers;
  if (chosen === '') return {};
  const needsLevel = isOld && hasLevels && !chosen.includes('@SECLEVEL');
  if (chosen === 'DEFAULT' && !hasLevels) return {};
  return { ciphers: needsLevel ? `${chosen}:@SECLEVEL=0` : chosen };
}

async function ownAuthorities(
  { tls: settings }: TlsProfile,
  home: string | null,
): Promise<string[]> {
  const found = settings.systemAuthorities ? [...trustedAuthorities()] : [];
  // What is not checked needs no authority, and must not fail for one that is missing.
  if (settings.trust !== 'authorities') return found;
  for (const file of settings.authorities) {
    const certificates = await readCertificates('authority', file, home);
    found.push(...certificates.map(String));
  }
  return found;
}

async function clientCertificate(
  { tls: { certificate, key } }: TlsProfile,
  secret: AskSecret,
  home: string | null,
): Promise<Pick<tls.ConnectionOptions, 'cert' | 'key' | 'pfx' | 'passphrase'>> {
  if (certificate === null) return {};
  const passphrase = (): Promise<string | undefined> => secret('key-passphrase');
  const pfx = await readPfx(certificate, home, passphrase);
  if (pfx !== null) return { pfx: pfx.bytes, passphrase: pfx.passphrase };
  const chain = await readCertificates('certificate', certificate, home);
  // A PEM file may have both.
  const keyObject = await readKey(key ?? certificate, home, passphrase);
  if (chain[0]?.checkPrivateKey(keyObject) !== true) {
    throw problem('key', 'key-mismatch', (key ?? certificate).path, 'key values mismatch');
  }
  return {
    cert: chain.map(String).join(''),
    key: keyObject.export({ type: 'pkcs8', format: 'pem' }),
  };
}
