import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import type { Decoder } from '../decoder';
import { tooLarge } from '../json-writer';
import { unpacked } from './unpacked';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Larger windows are refused: a frame's header alone could ask for gigabytes (RFC 8878 §3.1.1.1.2). */
const MOST_WINDOW_BYTES = 128 * 1024 * 1024;

/** Zstandard (RFC 8878). */
export const zstd: Decoder = {
  id: 'zstd',
  label: 'zstd',
  hint: 'compressed',
  unpacks: true,
  options: [],
  contentTypes: ['application/zstd', 'application/x-zstd', 'zstd'],
  recognises: (bytes) => bytes.length > 8 && MAGIC.every((byte, index) => bytes[index] === byte),
  decode: (bytes, _options, { maxBytes }) => ({ bytes: unpackZstd(bytes, maxBytes) }),
};

/** By zlib where it can (Node 22.15 and 23.8), else by the library. */
export function unpackZstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const native = zlib.zstdDecompressSync as typeof zlib.zstdDecompressSync | undefined;
  if (native !== undefined) {
    return unpacked(maxBytes, (maxOutputLength) => native(bytes, { maxOutputLength }));
  }
  return unpackWithLibrary(bytes, maxBytes);
}

/** Piece by piece, so that what comes out can be counted. Exported for the test of both ways. */
export function unpackWithLibrary(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (windowBytes(bytes) > MOST_WINDOW_BYTES) throw new Error('It asks for too large a window');
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    parts.push(part.slice());
  });
  try {
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      const end = Math.min(bytes.length, start + CHUNK_BYTES);
      stream.push(bytes.slice(start, end), end === bytes.length);
    }
  } catch (error) {
    if (length > maxBytes) throw error;
    throw new Error('The compressed data is damaged or ends too early', { cause: error });
  }
  return Buffer.concat(parts);
}

const CHUNK_BYTES = 64 * 1024;

/** What the frame's header asks to be kept in memory. */
function windowBytes(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  if (!isSingle) {
    const window = bytes[5] ?? 0;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  const sizeBytes = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  let size = 0;
  for (let index = 0; index < sizeBytes; index++) size += (bytes[at + index] ?? 0) * 256 ** index;
  return size + (sizeBytes === 2 ? 256 : 0);
}
