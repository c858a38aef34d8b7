/** How pictures and packed bytes begin, in hexadecimal: of PNG, JPEG, GIF, WebP, BMP, gzip and zstd. */
const BEGINNINGS = /^(?:89504e47|ffd8ff|47494638|52494646.{8}57454250|424d|1f8b08|28b52ffd)/;
const LOOKED_AT_BYTES = 12;

/** Whether bytes begin something that can't be shown from its beginning alone: a picture, or what is packed. */
export function makesSenseWhole(bytes: Uint8Array): boolean {
  const beginning = Array.from(bytes.subarray(0, LOOKED_AT_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return BEGINNINGS.test(beginning.join(''));
}
