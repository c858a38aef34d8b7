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

const FULL_CHARACTERS = 256 * 1024;

/** A format that is text, a line (or several) a message. */
export class TextWriter implements MessageWriter {
  readonly #sink: Sink;
  readonly #line: (message: StoredMessage) => string;
  #parts: string[];
  #length = 0;

  /** @param beginning what stands before the first message */
  constructor(sink: Sink, beginning: string, line: (message: StoredMessage) => string) {
    this.#sink = sink;
    this.#line = line;
    this.#parts = [beginning];
  }

  get isFull(): boolean {
    return this.#length >= FULL_CHARACTERS;
  }

  add(message: StoredMessage): void {
    const line = this.#line(message);
    this.#parts.push(line);
    this.#length += line.length;
  }

  async flush(): Promise<void> {
    // Joined in pieces: two large payloads could exceed the longest string.
    const parts = this.#parts;
    this.#parts = [];
    const isLarge = this.#length > 64 * FULL_CHARACTERS;
    this.#length = 0;
    for (const text of isLarge ? parts : [parts.join('')]) {
      if (text !== '') await this.#sink.write(Buffer.from(text, 'utf8'));
    }
  }

  end(): Promise<void> {
    return this.flush();
  }
}
