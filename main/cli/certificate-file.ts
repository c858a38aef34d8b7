import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../../app/errors';
import { usageError } from './options';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gu;

/**
 * The certificates in a PEM file (RFC 7468), which may hold several and text between them. Throws `invalid-argument`
 * when the file cannot be read, has none, or one of them is damaged.
 */
export function readAuthorities(option: string, file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${option} cannot be read: ${messageOf(error)}`);
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw usageError(
      `${option} ${file} has no certificate in it. It must be in PEM format, which begins with -----BEGIN CERTIFICATE-----; ` +
        'openssl x509 -inform der -in FILE makes that of a binary one.',
    );
  }
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw usageError(`${option} ${file}: certificate ${String(at + 1)} in it is damaged.`);
    }
  }
  return certificates;
}
