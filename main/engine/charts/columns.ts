import { insteadWords, type Reading } from '../../../app/chart/reading';
import type { SeriesForm } from '../../../app/contract-charts';

/** What an entry of a column is. */
export const NUMBER = 0;
export const BOOLEAN = 1;
export const WORD = 2;
export const NOTHING = 3;
export const OTHER = 4;

/** A unit's messages of one number, in the order of their ids. */
export interface Columns {
  readonly timesUs: Float64Array;
  /** The number; of words and what else is there, its place in the series' list of texts. */
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** Of the newest message of the topic; 0 for none. */
  readonly lastId: number;
}

export const NO_COLUMNS: Columns = {
  timesUs: new Float64Array(),
  values: new Float64Array(),
  kinds: new Uint8Array(),
  lastId: 0,
};

const ENTRY_BYTES = 17;
const OBJECT_BYTES = 300;

export function columnBytes({ timesUs }: Columns): number {
  return timesUs.length * ENTRY_BYTES + OBJECT_BYTES;
}

/** More different texts are told as one: a lane with so many colours says nothing. */
const MOST_TEXTS = 200;
const MANY = '(other)';

/** The different texts of a series, in the order in which they were met. */
export class Texts {
  readonly #places = new Map<string, number>();
  #list: readonly string[] = [];

  get list(): readonly string[] {
    return this.#list;
  }

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    if (this.#list.length >= MOST_TEXTS && text !== MANY) return this.placeOf(MANY);
    const place = this.#list.length;
    this.#places.set(text, place);
    this.#list = [...this.#list, text];
    return place;
  }
}

/** Gathers what the messages of a unit say. */
export class ColumnBuilder {
  readonly #words: Texts;
  readonly #others: Texts;
  readonly #timesUs: Float64Array;
  readonly #values: Float64Array;
  readonly #kinds: Uint8Array;
  #length = 0;

  constructor(messages: number, words: Texts, others: Texts) {
    this.#words = words;
    this.#others = others;
    this.#timesUs = new Float64Array(messages);
    this.#values = new Float64Array(messages);
    this.#kinds = new Uint8Array(messages);
  }

  add(timeUs: number, reading: Reading): void {
    switch (reading.kind) {
      case 'number':
        this.put(timeUs, NUMBER, reading.value);
        return;
      case 'boolean':
        this.put(timeUs, BOOLEAN, reading.value);
        return;
      case 'word':
        this.put(timeUs, WORD, this.#words.placeOf(reading.text));
        return;
      case 'nothing':
        this.put(timeUs, NOTHING, NaN);
        return;
      case 'other':
        this.put(timeUs, OTHER, this.#others.placeOf(insteadWords(reading)));
    }
  }

  put(timeUs: number, kind: number, value: number): void {
    const at = this.#length++;
    this.#timesUs[at] = timeUs;
    this.#values[at] = value;
    this.#kinds[at] = kind;
  }

  columns(lastId: number): Columns {
    const end = this.#length;
    const isFull = end === this.#timesUs.length;
    return {
      timesUs: isFull ? this.#timesUs : this.#timesUs.slice(0, end),
      values: isFull ? this.#values : this.#values.slice(0, end),
      kinds: isFull ? this.#kinds : this.#kinds.slice(0, end),
      lastId,
    };
  }
}

/** How many entries of each kind there are. */
export type KindCounts = Float64Array;

/** One number makes a series of numbers, one truth value a series of these: words among them are told, not drawn. */
export function formOf(kinds: KindCounts): SeriesForm {
  if ((kinds[NUMBER] ?? 0) > 0) return 'number';
  if ((kinds[BOOLEAN] ?? 0) > 0) return 'boolean';
  return (kinds[WORD] ?? 0) > 0 ? 'words' : 'number';
}

/** Whether an entry of a kind has a place in a series. */
export function isDrawn(kind: number, form: SeriesForm): boolean {
  if (kind === NOTHING) return true;
  if (form === 'words') return kind === WORD;
  return kind === BOOLEAN || kind === NUMBER;
}
