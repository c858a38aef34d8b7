const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** 57 bytes make the 76 characters of a line (RFC 2045 §6.8). */
export const BASE64_LINE_BYTES = 57;

/** Base64 with padding (RFC 4648 §4), on one line. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let line = 0; line < base64LineCount(bytes.length); line++)
    parts.push(base64Line(bytes, line));
  return parts.join('');
}

/** @param lineBytes bytes that make a line, a multiple of three */
export function base64LineCount(bytes: number, lineBytes = BASE64_LINE_BYTES): number {
  return Math.ceil(bytes / lineBytes);
}

/** Line `index` of the wrapped text, shorter at the end: 76 characters unless told. */
export function base64Line(
  bytes: Uint8Array,
  index: number,
  lineBytes = BASE64_LINE_BYTES,
): string {
  const line = bytes.subarray(index * lineBytes, (index + 1) * lineBytes);
  let text = '';
  for (let start = 0; start < line.length; start += 3) text += group(line, start);
  return text;
}

function group(bytes: Uint8Array, start: number): string {
  const bits =
    ((bytes[start] ?? 0) << 16) | ((bytes[start + 1] ?? 0) << 8) | (bytes[start + 2] ?? 0);
  const present = Math.min(3, bytes.length - start);
  let text = '';
  for (let digit = 0; digit < 4; digit++) {
    text += digit <= present ? (ALPHABET[(bits >> (18 - 6 * digit)) & 63] ?? '') : '=';
  }
  return text;
}
