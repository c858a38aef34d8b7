import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RetainedSelection, RetainedSort } from '../../../app/contract-retained';
import type { MessageProperties, QoS } from '../../../app/message';
import { sliceSorted, SLICE_MS } from './slice-sort';

/** A retained message as the broker keeps it. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Null until it is known. */
  readonly qos: QoS | null;
  readonly properties: MessageProperties | null;
}

/** Which rows are shown, and in which order. */
export interface Arrangement {
  readonly text: string;
  readonly sort: RetainedSort;
  readonly descending: boolean;
}

const AS_IT_CAME: Arrangement = { text: '', sort: 'arrival', descending: false };
const ROWS_A_LOOK = 1_024;

/** The retained messages of one listing: what there is, what is shown of it, and what is selected. */
export class RetainedList {
  /** Grows with every change that a view can show. */
  version = 0;
  bytes = 0;
  selected = 0;
  selectedBytes = 0;
  readonly #rows: RetainedMessage[] = [];
  readonly #index = new Map<string, number>();
  #marks = new Uint8Array(1_024);
  #arrangement = AS_IT_CAME;
  /** Rows in the order shown; null while that is all of them as they came. */
  #order: Int32Array | null = null;
  #run = 0;
  isArranging = false;
  /** The row number where the next range begins. */
  #anchor = 0;

  get length(): number {
    return this.#rows.length;
  }

  /** Rows that are shown. */
  get shown(): number {
    return this.#order?.length ?? this.#rows.length;
  }

  get messages(): readonly RetainedMessage[] {
    return this.#rows;
  }

  find(topic: string): RetainedMessage | undefined {
    const id = this.#index.get(topic);
    return id === undefined ? undefined : this.#rows[id];
  }

  /** Adds a message, or replaces what was known of its topic. */
  put(message: RetainedMessage): void {
    this.version += 1;
    const known = this.#index.get(message.topic);
    if (known === undefined) {
      this.#index.set(message.topic, this.#rows.length);
      this.#rows.push(message);
      this.bytes += message.payload.length;
      if (this.#rows.length > this.#marks.length) this.#grow();
      return;
    }
    const delta = message.payload.length - (this.#rows[known]?.payload.length ?? 0);
    this.#rows[known] = message;
    this.bytes += delta;
    if (this.isSelected(known)) this.selectedBytes += delta;
  }

  /** The id and the message of a row number; null past the end. */
  at(row: number): { readonly id: number; readonly message: RetainedMessage } | null {
    const id = this.#order === null ? row : this.#order[row];
    const message = id === undefined ? undefined : this.#rows[id];
    return id === undefined || message === undefined ? null : { id, message };
  }

  isSelected(id: number): boolean {
    return this.#marks[id] === 1;
  }

  select(select: RetainedSelection): void {
    this.version += 1;
    switch (select.kind) {
      case 'all':
        this.#mark(0, this.shown - 1, true);
        return;
      case 'none':
        this.#clearMarks();
        return;
      default:
        this.#selectRow(select.kind, this.#rowNow(select.row, select.topic));
    }
  }

  #selectRow(kind: 'only' | 'toggle' | 'range', row: number): void {
    const found = this.at(row);
    if (kind === 'toggle') {
      if (found) this.#mark(row, row, !this.isSelected(found.id));
    } else {
      this.#clearMarks();
      const first = kind === 'range' ? this.#anchor : row;
      this.#mark(Math.min(first, row), Math.max(first, row), true);
    }
    if (kind !== 'range') this.#anchor = row;
  }

  /** Where a row that was seen at `row` stands by now; there, when it is not known which one it was. */
  #rowNow(row: number, topic: string | undefined): number {
    const id = topic === undefined ? undefined : this.#index.get(topic);
    if (id === undefined || this.at(row)?.id === id) return row;
    const now = this.#order === null ? id : this.#order.indexOf(id);
    return now < 0 ? row : now;
  }

  /** Takes all messages of a scope, as they are now. */
  take(scope: 'selected' | 'shown'): readonly RetainedMessage[] {
    if (scope === 'selected') return this.#rows.filter((_, id) => this.#marks[id] === 1);
    const { shown } = this;
    return Array.from({ length: shown }, (_, row) => this.at(row)?.message).filter(
      (message) => message !== undefined,
    );
  }

  /** Shows other rows, or another order; worked out in slices, while the rows are shown as before. */
  async arrange(arrangement: Arrangement): Promise<void> {
    this.#arrangement = arrangement;
    const run = (this.#run += 1);
    this.isArranging = true;
    this.version += 1;
    const order = await this.#arranged(arrangement, () => run === this.#run);
    if (run !== this.#run) return;
    this.#order = order;
    this.isArranging = false;
    this.#anchor = Math.min(this.#anchor, Math.max(0, this.shown - 1));
    this.version += 1;
  }

  /** Rows came: those that are shown are worked out anew where they are not all. */
  rearrange(): Promise<void> {
    return this.#order === null ? Promise.resolve() : this.arrange(this.#arrangement);
  }

  /** Null for all rows as they came, or when it is no longer wanted. */
  async #arranged(
    { text, sort, descending }: Arrangement,
    isWanted: () => boolean,
  ): Promise<Int32Array | null> {
    const wanted = text.toLowerCase();
    if (wanted === '' && sort === 'arrival' && !descending) return null;
    const found = await this.#containing(wanted, isWanted);
    if (found === null) return null;
    if (sort === 'arrival') return descending ? found.reverse() : found;
    const compare = this.#compare(sort, descending ? -1 : 1);
    return sliceSorted(found, compare, isWanted);
  }

  async #containing(
    text: string,
    isWanted: () => boolean,
  ): Promise<Int32Array<ArrayBuffer> | null> {
    const found: number[] = [];
    let endMs = performance.now() + SLICE_MS;
    for (let id = 0; id < this.#rows.length; id += 1) {
      if (text === '' || this.#rows[id]?.topic.toLowerCase().includes(text)) found.push(id);
      if (id % ROWS_A_LOOK !== 0 || performance.now() < endMs) continue;
      await nextTurn();
      if (!isWanted()) return null;
      endMs = performance.now() + SLICE_MS;
    }
    return Int32Array.from(found);
  }

  #compare(sort: RetainedSort, sign: 1 | -1): (a: number, b: number) => number {
    const rows = this.#rows;
    const topicOf = (id: number): string => rows[id]?.topic ?? '';
    const numberOf =
      sort === 'size'
        ? (id: number): number => rows[id]?.payload.length ?? 0
        : (id: number): number => rows[id]?.qos ?? -1;
    return (a, b) => {
      const [one, other] = sort === 'topic' ? [topicOf(a), topicOf(b)] : [numberOf(a), numberOf(b)];
      if (one === other) return a - b;
      return one < other ? -sign : sign;
    };
  }

  #mark(first: number, last: number, on: boolean): void {
    for (let row = first; row <= last; row += 1) {
      const found = this.at(row);
      if (!found || this.isSelected(found.id) === on) continue;
      this.#marks[found.id] = on ? 1 : 0;
      this.selected += on ? 1 : -1;
      this.selectedBytes += (on ? 1 : -1) * found.message.payload.length;
    }
  }

  #clearMarks(): void {
    this.#marks.fill(0);
    this.selected = 0;
    this.selectedBytes = 0;
  }

  #grow(): void {
    const marks = new Uint8Array(this.#marks.length * 2);
    marks.set(this.#marks);
    this.#marks = marks;
  }
}
