/** What a chart makes of a payload. */
import { escapeHidden } from '../payload/escape';
import type { JsonPath } from '../payload/numbers';
import { booleanOfText, numberOfText } from '../payload/scalar';

export type Reading =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: number }
  | { readonly kind: 'word'; readonly text: string }
  /** The message says that there is no value: JSON's null. */
  | { readonly kind: 'nothing' }
  /** No value here, and what is there instead, in words. */
  | { readonly kind: 'other'; readonly instead: string };

/** Longer texts are no state that a lane could show. */
export const MOST_WORD_CHARS = 80;
const MOST_SHOWN_CHARS = 40;
const NOTHING: Reading = { kind: 'nothing' };

/** Text that is the whole payload: a number, a truth value, or a word. */
export function readText(text: string): Reading {
  const number = numberOfText(text);
  if (number !== null) return { kind: 'number', value: number };
  const flag = booleanOfText(text);
  if (flag !== null) return { kind: 'boolean', value: Number(flag) };
  return word(text.trim());
}

/** What stands at a path of a document that `JSON.parse` made. */
export function readAt(root: unknown, path: JsonPath): Reading {
  let value = root;
  for (const [index, step] of path.entries()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return { kind: 'other', instead: missing(value, step, index) };
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return readValue(value);
}

export function readValue(value: unknown): Reading {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value)
        ? { kind: 'number', value }
        : { kind: 'other', instead: String(value) };
    case 'boolean':
      return { kind: 'boolean', value: Number(value) };
    case 'string':
      return readText(value);
    default:
      if (value === null) return NOTHING;
      return { kind: 'other', instead: Array.isArray(value) ? 'a list' : 'an object' };
  }
}

/** What stands in place of a value, as a part of a sentence: `the text “off”`. */
export function insteadWords(reading: Reading): string {
  switch (reading.kind) {
    case 'number':
      return `the number ${String(reading.value)}`;
    case 'boolean':
      return reading.value === 0 ? 'false' : 'true';
    case 'word':
      return `the text “${shortened(reading.text)}”`;
    case 'nothing':
      return 'null';
    case 'other':
      return reading.instead;
  }
}

function word(text: string): Reading {
  if (text === '') return { kind: 'other', instead: 'an empty text' };
  if (text.length <= MOST_WORD_CHARS && !/[\r\n]/.test(text)) return { kind: 'word', text };
  return { kind: 'other', instead: `the long text “${shortened(text)}”` };
}

function missing(parent: unknown, step: string | number, depth: number): string {
  if (typeof parent !== 'object' || parent === null) {
    const there = insteadWords(readValue(parent));
    return depth === 0 ? there : `${there} where ${stepWords(step)} was expected`;
  }
  return `no ${stepWords(step)}`;
}

function stepWords(step: string | number): string {
  return typeof step === 'number' ? `element ${String(step)}` : `member “${shortened(step)}”`;
}

function shortened(text: string): string {
  const shown = text.length > MOST_SHOWN_CHARS ? `${text.slice(0, MOST_SHOWN_CHARS)}…` : text;
  return escapeHidden(shown);
}
