import { foldCharacter, foldText, variantsOf } from '../../../../app/search/fold';
import type { Term } from '../../../../app/search/query';
import { LOWER_CASE, signatureBits } from '../signature';

/** Finds bytes in bytes, in many messages at once. */
export interface Needle {
  /** The longest that a match can be. */
  readonly mostBytes: number;
  /** What every body with a match has in its signature (../signature.ts); empty when nothing can be said. */
  readonly signatureBits: readonly number[];
  /** Where the first match at or after `from` begins; -1 when there is none. */
  find(bytes: Buffer, from: number): number;
  /** Where a match that begins there ends. */
  endOf(bytes: Buffer, begin: number): number;
}

/** @param matchCase whether upper and lower case differ; bytes always differ */
export function needleOf(term: Term, matchCase: boolean): Needle {
  if (term.kind === 'bytes') return new ExactNeedle(Buffer.from(term.bytes));
  return textNeedle(term.text, matchCase);
}

export function textNeedle(text: string, matchCase: boolean): Needle {
  if (matchCase) return new ExactNeedle(Buffer.from(text));
  const characters = [...foldText(text)].map((character) => variantsOf(character));
  if (characters.every((variants) => variants.length === 1))
    return new ExactNeedle(Buffer.from(text));
  // One byte a character; two of them (ß and others) are never ASCII.
  const isAscii = [...text].every((character) => foldCharacter(character) < '\u0080');
  return isAscii ? new FoldedNeedle(foldText(text)) : new VariantNeedle(characters);
}

class ExactNeedle implements Needle {
  readonly mostBytes: number;
  readonly signatureBits: readonly number[];

  constructor(private readonly wanted: Buffer) {
    this.mostBytes = wanted.length;
    this.signatureBits = signatureBits(wanted);
  }

  find(bytes: Buffer, from: number): number {
    // An offset beyond the end would count from the end.
    return from > bytes.length - this.mostBytes ? -1 : bytes.indexOf(this.wanted, from);
  }

  endOf(_bytes: Buffer, begin: number): number {
    return begin + this.mostBytes;
  }
}

/** ASCII in any case, by Boyer, Moore and Horspool: most bytes are skipped without being looked at. */
class FoldedNeedle implements Needle {
  readonly mostBytes: number;
  readonly signatureBits: readonly number[];
  readonly #wanted: Uint8Array;
  readonly #skip: Uint32Array;

  /** @param folded in lower case */
  constructor(folded: string) {
    const wanted = Buffer.from(folded);
    this.#wanted = wanted;
    this.signatureBits = signatureBits(wanted);
    this.mostBytes = wanted.length;
    const last = wanted.length - 1;
    this.#skip = new Uint32Array(256).fill(wanted.length);
    for (let at = 0; at < last; at++) {
      const byte = wanted[at] ?? 0;
      for (let other = 0; other < 256; other++) {
        if (LOWER_CASE[other] === byte) this.#skip[other] = last - at;
      }
    }
  }

  find(bytes: Buffer, from: number): number {
    const wanted = this.#wanted;
    const skip = this.#skip;
    const last = wanted.length - 1;
    const lastByte = wanted[last];
    const end = bytes.length;
    for (let at = from + last; at < end;) {
      const byte = bytes[at] ?? 0;
      if (LOWER_CASE[byte] === lastByte) {
        let back = last - 1;
        while (back >= 0 && LOWER_CASE[bytes[at - last + back] ?? 0] === wanted[back]) back--;
        if (back < 0) return at - last;
      }
      at += skip[byte] ?? 1;
    }
    return -1;
  }

  endOf(_bytes: Buffer, begin: number): number {
    return begin + this.mostBytes;
  }
}

/** Text beyond ASCII in any case: each character as one of several sequences of bytes. */
class VariantNeedle implements Needle {
  readonly mostBytes: number;
  readonly signatureBits: readonly number[];
  readonly #characters: readonly (readonly Buffer[])[];
  /** Bytes that a match can begin with. */
  readonly #first = new Uint8Array(256);

  constructor(characters: readonly (readonly string[])[]) {
    this.#characters = characters.map((variants) => variants.map((one) => Buffer.from(one)));
    this.signatureBits = bitsOfVariants(this.#characters);
    this.mostBytes = this.#characters.reduce(
      (sum, variants) => sum + Math.max(...variants.map(({ length }) => length)),
      0,
    );
    for (const [byte] of this.#characters[0] ?? []) if (byte !== undefined) this.#first[byte] = 1;
  }

  find(bytes: Buffer, from: number): number {
    const first = this.#first;
    for (let at = from; at < bytes.length; at++) {
      if (first[bytes[at] ?? 0] === 1 && this.endOf(bytes, at) >= 0) return at;
    }
    return -1;
  }

  /** -1 when nothing matches there. */
  endOf(bytes: Buffer, begin: number): number {
    let at = begin;
    for (const variants of this.#characters) {
      // UTF-8 of one character is never the beginning of another one's: at most one fits.
      const found = variants.find((one) => fits(bytes, at, one));
      if (found === undefined) return -1;
      at += found.length;
    }
    return at;
  }
}

/** Of the stretches whose bytes are the same in every variant, but for the case of ASCII letters. */
function bitsOfVariants(characters: readonly (readonly Buffer[])[]): number[] {
  const bits: number[] = [];
  let stretch: number[] = [];
  for (const variants of [...characters, []]) {
    const [first, ...others] = variants.map((bytes) =>
      [...bytes].map((byte) => LOWER_CASE[byte] ?? 0),
    );
    const isOne =
      first !== undefined && others.every((other) => Buffer.from(other).equals(Buffer.from(first)));
    if (isOne) stretch.push(...first);
    else {
      bits.push(...signatureBits(Uint8Array.from(stretch)));
      stretch = [];
    }
  }
  return bits;
}

function fits(bytes: Buffer, at: number, wanted: Buffer): boolean {
  if (at + wanted.length > bytes.length) return false;
  for (let index = 0; index < wanted.length; index++) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}
