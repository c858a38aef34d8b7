import type { ListEnd, ListProgress, ListRow } from '../../../../app/contract-search';
import type { Database } from '../driver';
import { RunSource } from '../run-source';
import { ChronicleUnits, firstWhere, indexIn, type ChronicleUnit } from './chronicle-units';
import { ListEvents, type ListEvent } from './list-events';
import type { MessageList, Place, RowsReply, RowsRequest } from './message-list';
import { firstAbove } from './number-list';
import { RowReader } from './row-reader';
import { SearchTopics } from './search-topics';
import { UnitOrders, type UnitOrder } from './unit-orders';

/** Rows of one unit: its messages up to an end, and the events between them, each before a message by index. */
interface UnitRows {
  readonly one: ChronicleUnit | null;
  readonly messages: number;
  readonly events: readonly ListEvent[];
}

/** An event with the index of the message before which it stands. */
interface PlacedEvent {
  readonly at: number;
  readonly event: ListEvent;
}

/**
 * All messages of a profile in the order of arrival, with what stands between them. A row is found by counting: units
 * first, then the messages of one unit, so that any place in any number of messages is as near as the next one.
 */
export class Chronicle implements MessageList {
  readonly #database: Database;
  readonly #newestFirst: boolean;
  readonly #topics: SearchTopics;
  readonly #units: ChronicleUnits;
  readonly #orders: UnitOrders;
  readonly #rows: RowReader;
  readonly #events: ListEvents;
  readonly #placedOf = new WeakMap<UnitOrder, readonly PlacedEvent[]>();
  readonly #startedAt = performance.now();
  #isCounting: boolean;
  #elapsedMs = 0;

  /** @param filters topic filters; empty for all topics */
  constructor(
    database: Database,
    profile: number,
    filters: readonly string[],
    newestFirst: boolean,
  ) {
    this.#database = database;
    this.#newestFirst = newestFirst;
    this.#topics = new SearchTopics(database, profile, filters, []);
    const isMeant = (topic: number): boolean => this.#topics.isMeant(topic);
    const source = new RunSource(database);
    this.#units = new ChronicleUnits(source, profile, this.#topics.all ? null : isMeant);
    this.#orders = new UnitOrders(source, isMeant);
    this.#rows = new RowReader(database);
    this.#events = new ListEvents(database, profile);
    this.#isCounting = !this.#topics.all;
  }

  work(isOver: () => boolean): boolean {
    if (!this.#isCounting) return false;
    const isMore = this.#atOnce(() => {
      if (this.#topics.load(isOver)) return true;
      this.#refresh();
      return this.#units.count(isOver);
    });
    if (isMore) return true;
    this.#isCounting = false;
    this.#elapsedMs = performance.now() - this.#startedAt;
    return false;
  }

  refresh(): boolean {
    // It is looked with each reply.
    return this.#isCounting;
  }

  stop(): void {
    // There is nothing that takes long.
  }

  rows(request: RowsRequest): RowsReply {
    return this.#atOnce(() => this.#reply(request));
  }

