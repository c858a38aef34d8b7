import { decodeUtf8 } from '../../../../app/payload/utf8';
import { cbor } from './cbor';
import { messagePack } from './message-pack';

/** The characters of a payload that is written in digits, without white space; null when it is no text. */
export function digitsOf(bytes: Uint8Array): string | null {
  const digits = new Uint8Array(bytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) return null;
    if (byte > 0x20) digits[length++] = byte;
  }
  return Buffer.from(digits.buffer, 0, length).toString('latin1');
}

/** Words are made of the same letters: only what unpacks into something known is taken for encoded. */
export function startsLikeKnown(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  const magic = (first << 8) | second;
  if ([0x1f8b, 0x28b5, 0x8950, 0xffd8, 0x4749, 0x5249].includes(magic)) return true;
  if (isWholeMap(bytes)) return true;
  const text = decodeUtf8(bytes);
  return text !== null && /^\s*(?:\{\s*"|\[\s*[[{"\d-]|<\?xml)/.test(text);
}

/** Whether bytes are a map of CBOR or MessagePack to their last one: no word unpacks into that by chance. */
function isWholeMap(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (first > 0xa0 && first < 0xc0 && cbor.recognises?.(bytes) === true) return true;
  const isMap = (first > 0x80 && first < 0x90) || first === 0xde || first === 0xdf;
  return isMap && messagePack.recognises?.(bytes) === true;
}
