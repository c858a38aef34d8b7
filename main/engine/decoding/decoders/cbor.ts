import { readCbor } from '../cbor-reader';
import { jsonValue, type Decoder } from '../decoder';
import { Members, writeJson } from '../json-writer';

/** CBOR (RFC 8949). */
export const cbor: Decoder = {
  id: 'cbor',
  label: 'CBOR',
  hint: 'binary JSON',
  unpacks: false,
  options: [],
  contentTypes: ['application/cbor', 'application/senml+cbor'],
  recognises: (bytes) => {
    if (!isContainer(bytes)) return false;
    try {
      const value = readCbor(bytes);
      return Array.isArray(value) ? value.length > 1 : isNamed(value);
    } catch {
      // Not CBOR, or not only: that is the answer.
      return false;
    }
  },
  decode: (bytes, _options, { maxBytes }) => jsonValue(writeJson(readCbor(bytes), maxBytes)),
};

function isNamed(value: unknown): boolean {
  return value instanceof Members && value.names.length > 0;
}

/** A map, an array of two or more, or a tag in front of them: single numbers and short texts could be anything. */
function isContainer(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return bytes.length >= 3 && first > 0x81 && first <= 0xdb;
}
