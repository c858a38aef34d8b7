const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** 57 bytes make the 76 characters of a line (RFC 2045 §6.8). */
const LINE_BYTES = 57;

/** Base64 with padding (RFC 4648 §4), on one line. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let line = 0; line < base64LineCount(bytes.length); line++)
    parts.push(base64Line(bytes, line));
  return parts.join('');
}

export function base64LineCount(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES);
}

/** Line `index` of the wrapped text: 76 characters, fewer at the end. */
export function base64Line(bytes: Uint8Array, index: number): string {
  const line = bytes.subarray(index * LINE_BYTES, (index + 1) * LINE_BYTES);
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
