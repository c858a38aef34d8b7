import { parseJson } from '../../../../app/payload/json';
import { decodeUtf8 } from '../../../../app/payload/utf8';
import { jsonValue, type Decoder } from '../decoder';
import { Exact, Members, writeJson } from '../json-writer';

const TOKEN = /^\s*(?:Bearer\s+)?([\w-]+)\.([\w-]+)\.([\w-]*)\s*$/i;
const UNCHECKED =
  'The signature was not checked: that needs the key. Anybody can write such a token.';
const UNSIGNED = 'It has no signature. Anybody can write such a token.';

/** JSON web tokens (RFC 7519): what they claim, never whether it is true. */
export const jwt: Decoder = {
  id: 'jwt',
  label: 'JWT',
  hint: 'claims of a token, unchecked',
  unpacks: false,
  options: [],
  contentTypes: ['application/jwt'],
  recognises: (bytes) => {
    const parts = partsOf(bytes);
    return parts !== null && jsonPart(parts[0]) !== null && jsonPart(parts[1]) !== null;
  },
  decode: (bytes, _options, { maxBytes }) => {
    const parts = partsOf(bytes);
    if (!parts) throw new Error('It does not have the three parts of a token');
    const [header, claims] = [jsonPart(parts[0]), jsonPart(parts[1])];
    if (header === null || claims === null) throw new Error('Its header or claims are no JSON');
    const members = new Members();
    members.add('header', new Exact(header));
    members.add('claims', new Exact(claims));
    members.add('signature', parts[2]);
    const trust = parts[2] === '' ? UNSIGNED : UNCHECKED;
    return jsonValue(writeJson(members, maxBytes), [trust, ...timeNotes(claims)]);
  },
};

/** No server takes a longer one. */
const MOST_TOKEN_BYTES = 256 * 1024;

function partsOf(bytes: Uint8Array): [string, string, string] | null {
  const text = bytes.length <= MOST_TOKEN_BYTES ? decodeUtf8(bytes) : null;
  const match = text === null ? null : TOKEN.exec(text);
  return match ? [match[1] ?? '', match[2] ?? '', match[3] ?? ''] : null;
}

/** The JSON text of a part, as it stands; null when it is none. */
function jsonPart(part: string): string | null {
  const text = decodeUtf8(Buffer.from(part, 'base64url'));
  return text !== null && parseJson(text).ok ? text : null;
}

function timeNotes(claims: string): string[] {
  const result = parseJson(claims);
  if (!result.ok || result.value.kind !== 'object') return [];
  const { names, values } = result.value;
  const timeOf = (name: string): Date | null => {
    const value = values[names?.lastIndexOf(name) ?? -1];
    const date = value?.kind === 'number' ? new Date(Number(value.source) * 1000) : null;
    return date && !Number.isNaN(date.getTime()) ? date : null;
  };
  const [expires, begins] = [timeOf('exp'), timeOf('nbf')];
  const now = Date.now();
  const notes: string[] = [];
  if (expires)
    notes.push(`${expires.getTime() <= now ? 'Expired' : 'Expires'} ${timeText(expires)}.`);
  else if (names?.includes('exp') === true) notes.push('When it expires, “exp”, is no time.');
  else notes.push('It names no time at which it expires.');
  if (begins && begins.getTime() > now) notes.push(`Not valid before ${timeText(begins)}.`);
  return notes;
}

/** `2026-11-26 15:24:23 UTC`: a token counts whole seconds, and its reader may sit anywhere. */
function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
