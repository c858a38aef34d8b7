import { inflateRawSync, inflateSync } from 'node:zlib';
import type { Decoder } from '../decoder';
import { unpacked } from './unpacked';

/** Whether bytes begin like a zlib stream (RFC 1950 §2.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
}

/** What is recognised is unpacked whole to be sure: two bytes alone say too little. */
const MOST_LOOKED_AT = 1024 * 1024;

/** DEFLATE, within zlib (RFC 1950) or bare (RFC 1951). */
export const deflate: Decoder = {
  id: 'deflate',
  label: 'deflate',
  hint: 'compressed, zlib or raw',
  unpacks: true,
  options: [],
  contentTypes: ['application/zlib', 'application/deflate', 'deflate'],
  recognises: (bytes) => {
    if (bytes.length < 8 || !isZlib(bytes)) return false;
    try {
      return inflateSync(bytes, { maxOutputLength: MOST_LOOKED_AT }).length > 0;
    } catch {
      // Two bytes that looked like a beginning; a damaged one is still decoded when asked for.
      return false;
    }
  },
  decode: (bytes, _options, { maxBytes }) => ({
    bytes: unpacked(maxBytes, (maxOutputLength) =>
      isZlib(bytes)
        ? inflateSync(bytes, { maxOutputLength })
        : inflateRawSync(bytes, { maxOutputLength }),
    ),
  }),
};
