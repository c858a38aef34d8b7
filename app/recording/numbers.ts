import { damaged } from './damage';

const FIRST_CAPACITY = 64 * 1024;

/** Bytes that grow as they are written. Numbers are base-128: 7 bits a byte, lowest first, the top bit says "more". */
export class NumberWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 − 1. */
  number(value: number): void {
    this.#reserve(8);
    let left = value;
    // Division, because shifts end at 32 bits.
    for (; left > 0x7fffffff; left = Math.floor(left / 0x80)) {
      this.#bytes[this.#length++] = (left % 0x80) | 0x80;
    }
    for (; left > 0x7f; left >>>= 7) this.#bytes[this.#length++] = (left & 0x7f) | 0x80;
    this.#bytes[this.#length++] = left;
  }

  /** A whole number from −2^52 to 2^52 − 1: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Bytes with their length before them. */
  bytes(value: Uint8Array): void {
    this.number(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** What was written; the writer begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    // One that had to grow for a large payload does not stay so.
    if (this.#bytes.length > 64 * FIRST_CAPACITY) this.#bytes = new Uint8Array(FIRST_CAPACITY);
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what `NumberWriter` wrote. @throws LoupeError `file-unreadable` past the end, or when it was not that */
export class NumberReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#offset++];
    if (byte === undefined) throw damaged('It ends within a message.');
    return byte;
  }

  number(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let scale = 0x80; byte > 0x7f; scale *= 0x80) {
      if (scale > Number.MAX_SAFE_INTEGER) throw damaged('A number in it is too large.');
      byte = this.byte();
      value += (byte & 0x7f) * scale;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw damaged('A number in it is too large.');
    return value;
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view. @param most looked at before anything is read */
  bytes(most: number): Uint8Array {
    const length = this.number();
    const end = this.#offset + length;
    if (length > most || end > this.#bytes.length) {
      throw damaged('A length in it goes beyond its end.');
    }
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }
}
