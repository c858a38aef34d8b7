import { Buffer } from 'node:buffer';
import type { JsonContainer, JsonValue } from '../../../../app/payload/json';
import { ByteWriter } from '../byte-writer';
import type { TextEncoding } from '../encoder';
import { bytesOfLiteral, readSource, SourceWalk, wellFormed, wholeNumber } from '../json-source';
import { isShortFloat } from '../json-writer';
import { LITERAL_NOTE, specialOf } from '../special-values';

/** CBOR (RFC 8949) of JSON, in preferred serialization (§4.1). */
export const cbor: TextEncoding = {
  id: 'cbor',
  label: 'CBOR',
  hint: 'from JSON',
  packs: false,
  syntax: 'json',
  options: [],
  encode: (source, _options, { maxBytes }) => {
    const writer = new CborWriter(maxBytes);
    writer.value(readSource(source));
    return { bytes: writer.done(), notes: writer.hasLiterals ? [LITERAL_NOTE] : [] };
  },
};

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const MOST_UINT64 = 0xffff_ffff_ffff_ffffn;

class CborWriter {
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
        this.#out.byte(0xf6);
        return;
      case 'boolean':
        this.#out.byte(value.value ? 0xf5 : 0xf4);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'string':
        this.#string(value.value);
        return;
      case 'array':
        this.#head(ARRAY, BigInt(value.values.length));
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
    this.#head(MAP, BigInt(value.values.length));
    this.#walk.members(value, (name, member) => {
      this.#text(name);
      this.value(member);
    });
  }

  /** What the decoder writes for what JSON does not have: tags, undefined, texts that look like bytes. */
  #special(name: string, object: JsonContainer): void {
    const tag = /^\$tag (\d+)$/u.exec(name)?.[1];
    this.#walk.members(object, (member, value) => {
      if (member !== name) return;
      if (tag !== undefined) {
        if (BigInt(tag) > MOST_UINT64) throw this.#walk.wrong('A tag has at most 64 bits');
        this.#head(TAG, BigInt(tag));
        this.value(value);
      } else if (name === '$undefined') this.#out.byte(0xf7);
      else if (name === '$text' && value.kind === 'string') this.#text(value.value);
      else throw this.#walk.wrong(`“${name}” has no meaning in CBOR`);
    });
  }

  #string(text: string): void {
    const bytes = bytesOfLiteral(text);
    if (bytes === null) {
      this.#text(text);
      return;
    }
    this.hasLiterals = true;
    this.#head(BYTES, BigInt(bytes.length));
    this.#out.bytes(bytes);
  }

  #text(text: string): void {
    const bytes = Buffer.from(wellFormed(this.#walk, text));
    this.#head(TEXT, BigInt(bytes.length));
    this.#out.bytes(bytes);
  }

  #number(value: Extract<JsonValue, { kind: 'number' }>): void {
    const whole = wholeNumber(value);
    if (whole !== null) this.#whole(whole);
    else this.#float(Number(value.source), value.source);
  }

  #whole(number: bigint): void {
    const magnitude = number < 0n ? -1n - number : number;
    if (magnitude <= MOST_UINT64) {
      this.#head(number < 0n ? NEGATIVE : UNSIGNED, magnitude);
      return;
    }
    // A bignum (§3.4.3).
    const digits = magnitude.toString(16);
    const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
    this.#head(TAG, number < 0n ? 3n : 2n);
    this.#head(BYTES, BigInt(bytes.length));
    this.#out.bytes(bytes);
  }

  #float(number: number, source: string): void {
    if (!Number.isFinite(number)) throw this.#walk.wrong(`${source} is larger than any float`);
    const isShort = isShortFloat(number);
    this.#out.byte(isShort ? 0xfa : 0xfb);
    if (isShort) this.#out.float32(number);
    else this.#out.float64(number);
  }

  #head(major: number, argument: bigint): void {
    const first = major << 5;
    if (argument < 24n) this.#out.byte(first | Number(argument));
    else if (argument <= 0xffn) {
      this.#out.byte(first | 24);
      this.#out.byte(Number(argument));
    } else if (argument <= 0xffffn) {
      this.#out.byte(first | 25);
      this.#out.uint16(Number(argument));
    } else if (argument <= 0xffff_ffffn) {
      this.#out.byte(first | 26);
      this.#out.uint32(Number(argument));
    } else {
      this.#out.byte(first | 27);
      this.#out.uint64(argument);
    }
  }
}
