import { Buffer } from 'node:buffer';
import { WrongText, type TextEncoding } from '../encoder';

const WRONG = /[^A-Za-z0-9+/_=\s-]/u;

/** Bytes written in Base64 or Base64url (RFC 4648 §4, §5); the padding may be left out. */
export const base64: TextEncoding = {
  id: 'base64',
  label: 'Base64',
  hint: 'bytes',
  packs: false,
  syntax: 'plain',
  options: [],
  encode: (source) => ({ bytes: bytesOf(source) }),
};

function bytesOf(source: string): Uint8Array {
  const wrong = source.search(WRONG);
  if (wrong >= 0) throw new WrongText(`“${source.charAt(wrong)}” is no digit of Base64`, wrong);
  const end = source.trimEnd().length;
  const padding = source.indexOf('=');
  const afterPadding = padding < 0 ? -1 : source.slice(padding).search(/[^=\s]/u);
  if (afterPadding >= 0) {
    throw new WrongText('Nothing can follow behind the padding =', padding + afterPadding);
  }
  const plain = source.replaceAll(/\s/gu, '');
  const digits = plain.replace(/=+$/u, '');
  const isPadded = digits.length < plain.length;
  if (digits.length % 4 === 1 || (isPadded && plain.length % 4 !== 0) || /={3}/u.test(plain)) {
    throw new WrongText('It ends within a group of four digits', Math.max(0, end - 1));
  }
  return new Uint8Array(Buffer.from(digits.replaceAll('-', '+').replaceAll('_', '/'), 'base64'));
}
