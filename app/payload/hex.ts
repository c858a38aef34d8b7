/** Bytes of a row of the hex view. */
export const HEX_ROW_BYTES = 16;

export interface HexRow {
  /** Offset of the first byte, hexadecimal, at least six digits. */
  readonly offset: string;
  /** Two digits per byte, groups of eight with a double space between. */
  readonly hex: string;
  /** Printable ASCII; all else is a dot. */
  readonly ascii: string;
}

export function hexRowCount(bytes: number, rowBytes = HEX_ROW_BYTES): number {
  return Math.ceil(bytes / rowBytes);
}

/** Row `index` of the bytes, `rowBytes` long; shorter at the end. */
export function hexRow(bytes: Uint8Array, index: number, rowBytes = HEX_ROW_BYTES): HexRow {
  const start = index * rowBytes;
  const row = bytes.subarray(start, start + rowBytes);
  let hex = '';
  let ascii = '';
  for (const [position, byte] of row.entries()) {
    if (position > 0) hex += position % 8 === 0 ? '  ' : ' ';
    hex += hexByte(byte);
    ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return { offset: start.toString(16).padStart(6, '0'), hex, ascii };
}

/** All bytes as rows of offset, hex and ASCII: for comparing and copying. */
export function hexDump(bytes: Uint8Array, rowBytes = HEX_ROW_BYTES): string {
  const width = rowBytes * 3 - 1 + Math.floor((rowBytes - 1) / 8);
  const lines: string[] = [];
  for (let index = 0; index < hexRowCount(bytes.length, rowBytes); index++) {
    const row = hexRow(bytes, index, rowBytes);
    lines.push(`${row.offset}  ${row.hex.padEnd(width)}  ${row.ascii}`);
  }
  return lines.join('\n');
}

const DIGITS = new TextEncoder().encode('0123456789abcdef');
const SPACE = 0x20;
const ascii = new TextDecoder();

/** `0a ff 10`; of 20 MB within a fraction of a second. */
export function hexText(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.max(0, bytes.length * 3 - 1)).fill(SPACE);
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    text[index * 3] = DIGITS[byte >> 4] ?? 0;
    text[index * 3 + 1] = DIGITS[byte & 15] ?? 0;
  }
  return ascii.decode(text);
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
