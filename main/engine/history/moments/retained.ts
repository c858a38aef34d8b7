import type { Database, Statement } from '../driver';
import { FLAG_RETAIN } from '../history';
import { decodeHeads, topicsOf, type StoredRun } from '../run';
import type { KnownUnit, KnownUnits } from './known-units';
import type { Place, TopicPlaces } from './runs';

/** What is remembered of units may take so much; the newest are looked through first. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;

/**
 * Whether the broker was thought to keep a retained message: so it is after a message with the retain flag, and no longer
 * after an empty one (`retainedAfter`). Of each unit it is remembered which topics have such a message at all, so that
 * walking back through a topic's past reads what it needs only.
 */
export class RetainedMarks {
  readonly #units: KnownUnits;
  readonly #places: TopicPlaces;
  readonly #heads: ReadonlyMap<KnownUnit['kind'], Statement<StoredRun>>;
  /** Serial of a unit → the topics in it that have a message which tells, ascending. */
  readonly #telling = new Map<number, Uint32Array>();
  #bytes = 0;
  #version = -1;

  constructor(database: Database, units: KnownUnits, places: TopicPlaces) {
    this.#units = units;
    this.#places = places;
    const heads = (from: string): Statement<StoredRun> =>
      database.prepare(
        `SELECT messages, first_id AS firstId, first_us AS firstUs, codec, topics, heads FROM ${from}`,
      );
    this.#heads = new Map([
      ['batch', heads('batches WHERE key = ?')],
      ['segment', heads('blocks WHERE segment = ?')],
    ]);
  }

  /**
   * @param last of the topic's messages at the moment
   * @param isPatient asked before a unit is read that was not looked through yet
   * @returns null when it is not known so soon
   */
  at(topic: number, atUs: number, last: KnownUnit, isPatient: () => boolean): boolean | null {
    for (let index = this.#units.all.indexOf(last); index >= 0; index--) {
      const unit = this.#units.all[index];
      if (unit === undefined || unit.firstUs > atUs) continue;
      const telling = this.#telling.get(unit.serial);
      if (telling !== undefined && !includes(telling, topic)) continue;
      // Where there is no room to remember more, waiting brings nothing.
      if (telling === undefined && !this.#isFull && !isPatient()) return null;
      for (const place of this.#places.before(unit, topic, atUs)) {
        const told = toldBy(place);
        if (told !== null) return told;
      }
    }
    return false;
  }

  /** Looks through a unit that was not yet, the newest first; false when there is none, or no more room. */
  lookThroughNext(): boolean {
    this.#forgetGone();
    if (this.#isFull) return false;
    const unit = this.#units.all.findLast(({ serial }) => !this.#telling.has(serial));
    if (unit === undefined) return false;
    const topics = this.#tellingTopics(unit);
    this.#telling.set(unit.serial, topics);
    this.#bytes += topics.byteLength;
    return true;
  }

  get #isFull(): boolean {
    return this.#bytes > REMEMBERED_BYTES;
  }

  #tellingTopics(unit: KnownUnit): Uint32Array {
    const topics = new Set<number>();
    for (const row of this.#heads.get(unit.kind)?.all(unit.key) ?? []) {
      const { flags, sizes } = decodeHeads(row);
      let from = 0;
      for (const { topic, count } of topicsOf(row.topics)) {
        for (let at = from; at < from + count; at++) {
          if (((flags[at] ?? 0) & FLAG_RETAIN) === 0 && sizes[at] !== 0) continue;
          topics.add(topic);
          break;
        }
        from += count;
      }
    }
    return Uint32Array.from(topics).sort();
  }

  #forgetGone(): void {
    if (this.#version === this.#units.version) return;
    this.#version = this.#units.version;
    const there = new Set(this.#units.all.map(({ serial }) => serial));
    for (const [serial, topics] of this.#telling) {
      if (there.has(serial)) continue;
      this.#telling.delete(serial);
      this.#bytes -= topics.byteLength;
    }
  }
}

function toldBy({ run: { heads }, at }: Place): boolean | null {
  if (heads.sizes[at] === 0) return false;
  return ((heads.flags[at] ?? 0) & FLAG_RETAIN) === 0 ? null : true;
}

function includes(sorted: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
