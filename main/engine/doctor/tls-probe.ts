import { Buffer } from 'node:buffer';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import type { Finding } from '../../../app/doctor/finding';
import { trustedAuthorities } from '../mqtt/certificates';
import { ownCertificateProblem } from './own-certificate';
import type { DoctorTls, DoctorWay } from './settings';
import { codeOf, StepFailure, technicalOf } from './step-failure';
import { within } from './time-limit';

export const HANDSHAKE_MS = 8_000;
/** In TLS 1.3 a server looks at the client's certificate after the client is done; its tickets say that it is content. */
const CONTENT_MS = 400;

/**
 * Opens TLS over a carrier. The server's certificate is not judged: see `certificate-chain.ts`. Rejects with Node's error
 * or a `StepFailure` for a client certificate that cannot be used.
 */
export function openTls(
  way: DoctorWay,
  carrier: Duplex,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const context = secureContext(way.tls);
  const name = serverName(way);
  const socket = tls.connect({
    socket: carrier,
    secureContext: context,
    rejectUnauthorized: false,
    host: name,
    // Server Name Indication takes no IP addresses (RFC 6066 §3).
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    ...(way.tls.alpn.length === 0 ? {} : { ALPNProtocols: [...way.tls.alpn] }),
  });
  // Stays on for good: what comes after the time limit must not be an unhandled error.
  socket.on('error', () => undefined);
  return within(HANDSHAKE_MS, signal, (stop) => {
    stop.addEventListener('abort', () => socket.destroy());
    return handshake(socket, way.tls);
  });
}

/** Whether the server is the one that is meant. */
export function isTrusted(socket: tls.TLSSocket, { trust }: Pick<DoctorTls, 'trust'>): boolean {
  if (trust === 'anything') return true;
  if (trust === 'authorities') return socket.authorized;
  // To be asked before `readChain`: as an `X509Certificate`, Node gives the certificate once, and then no more.
  const { fingerprint256 } = socket.getPeerCertificate() as Partial<tls.PeerCertificate>;
  return fingerprint256 === trust.fingerprint;
}

const CLOSED_AFTER_HANDSHAKE = 'ERR_CLOSED_AFTER_HANDSHAKE';

function handshake(socket: tls.TLSSocket, settings: DoctorTls): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const closed = (message: string): Error =>
      Object.assign(new Error(message), { code: isOver ? CLOSED_AFTER_HANDSHAKE : 'ECONNRESET' });
    socket.once('error', (error: Error) => {
      reject(isOver && codeOf(error) === 'ECONNRESET' ? closed(error.message) : error);
    });
    socket.once('close', () => {
      reject(closed(`closed ${isOver ? 'right after' : 'during'} the handshake`));
    });
    socket.once('secureConnect', () => {
      isOver = true;
      // The connection itself goes no further with a server that is not the right one: what it thinks of us is no matter.
      if (!isTrusted(socket, settings)) {
        resolve(socket);
        return;
      }
      const isContent = (): void => {
        clearTimeout(timer);
        // Node loses what is written while it tells of the ticket.
        setImmediate(() => {
          resolve(socket);
        });
      };
      const timer = setTimeout(isContent, CONTENT_MS);
      if (socket.getProtocol() === 'TLSv1.3') socket.once('session', isContent);
      else isContent();
    });
  });
}

export function serverName({ host, tls: { serverName: name } }: DoctorWay): string {
  return name === '' ? host.replace(/%.*$/u, '') : name;
}

function secureContext(settings: DoctorTls): tls.SecureContext {
  const { certificate, minimumVersion, ciphers } = settings;
  const shared = {
    ca: [...(settings.systemAuthorities ? trustedAuthorities() : []), ...settings.authorities],
    ...(minimumVersion === null ? {} : { minVersion: minimumVersion }),
    ...(ciphers === '' ? {} : { ciphers }),
  };
  if (certificate === null) return tls.createSecureContext(shared);
  try {
    const own =
      certificate.kind === 'pem'
        ? { cert: certificate.cert, key: certificate.key }
        : { pfx: Buffer.from(certificate.pfx) };
    const { passphrase } = certificate;
    return tls.createSecureContext({
      ...shared,
      ...own,
      ...(passphrase === '' ? {} : { passphrase }),
    });
  } catch (error) {
    throw clientCertificateFailure(error, certificate.passphrase);
  }
}

