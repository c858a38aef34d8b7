import { mayBeJson } from '../../../../app/payload/detect';
import { parseJson } from '../../../../app/payload/json';
import { isJson } from '../../../../app/payload/json-check';
import { decodeUtf8 } from '../../../../app/payload/utf8';
import { jsonValue, type Decoder } from '../decoder';

/** JSON (RFC 8259), a byte order mark aside. The text stays as it came. */
export const json: Decoder = {
  id: 'json',
  label: 'JSON',
  hint: 'text',
  unpacks: false,
  options: [],
  contentTypes: ['application/json', 'text/json'],
  recognises: (bytes) => {
    const text = decodeUtf8(bytes);
    return text !== null && mayBeJson(text) && isJson(withoutMark(text));
  },
  decode: (bytes) => {
    const text = decodeUtf8(bytes);
    if (text === null) throw new Error('These bytes are not valid UTF-8, as JSON has to be');
    if (isJson(withoutMark(text))) return jsonValue(withoutMark(text));
    throw new Error(problemOf(withoutMark(text)));
  },
};

/** Larger texts are not parsed to say where they are wrong. */
const MOST_EXPLAINED_CHARS = 1024 * 1024;

function problemOf(text: string): string {
  const result = text.length <= MOST_EXPLAINED_CHARS ? parseJson(text) : null;
  if (result === null || result.ok) return 'Not valid JSON';
  const { line, column, message } = result.problem;
  return `Not valid at line ${String(line)}, column ${String(column)}: ${message}`;
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
