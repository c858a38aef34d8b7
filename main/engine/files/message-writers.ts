import type { StoredMessage } from '../history/archive';
import type { Sink } from './sink';

/** Writes messages in one format, front to back. */
export interface MessageWriter {
  add(message: StoredMessage): void;
  /** Whether `flush` should be awaited before the next message. */
  readonly isFull: boolean;
  flush(): Promise<void>;
  end(): Promise<void>;
}

const FULL_BYTES = 256 * 1024;
/** UTF-8 has no more bytes for a unit of a string. */
const MOST_UNIT_BYTES = 3;

/** A format that is text, a line (or several) a message. */
export class TextWriter implements MessageWriter {
  readonly #sink: Sink;
  readonly #line: (message: StoredMessage) => string;
  #bytes = Buffer.allocUnsafeSlow(2 * FULL_BYTES);
  #length = 0;
  /** The other buffer, while it is written. */
  #spare = Buffer.allocUnsafeSlow(2 * FULL_BYTES);
  #writing: Promise<void> = Promise.resolve();

  /** @param beginning what stands before the first message */
  constructor(sink: Sink, beginning: string, line: (message: StoredMessage) => string) {
    this.#sink = sink;
    this.#line = line;
    this.#add(beginning);
  }

  get isFull(): boolean {
    return this.#length >= FULL_BYTES;
  }

  add(message: StoredMessage): void {
    this.#add(this.#line(message));
  }

  /** What was gathered is written while the next is; rejects with what the write before rejected with. */
  async flush(): Promise<void> {
    await this.#writing;
    const bytes = this.#bytes;
    this.#writing = this.#sink.write(bytes.subarray(0, this.#length));
    // It is awaited with the next one; until then a failure must not look as if nobody cared.
    this.#writing.catch(() => undefined);
    this.#bytes = this.#spare;
    // One that had to grow for a large payload does not stay so.
    this.#spare = bytes.length > 8 * FULL_BYTES ? Buffer.allocUnsafeSlow(2 * FULL_BYTES) : bytes;
    this.#length = 0;
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#writing;
  }

  #add(line: string): void {
    this.#reserve(line);
    this.#length += this.#bytes.write(line, this.#length, 'utf8');
  }

  #reserve(line: string): void {
    if (this.#length + line.length * MOST_UNIT_BYTES <= this.#bytes.length) return;
    const needed = this.#length + Buffer.byteLength(line, 'utf8');
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(needed);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
