import { brotliDecompressSync } from 'node:zlib';
import type { Decoder } from '../decoder';
import { unpacked } from './unpacked';

/** Brotli (RFC 7932): it has no mark to be recognised by, and no media type, so it goes by several names. */
export const brotli: Decoder = {
  id: 'brotli',
  label: 'Brotli',
  hint: 'compressed',
  unpacks: true,
  options: [],
  contentTypes: ['application/x-brotli', 'application/brotli', 'application/x-br', 'brotli', 'br'],
  decode: (bytes, _options, { maxBytes }) => ({
    bytes: unpacked(maxBytes, (maxOutputLength) =>
      brotliDecompressSync(bytes, { maxOutputLength }),
    ),
  }),
};
