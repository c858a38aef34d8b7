import { Buffer } from 'node:buffer';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { messageOf } from '../../../app/errors';
import type { TlsFile } from '../../../app/profile-tls';
import type { TlsFileReason, TlsFileRole } from '../../../app/tls-failure';
import { certificatesIn, isEncryptedKey, isPfx, keyBlockIn } from './certificate-formats';
import { isCostly, isCostlyBlock } from './key-cost';
import { StreamError } from './stream-error';

/** Bundles of all authorities of the world have a quarter of that. */
const MOST_FILE_BYTES = 4 * 1024 * 1024;
const MOST_FILES_IN_FOLDER = 2_000;
const MOST_CERTIFICATES = 5_000;
const TOO_MANY_ROUNDS = 'too many rounds';

/** Where copies of certificates and keys stand below the data folder. */
export const COPIES = 'certificates';

/** Where a file is read: its copy in the data folder, or where the person has it. */
export function placeOf(file: TlsFile, home: string | null): string {
  return file.copy !== null && home !== null ? join(home, COPIES, file.copy) : file.path;
}

/**
 * The certificates in a file, or in all files of a folder (where those without one are passed over).
 * @throws StreamError with a `tls-file` failure
 */
export async function readCertificates(
  role: TlsFileRole,
  file: TlsFile,
  home: string | null,
): Promise<readonly X509Certificate[]> {
  const place = placeOf(file, home);
  const found: X509Certificate[] = [];
  for (const one of await filesAt(role, file.path, place)) {
    const ders = certificatesIn(await readSmall(role, file.path, one));
    for (const der of ders) found.push(parseCertificate(role, file.path, der));
    if (found.length > MOST_CERTIFICATES) throw problem(role, 'too-large', file.path, '');
  }
  if (found.length === 0) throw problem(role, 'no-certificate', file.path, 'no certificate');
  return found;
}

/**
 * A private key: PEM or DER, PKCS#8, PKCS#1 or SEC1.
 * @throws StreamError with a `tls-file` failure
 */
export async function readKey(
  file: TlsFile,
  home: string | null,
  passphrase: () => Promise<string | undefined>,
): Promise<KeyObject> {
  const bytes = await readSmall('key', file.path, placeOf(file, home));
  const block = keyBlockIn(bytes);
  if (block === null) return keyFromDer(file.path, bytes, passphrase);
  if (!isEncryptedKey(block)) {
    return attempt(file.path, 'no-key', () => createPrivateKey({ key: block, format: 'pem' }));
  }
  const given = await passphrase();
  if (given === undefined || given === '') {
    throw problem('key', 'passphrase-missing', file.path, 'encrypted');
  }
  if (isCostlyBlock(block)) throw problem('key', 'costly', file.path, TOO_MANY_ROUNDS);
  return attempt(file.path, 'passphrase-wrong', () =>
    createPrivateKey({ key: block, format: 'pem', passphrase: given }),
  );
}

async function keyFromDer(
  path: string,
  bytes: Buffer,
  passphrase: () => Promise<string | undefined>,
): Promise<KeyObject> {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: bytes, format: 'der', type });
    } catch {
      // Another form, or encrypted: that is tried next.
    }
  }
  const given = await passphrase();
  if (given === undefined || given === '') throw problem('key', 'no-key', path, 'no key');
  if (isCostly(bytes)) throw problem('key', 'costly', path, TOO_MANY_ROUNDS);
  return attempt(path, 'no-key', () =>
    createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8', passphrase: given }),
  );
}

function attempt<T>(path: string, reason: TlsFileReason, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = messageOf(error);
    // OpenSSL 3 has the old ciphers in a provider that is not loaded.
    const isOld = /unsupported|UNKNOWN_CIPHER/iu.test(message) && reason === 'passphrase-wrong';
    throw problem('key', isOld ? 'unsupported' : reason, path, message);
  }
}

/** A P12 (PFX) file: certificate, chain and key in one. */
export interface Pfx {
  readonly bytes: Buffer;
  readonly passphrase: string;
  /** The client's own certificate; null where the runtime does not tell it. */
  readonly certificate: X509Certificate | null;
}

/**
 * The file as a P12; null when it is none.
 * @throws StreamError with a `tls-file` failure
 */
export async function readPfx(
  file: TlsFile,
  home: string | null,
  passphrase: () => Promise<string | undefined>,
): Promise<Pfx | null> {
  const bytes = await readSmall('certificate', file.path, placeOf(file, home));
  if (!isPfx(bytes)) return null;
  if (isCostly(bytes)) throw problem('certificate', 'costly', file.path, TOO_MANY_ROUNDS);
  const given = (await passphrase()) ?? '';
  try {
    const secure = tls.createSecureContext({ pfx: bytes, passphrase: given });
    const certificate = certificateOf(secure.context as unknown);
    return { bytes, passphrase: given, certificate };
  } catch (error) {
    throw problem('certificate', pfxReason(messageOf(error), given), file.path, messageOf(error));
  }
}

/** Node's own object has the certificate, though its types do not say so. */
function certificateOf(context: unknown): X509Certificate | null {
  const own = context as { readonly getCertificate?: () => Buffer | null };
  const der = own.getCertificate?.();
  return der ? new X509Certificate(der) : null;
}

function pfxReason(message: string, passphrase: string): TlsFileReason {
  if (/mac verify|INCORRECT_PASSWORD/iu.test(message)) {
    return passphrase === '' ? 'passphrase-missing' : 'passphrase-wrong';
  }
  return /unsupported/iu.test(message) ? 'legacy-encryption' : 'unsupported';
}

async function filesAt(role: TlsFileRole, path: string, place: string): Promise<readonly string[]> {
  try {
    if (role !== 'authority' || !(await stat(place)).isDirectory()) return [place];
    const entries = await readdir(place, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    if (files.length > MOST_FILES_IN_FOLDER) throw problem(role, 'too-large', path, '');
    return files.sort().map((name) => join(place, name));
  } catch (error) {
    throw error instanceof StreamError ? error : unreadable(role, path, error);
  }
}

/** @throws StreamError with a `tls-file` failure */
export async function readSmall(role: TlsFileRole, path: string, place: string): Promise<Buffer> {
  try {
    const handle = await open(place, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MOST_FILE_BYTES) throw problem(role, 'too-large', path, `${String(size)} bytes`);
      // Not readFile: a device or a pipe has no size and no end.
      const bytes = Buffer.alloc(Math.min(size, MOST_FILE_BYTES));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof StreamError ? error : unreadable(role, path, error);
  }
}

function parseCertificate(role: TlsFileRole, path: string, der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw problem(role, 'damaged', path, messageOf(error));
  }
}

function unreadable(role: TlsFileRole, path: string, error: unknown): StreamError {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return problem(role, isMissing ? 'missing' : 'unreadable', path, messageOf(error));
}

/** A file that cannot be used, as a failure of the connection. */
export function problem(
  role: TlsFileRole,
  reason: TlsFileReason,
  path: string,
  message: string,
): StreamError {
  return new StreamError({ kind: 'tls-file', role, reason, path, message });
}
