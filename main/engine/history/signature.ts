/**
 * A block's signature says which three bytes in a row (trigrams, ASCII letters in lower case) its body may have: a Bloom
 * filter with one hash. A search skips a block whose signature lacks a trigram of what is sought, without inflating it.
 */

const SIGNATURE_BYTES = 1_024;
const BITS = SIGNATURE_BYTES * 8;
/** 32 − log2(BITS): the upper bits of a product are its best ones. */
const SHIFT = 19;
/** 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** A body that has nearly everything, as compressed payloads do: its signature would rule out nothing. */
const MOST_BITS = BITS * 0.9;

/** Each byte, ASCII capital letters as small ones. */
export const LOWER_CASE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/** The signature of a body; null when it would rule out nothing. */
export function signatureOf(body: Uint8Array): Uint8Array | null {
  const signature = new Uint8Array(SIGNATURE_BYTES);
  let set = 0;
  let trigram = 0;
  for (let at = 0; at < body.length; at++) {
    trigram = ((trigram << 8) | (LOWER_CASE[body[at] ?? 0] ?? 0)) & 0xff_ff_ff;
    if (at < 2) continue;
    const bit = Math.imul(trigram, MULTIPLIER) >>> SHIFT;
    const byte = signature[bit >>> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((byte & mask) !== 0) continue;
    signature[bit >>> 3] = byte | mask;
    set += 1;
  }
  return set > MOST_BITS ? null : signature;
}

/** The bits that a body with these bytes has, whatever the case of its ASCII letters; none for fewer than three bytes. */
export function signatureBits(bytes: Uint8Array): number[] {
  const bits = new Set<number>();
  for (let at = 2; at < bytes.length; at++) {
    const [one, two, three] = [at - 2, at - 1, at].map(
      (index) => LOWER_CASE[bytes[index] ?? 0] ?? 0,
    );
    const trigram = ((one ?? 0) << 16) | ((two ?? 0) << 8) | (three ?? 0);
    bits.add(Math.imul(trigram, MULTIPLIER) >>> SHIFT);
  }
  return [...bits];
}

/** False when a body with this signature cannot have all of the bits. */
export function mayHave(signature: Uint8Array, bits: readonly number[]): boolean {
  return bits.every((bit) => ((signature[bit >>> 3] ?? 0xff) & (1 << (bit & 7))) !== 0);
}
