import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unwritable } from './file-errors';

/** Where bytes of an export go, in order. */
export interface Sink {
  /** Resolves when there is room for more. Rejects with `file-unwritable`. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Between the name of the target and six random digits: so leftovers of a killed export are known. */
const UNFINISHED = '.mqtt-loupe-unfinished-';

/**
 * A file that appears under its name only when it is whole: until then it is written beside it, where a rename cannot
 * cross disks. What a killed export to the same target left is removed first.
 */
export class TargetFile implements Sink {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #bytes = 0;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws LoupeError `file-unwritable` */
  static async open(path: string): Promise<TargetFile> {
    const temporary = `${path}${UNFINISHED}${randomBytes(3).toString('hex')}`;
    try {
      await removeLeftovers(path);
      // What is exported is for its owner only, as the history is.
      return new TargetFile(path, temporary, await open(temporary, 'wx', 0o600));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += (await this.#handle.write(bytes, at)).bytesWritten;
      }
      this.#bytes += bytes.length;
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }

  /** Puts the file in its place; what was there is replaced. */
  async finish(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.#path);
      await syncFolder(dirname(this.#path));
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }

  /** Leaves nothing behind; does nothing after `finish`. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/** Another export that is under way to the same target loses its file too: the last one to be started wins. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const beginning = `${basename(path)}${UNFINISHED}`;
  for (const name of await readdir(folder)) {
    if (name.startsWith(beginning)) await rm(join(folder, name), { force: true });
  }
}

/** So that the name survives a power cut too; some systems cannot do it for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
