import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Buffer } from 'node:buffer';
import { LoupeError, messageOf } from '../../../app/errors';
import type { Profile } from '../../../app/profile';
import type { TlsFile } from '../../../app/profile-tls';
import { tlsFileWords } from '../../../app/tls-failure';
import { isCredential } from '../mqtt/certificate-formats';
import { StreamError } from '../mqtt/stream-error';
import { COPIES, placeOf, readCertificates, readSmall } from '../mqtt/tls-files';

/** Copies of certificates and keys in the data folder, named by their content: the same file is there once. */
export class KeptFiles {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** Copies what is not copied yet. @throws LoupeError `file-unreadable` */
  async keep(file: TlsFile): Promise<TlsFile> {
    if (file.copy !== null) return file;
    try {
      return await this.keepBytes(file.path, await this.#contents(file));
    } catch (error) {
      const raw = error instanceof StreamError ? error.raw : null;
      const words = raw?.kind === 'tls-file' ? tlsFileWords(raw) : messageOf(error);
      throw new LoupeError('file-unreadable', `No copy could be kept. ${words}`, { cause: error });
    }
  }

  /** Keeps a certificate or key that stands in no file of its own. */
  async keepBytes(path: string, bytes: Uint8Array): Promise<TlsFile> {
    const copy = createHash('sha256').update(bytes).digest('hex');
    const folder = join(this.#home, COPIES);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, copy), bytes, { mode: 0o600 });
    await chmod(join(folder, copy), 0o600);
    return { path, copy };
  }

  /** Of a folder, all certificates in it. Only what is a certificate or a key is copied. */
  async #contents(file: TlsFile): Promise<Buffer> {
    try {
      const bytes = await readSmall('authority', file.path, placeOf(file, this.#home));
      if (isCredential(bytes)) return bytes;
    } catch (error) {
      if (!isFolder(error)) throw error;
    }
    const all = await readCertificates('authority', file, this.#home);
    return Buffer.from(all.map(String).join(''));
  }

  /** Deletes the copies that a profile had and that no profile has any more. */
  async release(had: Profile['tls'], profiles: readonly Profile[]): Promise<void> {
    const needed = new Set(profiles.flatMap(({ tls }) => filesOf(tls).map(({ copy }) => copy)));
    for (const { copy } of filesOf(had)) {
      if (copy === null || needed.has(copy)) continue;
      await rm(join(this.#home, COPIES, copy), { force: true });
    }
  }
}

function isFolder(error: unknown): boolean {
  return error instanceof StreamError && error.raw.kind === 'tls-file'
    ? /EISDIR/u.test(error.raw.message)
    : false;
}

function filesOf({ authorities, certificate, key }: Profile['tls']): readonly TlsFile[] {
  return [...authorities, ...(certificate ? [certificate] : []), ...(key ? [key] : [])];
}
