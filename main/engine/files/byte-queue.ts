import { createReadStream } from 'node:fs';
import { unreadable } from './file-errors';

const READ_BYTES = 1024 * 1024;

export type ByteStream = AsyncIterable<Uint8Array>;

/** The bytes of a file from the front, or from an offset. Throws `not-found` and `file-unreadable`. */
export async function* bytesOfFile(path: string, end = Infinity): ByteStream {
  try {
    const stream = createReadStream(path, { highWaterMark: READ_BYTES, end });
    for await (const bytes of stream) yield bytes as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Bytes of a stream, as many at a time as somebody needs; nothing more is kept. */
export class ByteQueue {
  readonly #stream: AsyncIterator<Uint8Array>;
  #bytes: Buffer = Buffer.alloc(0);
  #offset = 0;
  #atEnd = false;

  constructor(stream: ByteStream) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  /** Bytes that were taken. */
  get offset(): number {
    return this.#offset;
  }

  /** What is here, without waiting for more; valid until the next `ensure`. */
  get here(): Buffer {
    return this.#bytes;
  }

  get atEnd(): boolean {
    return this.#atEnd && this.#bytes.length === 0;
  }

  /** Waits until so many bytes are here; false when the stream ends before. */
  async ensure(count: number): Promise<boolean> {
    if (this.#bytes.length >= count) return true;
    const parts: Uint8Array[] = [this.#bytes];
    let length = this.#bytes.length;
    while (length < count && !this.#atEnd) {
      const next = await this.#stream.next();
      if (next.done === true) this.#atEnd = true;
      else {
        parts.push(next.value);
        length += next.value.length;
      }
    }
    if (parts.length > 1) this.#bytes = Buffer.concat(parts, length);
    return this.#bytes.length >= count;
  }

  /** Takes so many of the bytes that are here. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    this.#offset += taken.length;
    return taken;
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#stream.return?.();
  }
}
