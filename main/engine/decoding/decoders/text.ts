import type { Decoder } from '../decoder';

const ENCODINGS = [
  ['utf-8', 'UTF-8'],
  ['utf-16le', 'UTF-16, little endian'],
  ['utf-16be', 'UTF-16, big endian'],
  ['gb18030', 'GB18030 (Chinese)'],
  ['shift_jis', 'Shift JIS (Japanese)'],
  ['euc-kr', 'EUC-KR (Korean)'],
  ['iso-8859-1', 'Latin-1'],
  ['windows-1251', 'Windows-1251 (Cyrillic)'],
] as const;

/** Characters in a known encoding. Never chosen by content but for a byte order mark: the bytes don't tell. */
export const text: Decoder = {
  id: 'text',
  label: 'Text',
  hint: 'in any encoding',
  unpacks: false,
  options: [
    {
      name: 'encoding',
      label: 'Encoding',
      choices: ENCODINGS.map(([value, label]) => ({ value, label })),
    },
  ],
  contentTypes: ['text/plain'],
  recognises: (bytes) => utf16Order(bytes) !== null,
  decode: (bytes, options) => {
    const encoding = options.encoding ?? utf16Order(bytes) ?? 'utf-8';
    return { value: { kind: 'text', text: decodeAs(bytes, encoding) } };
  },
};

/** By the byte order mark; text of no other encoding begins with these bytes. */
function utf16Order(bytes: Uint8Array): string | null {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return null;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

function decodeAs(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_NOT_SUPPORTED';
    const why = error instanceof RangeError || isUnknown ? 'is not known here' : 'does not fit';
    throw new Error(`The encoding “${encoding}” ${why}`, { cause: error });
  }
}
