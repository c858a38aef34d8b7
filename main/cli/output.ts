import type { Writable } from 'node:stream';

/** What is gathered before it is handed on: a write per message would cost a system call each. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Standard output. Writing waits for the reader (a slow pipe never fills the memory); when the reader goes, as `head`
 * does, that is no error: `write` says so and the command stops.
 */
export class Output {
  readonly #stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  #parts: string[] = [];
  #length = 0;
  #isOpen = true;
  #failure: Error | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failed(error);
    });
  }

  /** Columns of the terminal; null when it is none. */
  get columns(): number | null {
    return this.#stream.isTTY === true ? (this.#stream.columns ?? 80) : null;
  }

  /** False when nobody reads any more. Throws when it cannot be written: a full disk. */
  async write(text: string): Promise<boolean> {
    this.#parts.push(text);
    this.#length += text.length;
    return this.#length < CHUNK_CHARACTERS && this.columns === null
      ? this.#isOpen
      : await this.flush();
  }

  /** Bytes as they are, behind what was written until now. */
  async writeBytes(bytes: Uint8Array): Promise<boolean> {
    await this.flush();
    return await this.#send(bytes);
  }

  async flush(): Promise<boolean> {
    const text = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    return await this.#send(text);
  }

  async #send(content: string | Uint8Array): Promise<boolean> {
    if (this.#isOpen && content.length > 0) {
      await new Promise<void>((resolve) => {
        this.#stream.write(content, (error) => {
          if (error) this.#failed(error);
          resolve();
        });
      });
    }
    if (this.#failure !== null) throw this.#failure;
    return this.#isOpen;
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#isOpen = false;
    if (error.code !== 'EPIPE') this.#failure = error;
  }
}
