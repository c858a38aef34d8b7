/** Bytes that were written down as text: Base64 and hex. Both allow white space between. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Null when it is not Base64 (RFC 4648 §4 or, with - and _, §5); the padding may be left out. */
export function bytesFromBase64(text: string): Uint8Array | null {
  const plain = text.replaceAll(/\s/gu, '').replaceAll('-', '+').replaceAll('_', '/');
  const digits = plain.replace(/={1,2}$/u, '');
  const isPadded = digits.length < plain.length;
  if (isPadded && plain.length % 4 !== 0) return null;
  if (!/^[A-Za-z0-9+/]*$/u.test(digits) || digits.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let written = 0;
  for (const [index, digit] of [...digits].entries()) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xff_ff_ff;
    // Each digit but the first of four completes a byte.
    const left = [0, 4, 2, 0][index % 4] ?? 0;
    if (index % 4 > 0) bytes[written++] = bits >> left;
  }
  return bytes;
}

/** Null when it is not an even number of hex digits; colons between bytes are allowed, too. */
export function bytesFromHex(text: string): Uint8Array | null {
  const digits = text.replaceAll(/[\s:]/gu, '');
  if (!/^(?:[0-9a-f]{2})*$/iu.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}
