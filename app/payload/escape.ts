import { foreignByte, hasForeignBytes } from '../topic-bytes';

/**
 * Characters that are invisible or change how their neighbours are shown: C0 and C1 controls, bidirectional
 * controls, zero-width space, separators, byte order mark, the last two of the plane (U+FFFE, U+FFFF) and lone
 * surrogates. Joiners (U+200C, U+200D) stay, since emoji and several scripts need them.
 */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** What stands for bytes of a topic that are not UTF-8; see `topic-bytes.ts`. */
const FOREIGN_BYTES = /[\u{10ff80}-\u{10ffff}]/gu;

/** The text on one line, with every hidden character as an escape: `\n`, `\u202e`, and `\xff` for a byte of no character. */
export function escapeHidden(text: string): string {
  const shown = text.replace(HIDDEN, escapeCharacter);
  return hasForeignBytes(shown) ? shown.replace(FOREIGN_BYTES, escapeByte) : shown;
}

/** As `escapeHidden`, but line breaks and tabs stay; CRLF counts as a line break. */
export function escapeHiddenInLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN, (character) =>
      character === '\n' || character === '\t' ? character : escapeCharacter(character),
    );
}

function escapeByte(character: string): string {
  return `\\x${(foreignByte(character) ?? 0).toString(16)}`;
}

function escapeCharacter(character: string): string {
  return SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
