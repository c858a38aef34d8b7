import { inflateRawSync } from 'node:zlib';
import { LoupeError } from '../../../app/errors';

const FIRST_CAPACITY = 4_096;

/** Bytes that grow as they are written. Numbers are base-128: 7 bits a byte, lowest first, the top bit says "more". */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
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

  /** A whole number from −2^52 to 2^52, small ones of either sign in few bytes: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  copy(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    this.#bytes.set(source.subarray(from, to), this.#length);
    this.#length += to - from;
  }

  /** What was written, valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Reads what `ByteWriter` wrote. @throws LoupeError `history-unavailable` past the end, or when it was not that */
export class ByteReader {
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
    if (byte === undefined) throw damagedRun();
    return byte;
  }

  number(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let scale = 0x80; byte > 0x7f; scale *= 0x80) {
      if (scale > Number.MAX_SAFE_INTEGER) throw damagedRun();
      byte = this.byte();
      value += (byte & 0x7f) * scale;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw damagedRun();
    return value;
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

export function damagedRun(): LoupeError {
  return new LoupeError(
    'history-unavailable',
    'Stored messages cannot be read: a part of the history is damaged.',
  );
}

/** @throws LoupeError `history-unavailable` when it is no raw DEFLATE, or larger than it may be */
export function inflated(bytes: Uint8Array, mostBytes: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, mostBytes) });
  } catch {
    throw damagedRun();
  }
}
