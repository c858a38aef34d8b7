import { open, stat } from 'node:fs/promises';
import { LoupeError } from '../../../app/errors';
import { formatBytes } from '../../../app/payload/format';
import { unreadable } from '../files/file-errors';

/** The files that a person chose to send: no others are read. */
export class DeskFiles {
  readonly #allowed = new Set<string>();

  /** The person chose it. */
  allow(path: string): void {
    this.#allowed.add(path);
  }

  /** @throws LoupeError `forbidden` */
  check(path: string): void {
    if (this.#allowed.has(path)) return;
    throw new LoupeError(
      'forbidden',
      `${path} was chosen before MQTT Loupe was started. Choose the file again: files are read only after that.`,
    );
  }

  /** A whole file. @throws LoupeError `forbidden`, `not-found`, `file-unreadable`, `invalid-argument` when it is too large */
  async read(path: string, mostBytes: number): Promise<Uint8Array> {
    this.check(path);
    try {
      const { size } = await stat(path);
      if (size > mostBytes) throw tooLarge(path, size, mostBytes);
      const file = await open(path);
      try {
        const bytes = await file.readFile();
        // It may have grown meanwhile.
        if (bytes.length > mostBytes) throw tooLarge(path, bytes.length, mostBytes);
        return bytes;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }
}

function tooLarge(path: string, size: number, mostBytes: number): LoupeError {
  return new LoupeError(
    'invalid-argument',
    `${path} has ${formatBytes(size)}; an MQTT message can carry at most ${formatBytes(mostBytes)}.`,
  );
}
