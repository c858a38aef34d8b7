import { escapeHidden } from '../payload/escape';
import { formatCountOf } from '../payload/format';
import { hexDump, hexRow } from '../payload/hex';
import type { ByteRange } from './mask-secrets';
import type { DecodedPacket } from './packet-field';

const MASK = '**';

/** `10 0e **`: two digits per byte, or asterisks where a secret stood. */
export function maskedHex(bytes: Uint8Array, masked: readonly ByteRange[]): string {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  for (const { from, to } of masked) pairs.fill(MASK, from, to);
  return pairs.join(' ');
}

/** Rows of offset, hexadecimal and ASCII, as `hexDump`, with asterisks where a secret stood; then how many of its bytes are not there. */
export function maskedHexDump(
  bytes: Uint8Array,
  masked: readonly ByteRange[],
  sizeBytes = bytes.length,
): string {
  const lines = masked.length === 0 ? [hexDump(bytes)] : maskedLines(bytes, masked);
  const missing = sizeBytes - bytes.length;
  if (missing > 0) lines.push(`… ${formatCountOf(missing, 'byte', 'bytes')} more, not kept`);
  return lines.join('\n');
}

function maskedLines(bytes: Uint8Array, masked: readonly ByteRange[]): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const { offset, ascii } = hexRow(bytes, start / 16);
    const isHidden = (at: number): boolean =>
      masked.some(({ from, to }) => start + at >= from && start + at < to);
    const pairs = Array.from(bytes.subarray(start, start + 16), (byte, at) =>
      isHidden(at) ? MASK : byte.toString(16).padStart(2, '0'),
    );
    const hex = `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.trimEnd();
    const text = Array.from(ascii, (character, at) => (isHidden(at) ? '*' : character)).join('');
    lines.push(`${offset}  ${hex.padEnd(48)}  ${text}`);
  }
  return lines;
}

/** The fields as lines of text, as they are shown. */
export function packetText({ fields, problem }: DecodedPacket): string {
  const lines = fields.map(({ name, value, depth }) => {
    const text = value === '' ? name : `${name}: ${escapeHidden(value)}`;
    return `${'  '.repeat(depth)}${text}`;
  });
  if (problem !== null) lines.push(`Problem: ${problem.words} ${problem.section}`);
  return lines.join('\n');
}
