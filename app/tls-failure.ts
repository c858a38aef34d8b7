import { addressOf, usesTls } from './broker-address';
import type { BrokerAddress } from './broker-address';
import type { FailureWords, SocketFailure } from './socket-failure';

/** Why a file of certificates or a key is of no use; the words of `tlsFileWords` say it to a person. */
export type TlsFileReason =
  | 'missing'
  | 'unreadable'
  | 'too-large'
  | 'no-certificate'
  | 'damaged'
  | 'no-key'
  | 'passphrase-missing'
  | 'passphrase-wrong'
  | 'legacy-encryption'
  /** Its passphrase is protected with so much work that opening it would take minutes or years. */
  | 'costly'
  | 'unsupported'
  | 'key-missing'
  | 'key-mismatch';

/** What a file was named for. */
export type TlsFileRole = 'authority' | 'certificate' | 'key';

export interface TlsFileProblem {
  readonly role: TlsFileRole;
  readonly reason: TlsFileReason;
  readonly path: string;
  /** The technical text as it came. */
  readonly message: string;
}

/** One sentence or two on what is wrong with a file, as it stands at its field. */
export function tlsFileWords({ role, reason, path }: TlsFileProblem): string {
  const name = fileName(path);
  switch (reason) {
    case 'missing':
      return `There is no file ${path}. Choose it again, or keep a copy of it in the data folder.`;
    case 'unreadable':
      return `${name} cannot be read. Check the rights on it.`;
    case 'too-large':
      return `${name} is too large to be a certificate or a key. Choose another file.`;
    case 'no-certificate':
      return `${name} has no certificate in it. ${role === 'authority' ? 'PEM, DER and P7B files are understood.' : 'PEM, DER, P7B and P12 (PFX) files are understood.'}`;
    case 'damaged':
      return `A certificate in ${name} is damaged. Export it anew where it came from.`;
    case 'no-key':
      return `${name} has no private key in it. PEM and DER files of RSA, EC and Ed25519 keys are understood (PKCS#8, PKCS#1, SEC1).`;
    case 'passphrase-missing':
      return `${name} is encrypted. Enter its passphrase.`;
    case 'passphrase-wrong':
      return `The passphrase does not open ${name}. It is case-sensitive.`;
    case 'legacy-encryption':
      return `${name} is encrypted in an old way (RC2 or 3DES) that OpenSSL 3 no longer reads. Convert it: openssl pkcs12 -legacy -in OLD.p12 -nodes -out all.pem, then openssl pkcs12 -export -in all.pem -out NEW.p12, and delete all.pem.`;
    case 'costly':
      return `${name} is made so that opening it takes absurdly long (the rounds of its encryption). It was not opened. Export the key anew.`;
    case 'unsupported':
      return `${name} cannot be understood: its format or encryption is not supported.`;
    case 'key-missing':
      return `The certificate needs its private key. Choose the file with it, or a P12 (PFX) file that has both.`;
    case 'key-mismatch':
      return `This key does not belong to the certificate. Choose the key that the certificate was made for.`;
  }
}

/** The words for a connection that was not tried because of a file. */
export function tlsFileFailure(problem: TlsFileProblem): FailureWords {
  const advice = `${tlsFileWords(problem)} Edit the connection’s TLS settings.`;
  switch (problem.reason) {
    case 'key-mismatch':
      return [
        'tls-key-mismatch',
        'The client certificate and its key do not belong together.',
        advice,
      ];
    case 'passphrase-missing':
    case 'passphrase-wrong':
      return ['tls-passphrase', 'The key of the client certificate could not be opened.', advice];
    default:
      return [
        'tls-file',
        problem.role === 'authority'
          ? 'A certificate of an authority could not be used.'
          : `The client’s ${problem.role === 'key' ? 'key' : 'certificate'} could not be used.`,
        advice,
      ];
  }
}

export function fileName(path: string): string {
  return path.split(/[/\\]/u).findLast((part) => part !== '') ?? path;
}

/** A certificate that is not the one that was trusted by its fingerprint. */
export function fingerprintWords(
  { expected, actual }: { readonly expected: string; readonly actual: string },
  target: BrokerAddress,
): FailureWords {
  return [
    'tls-fingerprint-changed',
    `${addressOf(target)} has another certificate than the one that you trusted.`,
    `Trusted: ${expected}. Now: ${actual}. If the broker was given a new certificate, look at it and trust it; otherwise someone may be in between.`,
  ];
}

const CLIENT_REFUSED =
  /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/u;

/** What the other end's alert (RFC 8446 §6.2), or our own refusal of its answer, means; null for anything else. */
export function alertWords(
  { message }: SocketFailure,
  code: string,
  target: BrokerAddress,
): FailureWords | null {
  if (!usesTls(target)) return null;
  const address = addressOf(target);
  const text = `${code} ${message.toUpperCase().replace(/[\s-]/gu, '_')}`;
  if (text.includes('CERTIFICATE_REQUIRED')) {
    return [
      'tls-client-certificate-missing',
      `${address} asks for a client certificate.`,
      'Edit the connection and choose a client certificate and its key under TLS.',
    ];
  }
  if (CLIENT_REFUSED.test(text)) {
    return [
      'tls-client-certificate-refused',
      `${address} refused the client certificate.`,
      'Check that it was signed by an authority that the broker trusts, and that it is valid today.',
    ];
  }
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/u.test(text)) {
    return [
      'tls-version-refused',
      `${address} and this connection have no TLS version in common.`,
      'The broker may have only older versions than this connection allows: choose an older one under TLS if you must. Or it wants a newer one.',
    ];
  }
  if (text.includes('NO_APPLICATION_PROTOCOL')) {
    return [
      'tls-alpn-refused',
      `${address} knows none of the application protocols (ALPN) that were offered.`,
      'Check the ALPN list under TLS; empty offers none. AWS IoT on port 443 wants x-amzn-mqtt-ca or mqtt.',
    ];
  }
  if (/ALERT_(?:HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|UNRECOGNIZED_NAME)/u.test(text)) {
    return [
      'tls-failed',
      `${address} broke off while encryption was being agreed on.`,
      'The broker may ask for a client certificate, take none of the ciphers that are offered, or not know the host name. Check them under TLS.',
    ];
  }
  if (/NO_CIPHER_MATCH|INVALID_COMMAND|NO_SHARED_CIPHER/u.test(text)) {
    return [
      'invalid-settings',
      'The list of ciphers cannot be used.',
      'Check the ciphers under TLS, or leave the field empty for the usual ones.',
    ];
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/u.test(text)) {
    return [
      'tls-failed',
      `${address} does not speak TLS.`,
      `Choose ${target.protocol === 'mqtts' ? 'mqtt' : 'ws'} for this port, or the port on which the broker listens for TLS.`,
    ];
  }
  return null;
}
