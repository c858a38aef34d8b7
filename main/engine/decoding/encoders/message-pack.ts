import { Buffer } from 'node:buffer';
import type { JsonContainer, JsonValue } from '../../../../app/payload/json';
import { ByteWriter } from '../byte-writer';
import type { TextEncoding } from '../encoder';
import {
  bytesOf,
  bytesOfLiteral,
  readSource,
  SourceWalk,
  wellFormed,
  wholeNumber,
} from '../json-source';
import { isShortFloat } from '../json-writer';
import { LITERAL_NOTE, specialOf } from '../special-values';

/** MessagePack of JSON, each value in its shortest form. */
export const messagePack: TextEncoding = {
  id: 'msgpack',
  label: 'MessagePack',
  hint: 'from JSON',
  packs: false,
  syntax: 'json',
  options: [],
  encode: (source, _options, { maxBytes }) => {
    const writer = new MessagePackWriter(maxBytes);
    writer.value(readSource(source));
    return { bytes: writer.done(), notes: writer.hasLiterals ? [LITERAL_NOTE] : [] };
  },
};

/** The first bytes of a value with a length, by the size of the length; 0 where there is none. */
interface Heads {
  /** Up to how many fit into the first byte itself, and that byte. */
  readonly fixed: readonly [most: number, first: number] | null;
  readonly byte: number;
  readonly two: number;
  readonly four: number;
}

const TEXT: Heads = { fixed: [31, 0xa0], byte: 0xd9, two: 0xda, four: 0xdb };
const BYTES: Heads = { fixed: null, byte: 0xc4, two: 0xc5, four: 0xc6 };
const ARRAY: Heads = { fixed: [15, 0x90], byte: 0, two: 0xdc, four: 0xdd };
const MAP: Heads = { fixed: [15, 0x80], byte: 0, two: 0xde, four: 0xdf };
const EXTENSION: Heads = { fixed: null, byte: 0xc7, two: 0xc8, four: 0xc9 };
const FIXED_EXTENSIONS = new Map([
  [1, 0xd4],
  [2, 0xd5],
  [4, 0xd6],
  [8, 0xd7],
  [16, 0xd8],
]);

class MessagePackWriter {
  hasLiterals = false;
  readonly #out: ByteWriter;
  readonly #walk = new SourceWalk();

  constructor(maxBytes: number) {
    this.#out = new ByteWriter(maxBytes);
  }

  done(): Uint8Array {
    return this.#out.done();
  }

  value(value: JsonValue): void {
    switch (value.kind) {
      case 'null':
        this.#out.byte(0xc0);
        return;
      case 'boolean':
        this.#out.byte(value.value ? 0xc3 : 0xc2);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'string':
        this.#string(value.value);
        return;
      case 'array':
        this.#head(ARRAY, value.values.length);
        this.#walk.items(value, (item) => {
          this.value(item);
        });
        return;
      case 'object':
        this.#object(value);
    }
  }

  #object(value: JsonContainer): void {
    const special = specialOf(value);
    if (special !== null) {
      this.#special(special, value);
      return;
    }
    this.#head(MAP, value.values.length);
    this.#walk.members(value, (name, member) => {
      this.#text(name);
      this.value(member);
    });
  }

  #special(name: string, object: JsonContainer): void {
    const type = /^\$extension (-?\d+)$/u.exec(name)?.[1];
    this.#walk.members(object, (member, value) => {
      if (member !== name) return;
      if (type !== undefined) this.#extension(Number(type), bytesOf(this.#walk, value));
      else if (name === '$text' && value.kind === 'string') this.#text(value.value);
      else throw this.#walk.wrong(`“${name}” has no meaning in MessagePack`);
    });
  }

  #extension(type: number, data: Uint8Array): void {
    if (type < -128 || type > 127) throw this.#walk.wrong('An extension is from -128 to 127');
    const fixed = FIXED_EXTENSIONS.get(data.length);
    if (fixed === undefined) this.#head(EXTENSION, data.length);
    else this.#out.byte(fixed);
    this.#out.byte(type & 0xff);
    this.#out.bytes(data);
  }

  #string(text: string): void {
    const bytes = bytesOfLiteral(text);
    if (bytes === null) {
      this.#text(text);
      return;
    }
    this.hasLiterals = true;
    this.#head(BYTES, bytes.length);
    this.#out.bytes(bytes);
  }

  #text(text: string): void {
    const bytes = Buffer.from(wellFormed(this.#walk, text));
    this.#head(TEXT, bytes.length);
    this.#out.bytes(bytes);
  }

  #number(value: Extract<JsonValue, { kind: 'number' }>): void {
    const whole = wholeNumber(value);
    if (whole !== null) {
      this.#whole(whole);
      return;
    }
    const number = Number(value.source);
    if (!Number.isFinite(number))
      throw this.#walk.wrong(`${value.source} is larger than any float`);
    const isShort = isShortFloat(number);
    this.#out.byte(isShort ? 0xca : 0xcb);
    if (isShort) this.#out.float32(number);
    else this.#out.float64(number);
  }

  #whole(number: bigint): void {
    if (number >= 0n) this.#positive(number);
    else this.#negative(number);
  }

  #positive(number: bigint): void {
    if (number < 0x80n) this.#out.byte(Number(number));
    else if (number <= 0xffn) {
      this.#out.byte(0xcc);
      this.#out.byte(Number(number));
    } else if (number <= 0xffffn) {
      this.#out.byte(0xcd);
      this.#out.uint16(Number(number));
    } else if (number <= 0xffff_ffffn) {
      this.#out.byte(0xce);
      this.#out.uint32(Number(number));
    } else if (number <= 0xffff_ffff_ffff_ffffn) {
      this.#out.byte(0xcf);
      this.#out.uint64(number);
    } else throw this.#tooLarge(number);
  }

  #negative(number: bigint): void {
    if (number >= -0x20n) this.#out.byte(Number(number) & 0xff);
    else if (number >= -0x80n) {
      this.#out.byte(0xd0);
      this.#out.byte(Number(number) & 0xff);
    } else if (number >= -0x8000n) {
      this.#out.byte(0xd1);
      this.#out.uint16(Number(number) & 0xffff);
    } else if (number >= -0x8000_0000n) {
      this.#out.byte(0xd2);
      this.#out.uint32(Number(number) >>> 0);
    } else if (number >= -0x8000_0000_0000_0000n) {
      this.#out.byte(0xd3);
      this.#out.int64(number);
    } else throw this.#tooLarge(number);
  }

  #tooLarge(number: bigint): Error {
    return this.#walk.wrong(`${String(number)} does not fit: MessagePack has 64 bits for a number`);
  }

  #head({ fixed, byte, two, four }: Heads, length: number): void {
    if (fixed !== null && length <= fixed[0]) this.#out.byte(fixed[1] | length);
    else if (byte !== 0 && length <= 0xff) {
      this.#out.byte(byte);
      this.#out.byte(length);
    } else if (length <= 0xffff) {
      this.#out.byte(two);
      this.#out.uint16(length);
    } else {
      this.#out.byte(four);
      this.#out.uint32(length);
    }
  }
}
