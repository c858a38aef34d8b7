import type { ValueKind } from '../contract';
import { beginsLikeJson, parseJson, type JsonResult, type JsonValue } from './json';
import { readingOf, type Member, type Reading } from './reading';
import { booleanOfText, numberOfText } from './scalar';
import { decodeUtf8Prefix, looksBinary } from './utf8';

/** The viewers a payload can be shown in; each stands in its own file of the window. */
export const VIEWERS = [
  'json',
  'source',
  'table',
  'text',
  'hex',
  'base64',
  'image',
  'fields',
  'number',
] as const;
export type Viewer = (typeof VIEWERS)[number];

export interface Detected {
  readonly kind: ValueKind;
  /** What shows it best. */
  readonly viewer: Viewer;
  /** The text when the bytes are UTF-8 (a split last character of a partial payload left out), else null. */
  readonly text: string | null;
  /** The parsed document, or why it is none; null when the text does not begin like JSON, is not whole or is large. */
  readonly json: JsonResult | null;
}

/** JSON that is longer is parsed only by who shows it as JSON, a piece at a time. */
export const LARGE_JSON_CHARS = 1_000_000;

/**
 * Decides what a payload is. `complete` is false when `bytes` are only its beginning: then JSON can't be parsed and
 * the text is shown instead.
 */
export function detectPayload(bytes: Uint8Array, complete: boolean): Detected {
  if (bytes.length === 0) return { kind: 'empty', viewer: 'text', text: '', json: null };
  const text = decodeUtf8Prefix(bytes, bytes.length, complete);
  if (text === null || looksBinary(text)) {
    return { kind: 'binary', viewer: 'hex', text, json: null };
  }
  return complete ? detectText(text) : partialText(text);
}

/** JSON of a payload in UTF-8, a byte order mark aside [RFC 8259 §8.1]. */
export function jsonOf(text: string): JsonResult {
  return parseJson(text.startsWith('\ufeff') ? text.slice(1) : text);
}

/** Whether a text may be JSON that is no number and no truth value: worth the parsing. */
export function mayBeJson(text: string): boolean {
  return /^[\s\ufeff]*(?:[{["]|null\s*$)/.test(text);
}

/** The number an object is about, or null. */
export function readingOfJson(value: JsonValue): Reading | null {
  if (value.kind !== 'object' || value.values.length > 200) return null;
  return readingOf(
    value.values.map((member, index) => memberOf(value.names?.[index] ?? '', member)),
  );
}

function memberOf(name: string, value: JsonValue): Member {
  if (value.kind === 'number') return { name, kind: 'number', text: value.source };
  if (value.kind === 'string') return { name, kind: 'string', text: value.value };
  const isContainer = value.kind === 'object' || value.kind === 'array';
  return { name, kind: isContainer ? 'container' : 'other', text: '' };
}

/** As `detectPayload`, of the whole text of a payload or of what was decoded. */
export function detectText(text: string): Detected {
  if (numberOfText(text) !== null) return { kind: 'number', viewer: 'text', text, json: null };
  if (booleanOfText(text) !== null) return { kind: 'boolean', viewer: 'text', text, json: null };
  if (text.length > LARGE_JSON_CHARS && beginsLikeJson(text)) {
    return { kind: 'json', viewer: 'json', text, json: null };
  }
  const json = mayBeJson(text) ? jsonOf(text) : null;
  if (!json?.ok) return { kind: 'text', viewer: 'text', text, json };
  const isDocument = json.value.kind === 'object' || json.value.kind === 'array';
  return { kind: 'json', viewer: isDocument ? 'json' : 'text', text, json };
}

function partialText(text: string): Detected {
  return { kind: beginsLikeJson(text) ? 'json' : 'text', viewer: 'text', text, json: null };
}
