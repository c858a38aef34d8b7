import { damagedRun } from '../bytes';
import type { Database, Statement } from '../driver';
import { decodeTimes } from '../run-times';
import { topicsOf } from '../run';
import { BoundedCache } from './bounded-cache';
import type { KnownUnit } from './known-units';
import type { TopicSlots } from './topic-slots';

const COUNTS_BYTES = 24 * 1024 * 1024;
const TIMES_BYTES = 32 * 1024 * 1024;

/** How many messages a unit has of each of its topics; a topic that goes on in the next block stands there again. */
export interface UnitCounts {
  readonly slots: Uint32Array;
  readonly counts: Uint32Array;
}

/** Where and when each message of a unit is; the messages of a topic stand together, in the order of their ids. */
export interface UnitTimes {
  readonly slots: Uint32Array;
  readonly ids: Float64Array;
  readonly timesUs: Float64Array;
}

interface HeadRow {
  readonly messages: number;
  readonly firstId: number;
  readonly firstUs: number;
  readonly codec: number;
  readonly topics: Uint8Array;
  readonly heads: Uint8Array;
}

/** What is in a unit besides payloads, remembered for those that were looked at last. */
export class UnitContents {
  readonly #slots: TopicSlots;
  readonly #topics: ReadonlyMap<KnownUnit['kind'], Statement<Uint8Array>>;
  readonly #heads: ReadonlyMap<KnownUnit['kind'], Statement<HeadRow>>;
  readonly #counts = new BoundedCache<UnitCounts>(COUNTS_BYTES);
  readonly #times = new BoundedCache<UnitTimes>(TIMES_BYTES);

  constructor(database: Database, slots: TopicSlots) {
    this.#slots = slots;
    const topics = (from: string): Statement<Uint8Array> =>
      database.prepare<unknown[], Uint8Array>(`SELECT topics FROM ${from}`).pluck();
    const heads = (from: string): Statement<HeadRow> =>
      database.prepare(
        `SELECT messages, first_id AS firstId, first_us AS firstUs, codec, topics, heads FROM ${from}`,
      );
    const batch = 'batches WHERE key = ?';
    const segment = 'blocks WHERE segment = ? ORDER BY key';
    this.#topics = new Map([
      ['batch', topics(batch)],
      ['segment', topics(segment)],
    ]);
    this.#heads = new Map([
      ['batch', heads(batch)],
      ['segment', heads(segment)],
    ]);
  }

  counts(unit: KnownUnit): UnitCounts {
    return this.#counts.get(
      String(unit.serial),
      () => this.readCounts(unit),
      ({ slots }) => slots.length * 8,
    );
  }

  /** The same, but it is not kept. */
  readCounts(unit: KnownUnit): UnitCounts {
    const slots = new Uint32Array(unit.messages);
    const counts = new Uint32Array(unit.messages);
    let length = 0;
    for (const blob of this.#topics.get(unit.kind)?.all(unit.key) ?? []) {
      for (const { topic, count } of topicsOf(blob)) {
        slots[length] = this.#slots.of(topic);
        counts[length++] = count;
      }
    }
    if (length > unit.messages) throw damagedRun();
    return { slots: slots.slice(0, length), counts: counts.slice(0, length) };
  }

  times(unit: KnownUnit): UnitTimes {
    return this.#times.get(
      String(unit.serial),
      () => this.readTimes(unit),
      ({ ids }) => ids.length * 20,
    );
  }

  /** The same, but it is not kept. */
  readTimes(unit: KnownUnit): UnitTimes {
    const times: UnitTimes = {
      slots: new Uint32Array(unit.messages),
      ids: new Float64Array(unit.messages),
      timesUs: new Float64Array(unit.messages),
    };
    let from = 0;
    for (const row of this.#heads.get(unit.kind)?.all(unit.key) ?? []) {
      let at = from;
      for (const { topic, count } of topicsOf(row.topics)) {
        times.slots.fill(this.#slots.of(topic), at, at + count);
        at += count;
      }
      decodeTimes(row, times, from);
      from += row.messages;
    }
    return times;
  }
}
