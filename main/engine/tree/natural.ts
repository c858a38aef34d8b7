const ZERO = 48;
const NINE = 57;

/**
 * Natural order: runs of digits compare as numbers, so that `line2` comes before `line10`; all else by code unit,
 * which is much faster than a collator and the same everywhere. Different texts never compare equal.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (isDigit(x) && isDigit(y)) {
      const endA = endOfDigits(a, i);
      const endB = endOfDigits(b, j);
      const difference = compareDigits(a, i, endA, b, j, endB);
      if (difference !== 0) return difference;
      i = endA;
      j = endB;
    } else if (x === y) {
      i += 1;
      j += 1;
    } else {
      return x - y;
    }
  }
  const rest = a.length - i - (b.length - j);
  if (rest !== 0) return rest;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

export function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function compareDigits(
  a: string,
  fromA: number,
  endA: number,
  b: string,
  fromB: number,
  endB: number,
): number {
  let i = fromA;
  let j = fromB;
  while (i < endA - 1 && a.charCodeAt(i) === ZERO) i += 1;
  while (j < endB - 1 && b.charCodeAt(j) === ZERO) j += 1;
  if (endA - i !== endB - j) return endA - i - (endB - j);
  for (; i < endA; i += 1, j += 1) {
    const difference = a.charCodeAt(i) - b.charCodeAt(j);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Bits of a double's whole numbers, but one for the caller. */
const KEY_BITS = 52;
const CHARACTER_BITS = 8;
const WIDEST_CHARACTER = 0xff;
const LENGTH_BITS = 6;
const LONGEST_NUMBER = 0x3f;
const DIGIT_BITS = 4;
const POWERS = Float64Array.from({ length: KEY_BITS + 1 }, (_, exponent) => 2 ** exponent);

/**
 * The beginning of a text, from `from`, as a number below 2^52: a smaller number means that the text stands before another
 * that is the same up to `from`; the same number says nothing. `from` must not lie within a number.
 */
export function naturalKey(text: string, from: number): number {
  let key = 0;
  let left = KEY_BITS;
  for (let at = from; at < text.length && left > 0; at += 1) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      const end = endOfDigits(text, at);
      while (at < end - 1 && text.charCodeAt(at) === ZERO) at += 1;
      const digits = Math.min(end - at, LONGEST_NUMBER);
      key = pushed(key, (ZERO << LENGTH_BITS) | digits, CHARACTER_BITS + LENGTH_BITS, left);
      left -= CHARACTER_BITS + LENGTH_BITS;
      if (digits === LONGEST_NUMBER) break;
      for (; at < end && left > 0; at += 1) {
        key = pushed(key, text.charCodeAt(at) - ZERO, DIGIT_BITS, left);
        left -= DIGIT_BITS;
      }
      at -= 1;
    } else {
      key = pushed(key, Math.min(code, WIDEST_CHARACTER), CHARACTER_BITS, left);
      left -= CHARACTER_BITS;
      // What is wider is told apart by nothing here, so nothing after it counts.
      if (code >= WIDEST_CHARACTER) break;
    }
  }
  return left > 0 ? key * (POWERS[left] ?? 1) : key;
}

/** A key with a value of so many bits behind it, or with as many of them as there is room for. */
function pushed(key: number, value: number, bits: number, left: number): number {
  return bits <= left
    ? key * (POWERS[bits] ?? 1) + value
    : key * (POWERS[left] ?? 1) + (value >>> (bits - left));
}

/** How many characters all the texts have in common, without the digits that these end with. */
export function commonStart(texts: readonly string[]): number {
  const [first = ''] = texts;
  let common = first;
  for (const text of texts) {
    if (text.startsWith(common)) continue;
    let at = 0;
    while (at < common.length && text.charCodeAt(at) === common.charCodeAt(at)) at += 1;
    common = common.slice(0, at);
  }
  let { length } = common;
  while (length > 0 && isDigit(first.charCodeAt(length - 1))) length -= 1;
  return length;
}
