import type { JsonContainer, JsonValue } from '../../app/payload/json';
import { isContainer, scalarText, type Folds } from './json-rows';
import { patternOf } from './viewers/find-text';

/** Where a value stands in a document. */
export interface JsonPlace {
  /** Place of the container it stands in; null at the first level. */
  readonly parent: JsonPlace | null;
  readonly container: JsonContainer;
  readonly index: number;
}

/** More places than this are counted, but not gone to: they would take more room than the document. */
const MOST_PLACES = 100_000;

interface Level {
  readonly place: JsonPlace | null;
  readonly container: JsonContainer;
  next: number;
}

/** Finds words in the names and values of a document, in the order of its text, a piece at a time and without recursion. */
export class JsonFind {
  readonly places: JsonPlace[] = [];
  /** Of the values in which they were found. */
  count = 0;
  readonly #levels: Level[] = [];
  readonly #pattern: RegExp;
  readonly #root: JsonValue;

  constructor(root: JsonValue, wanted: string) {
    this.#root = root;
    this.#pattern = patternOf(wanted, 'iu');
    if (isContainer(root)) this.#levels.push({ place: null, container: root, next: 0 });
  }

  /** Looks at so many more values; false when all were looked at. */
  step(values: number): boolean {
    for (let looked = 0; looked < values; looked++) if (!this.#look()) return false;
    return true;
  }

  /** From 0 to 1: how much of the document's first level was looked at. */
  get progress(): number {
    const first = this.#levels[0];
    return first && isContainer(this.#root) && this.#root.values.length > 0
      ? first.next / this.#root.values.length
      : 1;
  }

  #look(): boolean {
    const level = this.#levels.at(-1);
    if (!level) return false;
    const { container, next: index } = level;
    const value = container.values[index];
    if (!value) {
      this.#levels.pop();
      return this.#levels.length > 0;
    }
    level.next += 1;
    const isFound = this.#matches(container.names?.[index], value);
    if (isFound) this.count += 1;
    const keeps = isFound && this.places.length < MOST_PLACES;
    if (!keeps && !isContainer(value)) return true;
    const place = { parent: level.place, container, index };
    if (keeps) this.places.push(place);
    if (isContainer(value)) this.#levels.push({ place, container: value, next: 0 });
    return true;
  }

  #matches(name: string | undefined, value: JsonValue): boolean {
    if (name !== undefined && this.#pattern.test(name)) return true;
    if (isContainer(value)) return false;
    const text = value.kind === 'string' ? value.value : scalarText(value, 0);
    return this.#pattern.test(text);
  }
}

/** The key of the row at a place, as `jsonRows` makes it. */
export function keyAt(place: JsonPlace): string {
  return keysTo(place).at(-1) ?? '';
}

/** Opens all that a place stands in. */
export function openTo(place: JsonPlace, folds: Folds): Folds {
  const next = new Map(folds);
  for (const key of keysTo(place).slice(0, -1)) next.set(key, false);
  return next;
}

/** The keys of a place and of all that it stands in, from the first level on. */
function keysTo(place: JsonPlace): readonly string[] {
  const way: JsonPlace[] = [];
  for (let at: JsonPlace | null = place; at; at = at.parent) way.push(at);
  let key = '';
  return way.reverse().map(({ container, index }) => {
    key += `\u0000${container.names?.[index] ?? index}`;
    return key;
  });
}

/** A text in the parts that match and those that don't, in order. */
export function markedParts(
  text: string,
  wanted: string,
): ReadonlyArray<{ readonly text: string; readonly isFound: boolean }> {
  const parts: { text: string; isFound: boolean }[] = [];
  let end = 0;
  for (const match of wanted === '' ? [] : text.matchAll(patternOf(wanted, 'giu'))) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isFound: false });
    parts.push({ text: match[0], isFound: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isFound: false });
  return parts;
}
