import type { Database, Statement } from './driver';
import { LAST_HEAD_BYTES } from './layout';
import { topicsOf } from './run';
import { storedHead } from './run-messages';
import type { Run, RunSource, Unit } from './run-source';
import type { IsOver } from './segment-builder';
import { TopicPresence } from './topic-presence';

const TOPICS_STEP = 5_000;

interface Place {
  readonly id: number;
  readonly run: Run;
  readonly at: number;
}

/** Brings the rows of topics whose last message was removed up to the newest one that is left. */
export class NewestMessages {
  readonly #source: RunSource;
  readonly #headless: Statement<{ readonly key: number; readonly lastId: number }>;
  readonly #update: Statement;
  readonly #presence: TopicPresence;

  constructor(database: Database, source: RunSource) {
    this.#source = source;
    this.#presence = new TopicPresence(database);
    this.#headless = database.prepare(
      `SELECT key, last_id AS lastId FROM topics
       WHERE profile = ? AND key > ? AND last_head IS NULL AND last_id > 0 ORDER BY key LIMIT ?`,
    );
    this.#update = database.prepare(
      `UPDATE topics SET last_id = ?, last_time_us = ?, last_flags = ?, last_size = ?, last_head = ? WHERE key = ?`,
    );
  }

  /** Yields when a slice is over; nothing else may change batches and segments until it returns. */
  *renew(profile: number, isOver: IsOver): Generator<undefined, void> {
    const wanted = new Map<number, number>();
    for (let after = 0; ;) {
      const rows = this.#headless.all(profile, after, TOPICS_STEP);
      for (const { key, lastId } of rows) wanted.set(key, lastId);
      if (rows.length < TOPICS_STEP) break;
      after = rows.at(-1)?.key ?? after;
      yield;
    }
    let sorted = Uint32Array.from(wanted.keys()).sort();
    for (let before = Number.MAX_SAFE_INTEGER; wanted.size > 0;) {
      const unit = this.#source.previous(profile, before);
      if (unit === undefined) return;
      // Topics of which nothing is left are looked for in all of the history: most units are known not to have them.
      if (this.#presence.hasAny(unit, sorted)) yield* this.#renewFrom(unit, wanted, isOver);
      if (wanted.size < sorted.length) sorted = Uint32Array.from(wanted.keys()).sort();
      if (isOver()) yield;
      before = unit.firstId;
    }
  }

  *#renewFrom(unit: Unit, wanted: Map<number, number>, isOver: IsOver): Generator<undefined, void> {
    const found = new Map<number, Place>();
    for (const run of this.#source.runs(unit)) {
      this.#lookIn(run, wanted, found);
      if (isOver()) yield;
    }
    for (const [topic, { run, at }] of found) {
      const { id, timeUs, flags, sizeBytes, head } = storedHead(run, at, run.body);
      this.#update.run(id, timeUs, flags, sizeBytes, head.subarray(0, LAST_HEAD_BYTES), topic);
      wanted.delete(topic);
    }
  }

  /** Messages that a topic's row does not tell of yet come on top of it, and are not its last one. */
  #lookIn(run: Run, wanted: ReadonlyMap<number, number>, found: Map<number, Place>): void {
    let end = 0;
    for (const { topic, count } of topicsOf(run.topics)) {
      end += count;
      const lastId = wanted.get(topic);
      if (lastId === undefined) continue;
      const { ids } = run.heads;
      let at = end - 1;
      while (at >= end - count && (ids[at] ?? 0) > lastId) at--;
      const id = ids[at] ?? 0;
      if (at < end - count || id <= (found.get(topic)?.id ?? 0)) continue;
      found.set(topic, { id, run, at });
    }
  }
}
