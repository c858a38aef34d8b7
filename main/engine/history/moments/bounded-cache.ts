interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** Keeps what was asked for last, within a number of bytes. */
export class BoundedCache<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** What is kept under a key, or what is made for it now. */
  get(key: string, make: () => Value, bytesOf: (value: Value) => number): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // The last one in a Map is the one that was put last.
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.value;
    }
    const value = make();
    const bytes = bytesOf(value);
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    this.#shrink();
    return value;
  }

  #shrink(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#most || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
