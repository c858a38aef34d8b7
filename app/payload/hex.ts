/** Bytes of a row of the hex view. */
export const HEX_ROW_BYTES = 16;

export interface HexRow {
  /** Offset of the first byte, hexadecimal, at least eight digits. */
  readonly offset: string;
  /** Two digits per byte, two groups of eight with a double space between. */
  readonly hex: string;
  /** Printable ASCII; all else is a dot. */
  readonly ascii: string;
}

export function hexRowCount(bytes: number): number {
  return Math.ceil(bytes / HEX_ROW_BYTES);
}

/** Row `index` of the bytes; shorter at the end. */
export function hexRow(bytes: Uint8Array, index: number): HexRow {
  const start = index * HEX_ROW_BYTES;
  const row = bytes.subarray(start, start + HEX_ROW_BYTES);
  let hex = '';
  let ascii = '';
  for (const [position, byte] of row.entries()) {
    if (position > 0) hex += position === HEX_ROW_BYTES / 2 ? '  ' : ' ';
    hex += hexByte(byte);
    ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return { offset: start.toString(16).padStart(8, '0'), hex, ascii };
}

/** All bytes as rows of offset, hex and ASCII: for comparing and copying. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let index = 0; index < hexRowCount(bytes.length); index++) {
    const row = hexRow(bytes, index);
    lines.push(`${row.offset}  ${row.hex.padEnd(48)}  ${row.ascii}`);
  }
  return lines.join('\n');
}

/** `0a ff 10`. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join(' ');
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
