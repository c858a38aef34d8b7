import { Buffer } from 'node:buffer';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Packing } from '../encoder';

/** What packs bytes for a receiver that unpacks them, by the names of the decoders that do. */
function packing(
  id: string,
  label: string,
  hint: string,
  pack: (bytes: Uint8Array) => Uint8Array,
): Packing {
  return { id, label, hint, packs: true, syntax: 'plain', options: [], pack };
}

export const gzip = packing('gzip', 'gzip', 'compressed', (bytes) => gzipSync(bytes));
export const deflate = packing('deflate', 'deflate', 'compressed, zlib', (bytes) =>
  deflateSync(bytes),
);
export const brotli = packing('brotli', 'Brotli', 'compressed', (bytes) =>
  brotliCompressSync(bytes),
);
export const base64Text = packing('base64-text', 'Base64 text', 'written as text', (bytes) =>
  Buffer.from(Buffer.from(bytes).toString('base64')),
);
export const hexText = packing('hex-text', 'Hex text', 'written as text', (bytes) =>
  Buffer.from(Buffer.from(bytes).toString('hex')),
);
