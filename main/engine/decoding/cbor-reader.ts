import { MOST_VALUES, tooManyValues } from './decoder';
import { Exact, Members, shortFloat32, writeJson } from './json-writer';

interface Open {
  readonly kind: 'array' | 'map' | 'tag';
  /** Items (or pairs, counted twice) still to come; null until a break. */
  left: number | null;
  readonly items: unknown[];
  readonly tag: bigint;
}

interface Head {
  readonly major: number;
  /** The five low bits. */
  readonly info: number;
  /** The argument; null for an indefinite length. */
  readonly argument: bigint | null;
}

const BREAK = Symbol('break');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * One CBOR data item (RFC 8949), read without recursion: members keep their order and may repeat, whole numbers of any
 * size keep their digits, unknown tags stay with what they tag. No length is believed that the bytes can't fill.
 * @throws Error that says what is wrong and where
 */
export function readCbor(bytes: Uint8Array): unknown {
  return new CborReader(bytes).read();
}

class CborReader {
  private at = 0;
  private readonly view: DataView;
  private readonly open: Open[] = [];
  private count = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  read(): unknown {
    for (;;) {
      let value = this.item();
      if (value === undefined) continue;
      for (;;) {
        const level = this.open.at(-1);
        if (!level) return this.finish(value);
        const done = this.put(level, value);
        if (done === undefined) break;
        this.open.pop();
        value = done;
      }
    }
  }

  private finish(value: unknown): unknown {
    if (value === BREAK) throw new Error('A break stands where nothing was begun');
    if (this.at < this.bytes.length) {
      throw new Error(
        `${String(this.bytes.length - this.at)} bytes follow behind the value, at offset ${String(this.at)}`,
      );
    }
    return value;
  }

  /** Adds a finished value; the container itself when that completed it, else undefined. */
  private put(level: Open, value: unknown): unknown {
    if (value === BREAK) {
      const isWhole = level.kind === 'array' || level.items.length % 2 === 0;
      if (level.left !== null || !isWhole) throw new Error('A break stands in the wrong place');
      return finished(level);
    }
    level.items.push(value);
    if (level.left === null) return undefined;
    level.left -= 1;
    return level.left === 0 ? finished(level) : undefined;
  }

  /** The next finished value, or undefined after a container was opened. */
  private item(): unknown {
    this.count += 1;
    if (this.count > MOST_VALUES) throw tooManyValues();
    const head = this.head();
    switch (head.major) {
      case 0:
        return this.argumentOf(head);
      case 1:
        return -1n - this.argumentOf(head);
      case 2:
        return this.chunks(head, 2);
      case 3:
        return this.text(head);
      case 4:
        return this.container('array', head, 1n);
      case 5:
        return this.container('map', head, 2n);
      case 6:
        this.open.push({ kind: 'tag', left: 1, items: [], tag: this.argumentOf(head) });
        return undefined;
      default:
        return this.simple(head);
    }
  }

  private container(kind: 'array' | 'map', head: Head, factor: bigint): unknown {
    const count = head.argument === null ? null : head.argument * factor;
    if (count !== null && count > BigInt(this.bytes.length - this.at)) {
      throw new Error('It has more items than bytes are left: the data ends too early');
    }
    const level: Open = { kind, left: count === null ? null : Number(count), items: [], tag: 0n };
    if (level.left === 0) return finished(level);
    this.open.push(level);
    return undefined;
  }

  private head(): Head {
    const first = this.byte();
    const info = first & 0x1f;
    const major = first >> 5;
    if (info < 24) return { major, info, argument: BigInt(info) };
    if (info === 31 && major >= 2 && major !== 6) return { major, info, argument: null };
    if (info > 27) throw new Error(`A reserved length stands at offset ${String(this.at - 1)}`);
    return { major, info, argument: this.unsigned(2 ** (info - 24)) };
  }

  private unsigned(size: number): bigint {
    const start = this.take(size);
    if (size === 1) return BigInt(this.view.getUint8(start));
    if (size === 2) return BigInt(this.view.getUint16(start));
    return size === 4 ? BigInt(this.view.getUint32(start)) : this.view.getBigUint64(start);
  }

  private argumentOf(head: Head): bigint {
    if (head.argument === null) throw new Error('A number has no length');
    return head.argument;
  }

  /** Bytes, or with an indefinite length the chunks of them in one. */
  private chunks(head: Head, major: number): Uint8Array {
    if (head.argument !== null) return this.slice(head.argument);
    const parts: Uint8Array[] = [];
    for (;;) {
      const next = this.head();
      if (next.major === 7 && next.argument === null) return Buffer.concat(parts);
      if (next.major !== major || next.argument === null) {
        throw new Error(`A chunk of another kind stands before offset ${String(this.at)}`);
      }
      parts.push(this.slice(next.argument));
    }
  }

  private text(head: Head): string {
    const start = this.at;
    try {
      return utf8.decode(this.chunks(head, 3));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new Error(`The text at offset ${String(start)} is not valid UTF-8`, { cause: error });
    }
  }

  private simple({ info, argument }: Head): unknown {
    if (argument === null) return BREAK;
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 23) return named('$undefined', true);
    if (info === 25) return halfFloat(Number(argument));
    if (info === 26) return shortFloat32(this.view.getFloat32(this.at - 4));
    if (info === 27) return this.view.getFloat64(this.at - 8);
    return named('$simple', argument);
  }

  private slice(length: bigint): Uint8Array {
    const start = this.take(Number(length));
    return this.bytes.subarray(start, this.at);
  }

  private byte(): number {
    return this.bytes[this.take(1)] ?? 0;
  }

  private take(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) {
      throw new Error(`The data ends too early, at offset ${String(this.bytes.length)}`);
    }
    this.at += length;
    return start;
  }
}

function finished(level: Open): unknown {
  if (level.kind === 'array') return level.items;
  if (level.kind === 'tag') return tagged(level.tag, level.items[0]);
  const members = new Members();
  for (let index = 0; index < level.items.length; index += 2) {
    members.add(keyText(level.items[index]), level.items[index + 1]);
  }
  return members;
}

const MOST_KEY_CHARS = 10_000;

function keyText(key: unknown): string {
  return typeof key === 'string' ? key : writeJson(key, MOST_KEY_CHARS);
}

/** Self-described CBOR (RFC 8949 §3.4.6). */
const SELF_DESCRIBED = 55799n;
/** Digits beyond this are an attack: writing them out takes time that grows with their square. */
const MOST_BIGNUM_BYTES = 1024;

function tagged(tag: bigint, value: unknown): unknown {
  if (tag === SELF_DESCRIBED) return value;
  if ((tag === 2n || tag === 3n) && isBignum(value)) {
    const magnitude = BigInt(`0x0${Buffer.from(value).toString('hex')}`);
    return new Exact(String(tag === 2n ? magnitude : -1n - magnitude));
  }
  const members = named(`$tag ${String(tag)}`, value);
  const time = tag === 1n ? timeText(value) : null;
  if (time !== null) members.add('time', time);
  return members;
}

function isBignum(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= MOST_BIGNUM_BYTES;
}

/** Of seconds since 1970 (tag 1). */
function timeText(value: unknown): string | null {
  if (typeof value !== 'number' && typeof value !== 'bigint') return null;
  const date = new Date(Number(value) * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function named(name: string, value: unknown): Members {
  const members = new Members();
  members.add(name, value);
  return members;
}

/** RFC 8949, appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
