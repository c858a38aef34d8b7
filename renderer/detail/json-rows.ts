import { escapeHidden } from '../../app/payload/escape';
import type { JsonContainer, JsonScalar, JsonValue } from '../../app/payload/json';
import { compactJson, prettyJson } from '../../app/payload/json-text';
import type { JsonPath } from '../../app/payload/numbers';

/** One visible row of a JSON document. */
export interface JsonRow {
  /** Row of the container it stands in; null at the first level. */
  readonly parent: JsonRow | null;
  /** Member name, or position in an array; null for a document that is a single scalar. */
  readonly step: string | number | null;
  readonly value: JsonValue;
  readonly depth: number;
  /** Identity across messages: the path as text. Made from the parent's on demand. */
  readonly key: string;
  readonly folded: boolean;
}

/** Beyond this many members a container begins folded, unless it is the document itself. */
const FOLD_ABOVE = 100;
/** Among more than this many siblings a container begins folded: a long list is read line by line. */
const FOLD_AMONG = 50;
/** Every so many levels a container begins folded: what nests without end is opened a part at a time. */
const FOLD_EVERY = 100;
/** Characters of the source that the line of a folded container is made from. */
const GLIMPSE_CHARS = 240;

/** Which containers a person opened or closed, by row key; all others are open unless they are large. */
export type Folds = ReadonlyMap<string, boolean>;

export function isContainer(value: JsonValue): value is JsonContainer {
  return value.kind === 'object' || value.kind === 'array';
}

function isFolded(
  value: JsonContainer,
  siblings: number,
  depth: number,
  key: string,
  folds: Folds,
): boolean {
  const isDeep = depth > 0 && depth % FOLD_EVERY === 0;
  return folds.get(key) ?? (isDeep || value.values.length > FOLD_ABOVE || siblings > FOLD_AMONG);
}

interface Level {
  readonly container: JsonContainer;
  readonly row: JsonRow | null;
  next: number;
}

/** The visible rows of a document in order, without recursion: nesting may be as deep as memory allows. */
export function jsonRows(root: JsonValue, folds: Folds): readonly JsonRow[] {
  if (!isContainer(root)) {
    return [{ parent: null, step: null, value: root, depth: 0, key: '', folded: false }];
  }
  const rows: JsonRow[] = [];
  const levels: Level[] = [{ container: root, row: null, next: 0 }];
  for (;;) {
    const level = levels.at(-1);
    if (!level) return rows;
    const value = level.container.values[level.next];
    if (!value) {
      levels.pop();
      continue;
    }
    const row = rowOf(level, value, levels.length - 1, folds);
    level.next++;
    rows.push(row);
    if (isContainer(value) && !row.folded) levels.push({ container: value, row, next: 0 });
  }
}

function rowOf(level: Level, value: JsonValue, depth: number, folds: Folds): JsonRow {
  const step = level.container.names?.[level.next] ?? level.next;
  const key = `${level.row?.key ?? ''}\u0000${step}`;
  const folded =
    isContainer(value) && isFolded(value, level.container.values.length, depth, key, folds);
  return { parent: level.row, step, value, depth, key, folded };
}

/** Folds or opens a container and everything below it. */
export function foldDeep(row: JsonRow, folded: boolean, folds: Folds): Folds {
  const next = new Map(folds);
  const stack: { value: JsonValue; key: string }[] = [row];
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { value, key } = item;
    if (!isContainer(value)) continue;
    next.set(key, folded);
    for (const [index, member] of value.values.entries()) {
      stack.push({ value: member, key: `${key}\u0000${value.names?.[index] ?? index}` });
    }
  }
  return next;
}

export function pathOf(row: JsonRow): JsonPath {
  const path: (string | number)[] = [];
  for (let at: JsonRow | null = row; at; at = at.parent) if (at.step !== null) path.push(at.step);
  return path.reverse();
}

/** What stands for a value in a row: at most `maxChars` characters of a text, in quotes. */
export function scalarText(value: JsonScalar, maxChars: number): string {
  switch (value.kind) {
    case 'string': {
      const cut =
        value.value.length > maxChars ? `${value.value.slice(0, maxChars)}…` : value.value;
      return `"${escapeHidden(cut)}"`;
    }
    case 'number':
      return value.source;
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
  }
}

/** `3 members`, `1 item`, `empty`. */
export function sizeText(container: JsonContainer): string {
  const count = container.values.length;
  const word = container.kind === 'object' ? 'member' : 'item';
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}

/** The beginning of a container on one line, for when it is folded; `source` is the document's text. */
export function glimpse(container: JsonContainer, source: string): string {
  const end = Math.min(container.end, container.start + GLIMPSE_CHARS);
  const text = escapeHidden(compactJson(source.slice(container.start, end)));
  return end < container.end ? `${text}…` : text;
}

/** A value as text for the clipboard: the characters of a text, the laid-out source of a container. */
export function valueText(value: JsonValue, source: string): string {
  if (isContainer(value)) return prettyJson(source.slice(value.start, value.end));
  return value.kind === 'string' ? value.value : scalarText(value, 0);
}

const INDENT_PX = 16;
/** Deeper rows stay at this indent, so that something of them is still seen. */
const MOST_INDENTS = 24;

/** How far a row stands to the right. */
export function indentPx({ depth }: JsonRow): number {
  return Math.min(depth, MOST_INDENTS) * INDENT_PX;
}

/** By how many rows the one at `top` has moved, so that what came or went above it moves nothing; 0 when it is gone. */
export function shiftOf(before: readonly JsonRow[], now: readonly JsonRow[], top: number): number {
  const read = before[top]?.key;
  if (top === 0 || read === undefined || now[top]?.key === read) return 0;
  const at = now.findIndex(({ key }) => key === read);
  return at < 0 ? 0 : at - top;
}