  rowAt(place: Place, end: ListEnd | null): number | null {
    return this.#atOnce(() => {
      this.#refresh();
      const parts = this.#partsUpTo(end);
      const row = 'id' in place ? this.#rowOf(parts, place.id) : this.#rowFrom(parts, place.timeUs);
      const total = sumOf(parts);
      if (row === null || row >= total) return null;
      return this.#newestFirst ? total - 1 - row : row;
    });
  }

  #reply({ first, count, end }: RowsRequest): RowsReply {
    this.#refresh();
    const parts = this.#newestFirst || !this.#isCounting ? this.#partsUpTo(end) : [];
    const total = sumOf(parts);
    const rows: ListRow[] = [];
    for (let row = first; row < Math.min(total, first + count); row++) {
      rows.push(this.#rowIn(parts, this.#newestFirst ? total - 1 - row : row));
    }
    const messages = this.#knownUnits.reduce((sum, one) => sum + (one.messages ?? 0), 0);
    const listed = parts.reduce((sum, part) => sum + part.messages, 0);
    return {
      ...{ total, first, rows, newest: this.#newest() },
      newer: end === null ? 0 : messages - listed,
      progress: this.#progress(messages),
    };
  }

  #progress(found: number): ListProgress {
    const units = this.#units.units;
    const sum = (all: readonly ChronicleUnit[]): number =>
      all.reduce((messages, { unit }) => messages + unit.messages, 0);
    return {
      state: this.#isCounting ? 'counting' : 'done',
      searched: sum(this.#knownUnits),
      messages: sum(units),
      found,
      elapsedMs: this.#isCounting ? performance.now() - this.#startedAt : this.#elapsedMs,
      ...{ unreadable: 0, tooLarge: 0 },
    };
  }

  #refresh(): void {
    if (this.#isCounting && this.#topics.load(() => true)) return;
    const isNew = this.#units.refresh();
    this.#topics.load(() => false);
    // Few units are new after the first time, and a batch is counted at once.
    if (!this.#isCounting) this.#units.count(() => false);
    const oldestId = this.#units.units[0]?.unit.firstId ?? 0;
    const events = this.#events.read(oldestId);
    if (isNew || events.isNew) this.#units.place(events.events);
  }

  /** Those that are counted, up to the newest. */
  get #knownUnits(): readonly ChronicleUnit[] {
    const { units } = this.#units;
    const unknown = units.findLastIndex(({ messages }) => messages === null);
    return units.slice(unknown + 1);
  }

  #newest(): ListEnd | null {
    const last = this.#units.units.at(-1)?.unit;
    if (last === undefined) return null;
    const lastEvent = this.#units.tail.reduce((us, { knownUs }) => Math.max(us, knownUs), 0);
    return { id: last.lastId, timeUs: Math.max(last.lastUs, lastEvent) };
  }

  #partsUpTo(end: ListEnd | null): UnitRows[] {
    const tail = { one: null, messages: 0, events: upTo(this.#units.tail, end) };
    const units = this.#knownUnits;
    const wanted =
      end === null ? units.length : firstWhere(units.length, (at) => firstIdAt(units, at) > end.id);
    const parts = units.slice(0, wanted).map((one) => this.#part(one, end));
    return end === null || wanted === units.length ? [...parts, tail] : parts;
  }

  #part(one: ChronicleUnit, end: ListEnd | null): UnitRows {
    if (end === null || one.unit.lastId <= end.id) {
      return { one, messages: one.messages ?? 0, events: upTo(one.events, end) };
    }
    // The writer has made a larger unit of what was the last one.
    const order = this.#orders.of(one.unit);
    const messages = firstAbove(order.ids, order.ids.length, end.id);
    const events = upTo(one.events, end).filter((event) => indexIn(order, event) <= messages);
    return { one, messages, events };
  }

  #rowIn(parts: readonly UnitRows[], row: number): ListRow {
    let before = 0;
    for (const part of parts) {
      const rows = part.messages + part.events.length;
      if (row < before + rows) return this.#rowOfPart(part, row - before);
      before += rows;
    }
    return { kind: 'missing', id: 0, isDamaged: false };
  }

  #rowOfPart({ one, events }: UnitRows, row: number): ListRow {
    if (one === null) return events[row]?.row ?? { kind: 'missing', id: 0, isDamaged: false };
    const order = this.#orders.of(one.unit);
    let passed = 0;
    for (const { at, event } of this.#placed(order, events)) {
      if (at + passed > row) break;
      if (at + passed === row) return event.row;
      passed += 1;
    }
    return this.#rows.row(order, row - passed, []);
  }

  #rowOf(parts: readonly UnitRows[], id: number): number | null {
    return this.#rowWhere(
      parts,
      ({ unit }) => unit.lastId >= id,
      ({ ids }) => {
        const at = firstAbove(ids, ids.length, id) - 1;
        return ids[at] === id ? at : null;
      },
    );
  }

  #rowFrom(parts: readonly UnitRows[], timeUs: number): number | null {
    return this.#rowWhere(
      parts,
      ({ unit }) => unit.lastUs >= timeUs,
      (order) => {
        const at = order.timesUs.findIndex((time) => time >= timeUs);
        return at < 0 ? null : at;
      },
    );
  }

  /** The first row for which `find` gives an index, of the units that are worth looking into. */
  #rowWhere(
    parts: readonly UnitRows[],
    isWorth: (one: ChronicleUnit) => boolean,
    find: (order: UnitOrder) => number | null,
  ): number | null {
    let before = 0;
    for (const { one, messages, events } of parts) {
      if (one !== null && messages > 0 && isWorth(one)) {
        const order = this.#orders.of(one.unit);
        const at = find(order);
        if (at !== null && at < messages) {
          return before + at + this.#placed(order, events).filter((event) => event.at <= at).length;
        }
      }
      before += messages + events.length;
    }
    return null;
  }

  #placed(order: UnitOrder, events: readonly ListEvent[]): readonly PlacedEvent[] {
    const known = this.#placedOf.get(order);
    if (known?.length === events.length && known.every(({ event }) => events.includes(event))) {
      return known;
    }
    const placed = events
      .map((event) => ({ at: indexIn(order, event), event }))
      .sort((one, other) => one.at - other.at);
    this.#placedOf.set(order, placed);
    return placed;
  }

  #atOnce<Result>(read: () => Result): Result {
    return this.#database.transaction(read).deferred();
  }
}

function firstIdAt(units: readonly ChronicleUnit[], at: number): number {
  return units[at]?.unit.firstId ?? 0;
}

function sumOf(parts: readonly UnitRows[]): number {
  return parts.reduce((sum, { messages, events }) => sum + messages + events.length, 0);
}

function upTo(events: readonly ListEvent[], end: ListEnd | null): readonly ListEvent[] {
  return end === null ? events : events.filter(({ knownUs }) => knownUs <= end.timeUs);
}
