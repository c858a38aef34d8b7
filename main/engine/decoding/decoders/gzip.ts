import { gunzipSync } from 'node:zlib';
import type { Decoder } from '../decoder';
import { unpacked } from './unpacked';

/** gzip (RFC 1952). */
export const gzip: Decoder = {
  id: 'gzip',
  label: 'gzip',
  hint: 'compressed',
  unpacks: true,
  options: [],
  contentTypes: ['application/gzip', 'application/x-gzip', 'gzip'],
  recognises: (bytes) =>
    bytes.length >= 18 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8,
  decode: (bytes, _options, { maxBytes }) => ({
    bytes: unpacked(maxBytes, (maxOutputLength) => gunzipSync(bytes, { maxOutputLength })),
  }),
};