function clientCertificateFailure(error: unknown, passphrase: string): StepFailure {
  const technical = technicalOf(error);
  const text = technical.toUpperCase().replace(/[\s-]/gu, '_');
  const fail = (
    problem: 'key-mismatch' | 'passphrase-missing' | 'passphrase-wrong' | 'unreadable',
    summary: string,
  ): StepFailure =>
    new StepFailure(
      {
        ...{ kind: 'client-certificate', problem, technical },
        detail: 'What is in the file is no certificate, or no key, that can be used.',
      },
      summary,
    );
  if (text.includes('KEY_VALUES_MISMATCH'))
    return fail('key-mismatch', 'Key and certificate differ');
  if (/BAD_DECRYPT|MAC_VERIFY|MISSING_PASSPHRASE|INTERRUPTED|PASSWORD/u.test(text)) {
    return passphrase === ''
      ? fail('passphrase-missing', 'The key is locked')
      : fail('passphrase-wrong', 'Wrong passphrase');
  }
  return fail('unreadable', 'The client certificate cannot be used');
}

const CLIENT_REFUSED =
  /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/u;

/** What an alert of the other end (RFC 8446 §6.2), or our refusal of its answer, means; null for anything else. */
export function alertFinding(error: unknown, settings: DoctorTls): Finding | null {
  const finding = meaningOf(error, settings);
  if (finding === null || !MAY_BE_OWN_CERTIFICATE.has(finding.kind)) return finding;
  return ownCertificateFinding(settings, finding.technical) ?? finding;
}

/** What was refused is explained where the client's own certificate is not valid today; null when it is. */
export function ownCertificateFinding(settings: DoctorTls, technical: string): Finding | null {
  const own = ownCertificateProblem(settings, Date.now());
  return own === null ? null : { kind: 'client-certificate', ...own, technical };
}

const MAY_BE_OWN_CERTIFICATE: ReadonlySet<Finding['kind']> = new Set<Finding['kind']>([
  'client-certificate',
  'tls-handshake',
  'closed-after-handshake',
]);

function meaningOf(error: unknown, settings: DoctorTls): Finding | null {
  const technical = technicalOf(error);
  const text = `${codeOf(error)} ${technical}`.toUpperCase().replace(/[\s-]/gu, '_');
  const has = settings.certificate !== null;
  if (text.includes('CERTIFICATE_REQUIRED') || (CLIENT_REFUSED.test(text) && !has))
    return { kind: 'client-certificate', problem: 'missing', detail: '', technical };
  if (CLIENT_REFUSED.test(text))
    return { kind: 'client-certificate', problem: 'refused', detail: '', technical };
  if (/NO_CIPHER_MATCH|INVALID_COMMAND/u.test(text)) return { kind: 'ciphers', technical };
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/u.test(text))
    return { kind: 'tls-version', technical };
  if (text.includes('NO_APPLICATION_PROTOCOL'))
    return { kind: 'alpn', offered: settings.alpn, technical };
  if (/HANDSHAKE_FAILURE|UNRECOGNIZED_NAME|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER/u.test(text))
    return { kind: 'tls-handshake', hasClientCertificate: has, technical };
  if (text.includes(CLOSED_AFTER_HANDSHAKE))
    return { kind: 'closed-after-handshake', hasClientCertificate: has, technical };
  return null;
}

const SUMMARIES: Partial<Record<Finding['kind'], string>> = {
  'client-certificate': 'Client certificate not accepted',
  'tls-version': 'No TLS version in common',
  alpn: 'No application protocol in common',
  'tls-handshake': 'Handshake refused',
  'closed-after-handshake': 'Closed at once',
  ciphers: 'The ciphers cannot be used',
};

export function alertFailure(finding: Finding): StepFailure {
  return new StepFailure(finding, SUMMARIES[finding.kind] ?? 'Handshake failed', 'tls');
}
