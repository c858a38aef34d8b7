import { Buffer } from 'node:buffer';
import { WrongText, type TextEncoding } from '../encoder';

const WRONG = /[^0-9a-f\s:]/iu;

/** Bytes written in hexadecimal, with white space or colons between, `0x` in front. */
export const hex: TextEncoding = {
  id: 'hex',
  label: 'Hex',
  hint: 'bytes, as 0a ff 10',
  packs: false,
  syntax: 'plain',
  options: [],
  encode: (source) => ({ bytes: bytesOf(source) }),
};

function bytesOf(source: string): Uint8Array {
  const start = /^\s*0x/iu.exec(source)?.[0].length ?? 0;
  const wrong = source.slice(start).search(WRONG);
  if (wrong >= 0) {
    const at = start + wrong;
    throw new WrongText(`“${source.charAt(at)}” is no hexadecimal digit`, at);
  }
  const digits = source.slice(start).replaceAll(/[\s:]/gu, '');
  if (digits.length % 2 === 0) return new Uint8Array(Buffer.from(digits, 'hex'));
  const last = source.trimEnd().length - 1;
  throw new WrongText('A byte has two digits; the last one has only this', last);
}
