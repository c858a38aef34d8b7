import { X509Certificate } from 'node:crypto';
import type * as tls from 'node:tls';
import { MAX_SHOWN_NAMES, type CertificateFacts } from '../../../app/certificate';
import type { RawFailure } from '../../../app/raw-failure';
import type { TlsSettings } from '../../../app/profile-tls';

/** No subject that a person wants to read is longer. */
const MOST_SHOWN_CHARACTERS = 1_000;

/** What a certificate says of itself. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    validFromMs: timeOf(certificate.validFrom),
    validToMs: timeOf(certificate.validTo),
    names: namesIn(certificate.subjectAltName ?? ''),
    fingerprint: certificate.fingerprint256,
    selfSigned: certificate.subject === certificate.issuer,
  };
}

/** Node writes each attribute on a line of its own. */
function onOneLine(name: string | undefined): string {
  const parts = (name ?? '').split('\n').filter((part) => part !== '');
  return clean(parts.reverse().join(', '));
}

function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
    .slice(0, MOST_SHOWN_CHARACTERS);
}

/** `DNS:localhost, IP Address:127.0.0.1`; a name with a comma is in quotation marks. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/(?:DNS|IP Address|URI):("(?:[^"\\]|\\.)*"|[^,]+)/gu)]
    .slice(0, MAX_SHOWN_NAMES)
    .map(([, name = '']) => clean(name.trim()));
}

function timeOf(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/**
 * Whether the server at the other end is the one that the profile means: null when it is, else why not. Nothing may be
 * sent to it before this was asked.
 */
export function certificateFailure(
  socket: tls.TLSSocket,
  { trust, fingerprint }: Pick<TlsSettings, 'trust' | 'fingerprint'>,
): RawFailure | null {
  if (trust === 'anything') return null;
  if (trust === 'authorities' && socket.authorized) return null;
  const certificate = certificateOf(socket);
  if (certificate === null) {
    const message = 'The server showed no certificate.';
    return { kind: 'socket', during: 'opening', code: 'ERR_SSL_NO_CERTIFICATE', message };
  }
  if (trust === 'fingerprint') {
    if (certificate.fingerprint === fingerprint) return null;
    return { kind: 'fingerprint', expected: fingerprint, certificate };
  }
  // Node's types call it an error; it is the code of one.
  const code = String(socket.authorizationError);
  return { kind: 'socket', during: 'opening', code, message: code, certificate };
}

function certificateOf(socket: tls.TLSSocket): CertificateFacts | null {
  try {
    const { raw } = socket.getPeerCertificate() as Partial<tls.PeerCertificate>;
    return raw === undefined ? null : factsOf(new X509Certificate(raw));
  } catch {
    // A certificate so odd that it cannot be read again is as good as none.
    return null;
  }
}
