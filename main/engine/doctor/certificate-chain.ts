import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { CertificateCard } from '../../../app/contract-doctor';
import { commonName } from '../../../app/doctor/certificate-words';
import type { CertificateProblem } from '../../../app/doctor/finding';
import { trustedAuthorities } from '../mqtt/certificates';

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 50;
const MOST_CHARACTERS = 1_000;

export interface Chain {
  /** The server's own first. */
  readonly cards: readonly CertificateCard[];
  /** Name of the authority that signed the last one. */
  readonly missing: string;
  /** Whether it looks as if the server kept one back that it should have sent. */
  readonly isIncomplete: boolean;
}

let known: readonly X509Certificate[] | null = null;

function systemAuthorities(): readonly X509Certificate[] {
  known ??= parseAll(trustedAuthorities());
  return known;
}

function parseAll(texts: readonly string[]): X509Certificate[] {
  const blocks = texts.flatMap(
    (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [],
  );
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      // A store may have one that cannot be read: it vouches for nobody.
      return [];
    }
  });
}

/** The certificates that the server showed, and the authority behind them where it is trusted here. */
export function readChain(
  socket: TLSSocket,
  settings: { readonly systemAuthorities: boolean; readonly authorities: readonly string[] },
): Chain {
  const system = settings.systemAuthorities ? systemAuthorities() : [];
  const trusted = [...parseAll(settings.authorities), ...system];
  const sent = sentBy(socket);
  const last = sent.at(-1);
  const anchor =
    last === undefined || isSelfSigned(last)
      ? undefined
      : trusted.find((one) => last.issuer === one.subject && last.checkIssued(one));
  const all = anchor === undefined ? sent : [...sent, anchor];
  const trustedPrints = new Set(trusted.map(({ fingerprint256 }) => fingerprint256));
  return {
    cards: all.map((certificate, index) =>
      cardOf(certificate, index, trustedPrints.has(certificate.fingerprint256)),
    ),
    missing: commonName(onOneLine(last?.issuer ?? '')),
    isIncomplete: last !== undefined && anchor === undefined && looksIncomplete(last, trusted),
  };
}

function sentBy(socket: TLSSocket): readonly X509Certificate[] {
  const found: X509Certificate[] = [];
  const seen = new Set<string>();
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && found.length < MOST_CERTIFICATES && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    found.push(next);
    next = next.issuerCertificate;
  }
  return found;
}

/**
 * A server that sends its own certificate alone may have forgotten the one in between, or be signed by an authority that
 * nobody here knows. Public authorities name a place where the one in between can be fetched (RFC 5280 §4.2.2.1); within a
 * company both bear its name, or the name says so.
 */
function looksIncomplete(last: X509Certificate, trusted: readonly X509Certificate[]): boolean {
  if (last.infoAccess?.includes('CA Issuers') ?? false) return true;
  const issuer = onOneLine(last.issuer);
  if (/\b(?:intermediate|issuing|sub[- ]?ca)\b/iu.test(issuer)) return true;
  const organisation = organisationOf(issuer);
  return (
    organisation !== '' &&
    trusted.some(({ subject }) => organisationOf(onOneLine(subject)) === organisation)
  );
}

function organisationOf(name: string): string {
  return /(?:^|, )O=([^,]+)/u.exec(name)?.[1] ?? '';
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer;
}

function cardOf(certificate: X509Certificate, index: number, isTrusted: boolean): CertificateCard {
  const isOwn = isSelfSigned(certificate);
  const validFromMs = Date.parse(certificate.validFrom);
  const validToMs = Date.parse(certificate.validTo);
  return {
    role: index === 0 ? 'server' : isOwn ? 'root' : 'intermediate',
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    ...{ validFromMs, validToMs },
    names: namesIn(certificate.subjectAltName ?? ''),
    keyUsage: usesOf(certificate),
    key: keyOf(certificate),
    fingerprint: certificate.fingerprint256,
    isSelfSigned: isOwn,
    isTrusted,
    problem: dateProblem(validFromMs, validToMs),
  };
}

function dateProblem(fromMs: number, toMs: number): string | null {
  if (toMs < Date.now()) return 'has expired';
  return fromMs > Date.now() ? 'is not valid yet' : null;
}

/** Node writes each attribute on a line of its own, the broadest first. */
function onOneLine(name: string): string {
  return clean(
    name
      .split('\n')
      .filter((part) => part !== '')
      .reverse()
      .join(', '),
  );
}

function clean(text: string): string {
  return text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD').slice(0, MOST_CHARACTERS);
}

/** `DNS:localhost, IP Address:127.0.0.1`; a name with a comma is in quotation marks. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/(?:DNS|IP Address|URI):("(?:[^"\\]|\\.)*"|[^,]+)/gu)]
    .slice(0, MOST_NAMES)
    .map(([, name = '']) => clean(name.trim()));
}

const EXTENDED_USES = new Map([
  ['1.3.6.1.5.5.7.3.1', 'server'],
  ['1.3.6.1.5.5.7.3.2', 'client'],
  ['1.3.6.1.5.5.7.3.3', 'code signing'],
  ['1.3.6.1.5.5.7.3.4', 'e-mail'],
  ['2.5.29.37.0', 'any purpose'],
]);

/** What Node calls `keyUsage` is the extended one (RFC 5280 §4.2.1.12). */
function usesOf(certificate: X509Certificate): readonly string[] {
  const uses = (certificate.keyUsage as readonly string[] | undefined) ?? [];
  const words = uses.slice(0, MOST_NAMES).map((use) => EXTENDED_USES.get(use) ?? use);
  return certificate.ca ? ['authority', ...words] : words;
}

function keyOf({ publicKey }: X509Certificate): string {
  const type = (publicKey.asymmetricKeyType ?? 'unknown').toUpperCase();
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return `${type}, ${String(modulusLength)} bits`;
  return namedCurve === undefined ? type : `${type}, ${namedCurve}`;
}

/** What OpenSSL's verdict on a chain means, and about which of its certificates. */
export function judge(
  code: string,
  chain: Chain,
): { readonly problem: CertificateProblem; readonly index: number } {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { problem: 'self-signed', index: 0 };
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return { problem: 'unknown-authority', index: 0 };
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return {
        problem: chain.isIncomplete ? 'missing-intermediate' : 'unknown-authority',
        index: 0,
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        problem: code === 'CERT_HAS_EXPIRED' ? 'expired' : 'not-yet-valid',
        index: Math.max(
          0,
          chain.cards.findIndex(({ problem }) => problem !== null),
        ),
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
    case 'IP_ADDRESS_MISMATCH':
      return { problem: 'wrong-host', index: 0 };
    default:
      return { problem: 'other', index: 0 };
  }
}
