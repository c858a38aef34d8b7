import type { Decoder } from '../decoder';
import { digitsOf, startsLikeKnown } from './encoded-text';

const SHORTEST = 16;
const MOST_LOOKED_AT = 1024 * 1024;

/** Base64 and Base64url (RFC 4648 §4, §5), with or without padding, wrapped or not. */
export const base64Text: Decoder = {
  id: 'base64',
  label: 'Base64',
  hint: 'bytes written as text',
  unpacks: true,
  options: [],
  contentTypes: [],
  recognises: (bytes) => {
    if (bytes.length < SHORTEST || bytes.length > MOST_LOOKED_AT) return false;
    const text = digitsOf(bytes);
    if (text === null || !isBase64(text)) return false;
    return startsLikeKnown(Buffer.from(text, 'base64'));
  },
  decode: (bytes) => {
    const text = digitsOf(bytes);
    if (text === null || !isBase64(text)) throw new Error('These characters are not Base64');
    return { bytes: Buffer.from(text, 'base64') };
  },
};

function isBase64(text: string): boolean {
  const digits = text.replace(/={1,2}$/, '');
  return digits !== '' && digits.length % 4 !== 1 && /^(?:[\w+/]*|[\w-]*)$/.test(digits);
}
