import type { KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../../app/certificate';
import type { TlsFileCheck, TlsFilesCheck } from '../../../app/contract-tls';
import { messageOf } from '../../../app/errors';
import type { TlsFile, TlsSettings } from '../../../app/profile-tls';
import { tlsFileWords } from '../../../app/tls-failure';
import { factsOf } from '../mqtt/server-certificate';
import { StreamError } from '../mqtt/stream-error';
import { problem, readCertificates, readKey, readPfx } from '../mqtt/tls-files';

const MOST_SHOWN = 10;
const SOON_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

type Files = Pick<TlsSettings, 'authorities' | 'certificate' | 'key'>;

/** Reads the files of TLS settings as a connection does, and says of each what is wrong with it. */
export async function checkTlsFiles(
  { authorities, certificate, key }: Files,
  home: string | null,
  passphrase: () => Promise<string | undefined>,
): Promise<TlsFilesCheck> {
  const trusted = [];
  for (const file of authorities) trusted.push(await checkAuthority(file, home));
  if (certificate === null) {
    // A key alone is of no use, but it can be looked at.
    return {
      authorities: trusted,
      certificate: null,
      key: key && (await checkKey(key, null, home, passphrase)),
    };
  }
  try {
    const pfx = await readPfx(certificate, home, passphrase);
    if (pfx !== null) {
      const own = pfx.certificate === null ? [] : [pfx.certificate];
      return { authorities: trusted, certificate: sound(own, clientWarning(own)), key: null };
    }
    const chain = await readCertificates('certificate', certificate, home);
    return {
      authorities: trusted,
      certificate: sound(chain, clientWarning(chain)),
      key: await checkKey(key ?? certificate, chain[0] ?? null, home, passphrase, key === null),
    };
  } catch (error) {
    return { authorities: trusted, certificate: broken(error), key: null };
  }
}

async function checkAuthority(file: TlsFile, home: string | null): Promise<TlsFileCheck> {
  try {
    const certificates = await readCertificates('authority', file, home);
    return sound(certificates, authorityWarning(certificates));
  } catch (error) {
    return broken(error);
  }
}

async function checkKey(
  file: TlsFile,
  certificate: X509Certificate | null,
  home: string | null,
  passphrase: () => Promise<string | undefined>,
  isWithCertificate = false,
): Promise<TlsFileCheck> {
  try {
    const key: KeyObject = await readKey(file, home, passphrase);
    if (certificate !== null && !certificate.checkPrivateKey(key)) {
      throw problem('key', 'key-mismatch', file.path, '');
    }
    return { problem: null, warning: null, certificates: [], count: 0 };
  } catch (error) {
    const isAbsent =
      isWithCertificate &&
      error instanceof StreamError &&
      error.raw.kind === 'tls-file' &&
      error.raw.reason === 'no-key';
    return broken(isAbsent ? problem('key', 'key-missing', file.path, '') : error);
  }
}

function sound(certificates: readonly X509Certificate[], warning: string | null): TlsFileCheck {
  return {
    problem: null,
    warning,
    certificates: certificates.slice(0, MOST_SHOWN).map(factsOf),
    count: certificates.length,
  };
}

function broken(error: unknown): TlsFileCheck {
  const isKnown = error instanceof StreamError && error.raw.kind === 'tls-file';
  const words =
    isKnown && error.raw.kind === 'tls-file' ? tlsFileWords(error.raw) : messageOf(error);
  return { problem: words, warning: null, certificates: [], count: 0 };
}

function authorityWarning(certificates: readonly X509Certificate[]): string | null {
  const [only] = certificates;
  if (only === undefined || certificates.length > 1) return null;
  return (
    dateWarning(factsOf(only)) ??
    (only.ca ? null : 'This is not an authority’s certificate: only this very server is trusted.')
  );
}

function clientWarning(chain: readonly X509Certificate[]): string | null {
  const [own] = chain;
  if (own === undefined) return null;
  const gap = chain.findIndex((one, at) => {
    const issuer = chain[at + 1];
    return issuer !== undefined && !(one.checkIssued(issuer) && one.verify(issuer.publicKey));
  });
  if (gap >= 0) {
    return `The chain is broken: certificate ${String(gap + 2)} in the file did not issue certificate ${String(gap + 1)}.`;
  }
  return dateWarning(factsOf(own));
}

function dateWarning({ validFromMs, validToMs }: CertificateFacts): string | null {
  const now = Date.now();
  if (validFromMs !== null && validFromMs > now) {
    return `It is not valid before ${new Date(validFromMs).toISOString().slice(0, 10)}. Check this computer’s clock too.`;
  }
  if (validToMs === null) return null;
  const day = new Date(validToMs).toISOString().slice(0, 10);
  if (validToMs < now) return `It expired on ${day}. Get a new one.`;
  const days = Math.ceil((validToMs - now) / DAY_MS);
  const left = days === 1 ? '1 day' : `${String(days)} days`;
  return validToMs - now < SOON_MS ? `It expires in ${left}, on ${day}.` : null;
}
