import { formatBytes } from '../../../app/payload/format';

const FIRST_BYTES = 1024;

/** Bytes that are written one after the other, up to a limit. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(private readonly maxBytes: number) {}

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Takes back what was written behind a length. */
  cutTo(length: number): void {
    this.#length = length;
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  uint16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value);
  }

  uint32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
  }

  uint64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, value);
  }

  int64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value);
  }

  float32(value: number, isLittle = false): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value, isLittle);
  }

  float64(value: number, isLittle = false): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, isLittle);
  }

  #room(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.maxBytes)
      throw new Error(`It becomes more than ${formatBytes(this.maxBytes)}`);
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length = needed;
    return at;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
