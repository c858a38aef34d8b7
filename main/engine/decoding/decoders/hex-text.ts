import type { Decoder } from '../decoder';
import { digitsOf, startsLikeKnown } from './encoded-text';

const SHORTEST = 16;
const MOST_LOOKED_AT = 1024 * 1024;

/** Bytes written in hexadecimal, with or without white space, `0x` in front or colons between. */
export const hexText: Decoder = {
  id: 'hex',
  label: 'Hex text',
  hint: 'bytes written in hexadecimal',
  unpacks: true,
  options: [],
  contentTypes: [],
  recognises: (bytes) => {
    if (bytes.length < SHORTEST || bytes.length > MOST_LOOKED_AT) return false;
    const digits = hexDigits(bytes);
    return digits !== null && startsLikeKnown(Buffer.from(digits, 'hex'));
  },
  decode: (bytes) => {
    const digits = hexDigits(bytes);
    if (digits === null) throw new Error('These characters are not pairs of hexadecimal digits');
    return { bytes: Buffer.from(digits, 'hex') };
  },
};

function hexDigits(bytes: Uint8Array): string | null {
  const digits = digitsOf(bytes)?.replace(/^0x/i, '').replaceAll(':', '') ?? '';
  return digits !== '' && digits.length % 2 === 0 && /^[\da-f]*$/i.test(digits) ? digits : null;
}
