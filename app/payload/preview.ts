import type { ValueKind } from '../contract';
import { jsonOf, mayBeJson, readingOfJson } from './detect';
import { escapeHidden } from './escape';
import { formatBytes } from './format';
import { beginsLikeJson } from './json';
import { compactJson } from './json-text';
import type { Reading } from './reading';
import { booleanOfText, numberOfText } from './scalar';
import { decodeUtf8Prefix, looksBinary } from './utf8';

/** Bytes looked at, whatever the payload's size: a row shows a hundred characters at most. */
const PREVIEW_BYTES = 320;
const PREVIEW_HEX_BYTES = 12;

export interface Preview {
  /** One line, at most `maxChars` characters. */
  readonly text: string;
  readonly kind: ValueKind;
  /** The number the payload is, or that an object is about; null for all else. */
  readonly number: number | null;
}

/**
 * A payload on one line for a row. `bytes` may be the beginning of a payload of `sizeBytes`. The cost does not depend on
 * the size: at most 320 bytes are decoded.
 */
export function previewOf(bytes: Uint8Array, sizeBytes: number, maxChars: number): Preview {
  return preview(bytes, sizeBytes, maxChars, true);
}

/** As `previewOf`, but an object is always shown as JSON, also where a number and its unit would say it shorter. */
export function plainPreviewOf(bytes: Uint8Array, sizeBytes: number, maxChars: number): Preview {
  return preview(bytes, sizeBytes, maxChars, false);
}

/** As `previewOf`, of a text that was decoded. */
export function previewOfText(text: string, maxChars: number): Preview {
  const isWhole = text.length <= PREVIEW_BYTES;
  return textPreview(isWhole ? text : text.slice(0, PREVIEW_BYTES), isWhole, maxChars, true);
}

function preview(bytes: Uint8Array, sizeBytes: number, maxChars: number, short: boolean): Preview {
  if (sizeBytes === 0) return { text: '', kind: 'empty', number: null };
  const complete = bytes.length === sizeBytes;
  const text = decodeUtf8Prefix(bytes, PREVIEW_BYTES, complete);
  if (text === null || looksBinary(text)) {
    return { text: cut(binaryPreview(bytes, sizeBytes), maxChars), kind: 'binary', number: null };
  }
  return textPreview(text, complete && bytes.length <= PREVIEW_BYTES, maxChars, short);
}

function textPreview(text: string, whole: boolean, maxChars: number, short: boolean): Preview {
  if (whole) {
    const number = numberOfText(text);
    if (number !== null) return { text: cut(text.trim(), maxChars), kind: 'number', number };
    if (booleanOfText(text) !== null) return { text: text.trim(), kind: 'boolean', number: null };
  } else {
    // Of a payload that was not decoded whole, what begins like JSON counts as JSON.
    const kind = beginsLikeJson(text) ? 'json' : 'text';
    return { text: cut(oneLine(text), maxChars, true), kind, number: null };
  }
  const json = mayBeJson(text) ? jsonOf(text) : null;
  if (!json?.ok) return { text: cut(oneLine(text), maxChars), kind: 'text', number: null };
  const reading = readingOfJson(json.value);
  const shown = short && reading?.unit ? withUnit(reading) : escapeHidden(compactJson(text));
  return { text: cut(shown, maxChars), kind: 'json', number: reading?.number ?? null };
}

function withUnit(reading: Reading): string {
  return escapeHidden(`${reading.source} ${reading.unit ?? ''}`);
}

function oneLine(text: string): string {
  const line = beginsLikeJson(text) ? compactJson(text) : text.trim().replace(/\s+/g, ' ');
  return escapeHidden(line);
}

function binaryPreview(bytes: Uint8Array, sizeBytes: number): string {
  const shown = bytes.subarray(0, PREVIEW_HEX_BYTES);
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${hex}${sizeBytes > shown.length ? ' …' : ''} · ${formatBytes(sizeBytes)}`;
}

/** At most `maxChars` UTF-16 units, never half a surrogate pair; `…` says that something is missing. */
function cut(text: string, maxChars: number, missing = false): string {
  if (text.length <= maxChars && !missing) return text;
  const end = Math.max(0, Math.min(text.length, maxChars - 1));
  const last = text.charCodeAt(end - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)}…`;
}
