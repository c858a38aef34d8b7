import type { Database, Statement } from './driver';
import type { Run, RunSource, Unit } from './run-source';

interface TopicRow {
  readonly profile: number;
  /** Of the messages in segments; 0 when there never were any. */
  readonly firstId: number;
  readonly lastId: number;
}

/** Where messages of one topic stand in a run: `from` to before `to`, in the order of ids. */
export interface TopicRun {
  readonly run: Run;
  readonly from: number;
  readonly to: number;
}

/** Finds the messages of a topic; what is found is read within one transaction. */
export class TopicRuns {
  readonly #source: RunSource;
  readonly #row: Statement<TopicRow>;

  constructor(database: Database, source: RunSource) {
    this.#source = source;
    this.#row = database.prepare(
      'SELECT profile, first_id AS firstId, last_id AS lastId FROM topics WHERE key = ?',
    );
  }

  /** The units that may have messages of a topic with an id below `beforeId`, newest first. */
  *unitsBefore(topic: number, beforeId: number): Generator<Unit> {
    const row = this.#row.get(topic);
    if (row === undefined) return;
    for (const unit of this.#source.unitsBefore(row.profile, beforeId)) {
      // Batches are younger than what the row tells of, and a segment under way may be in both.
      if (unit.kind === 'segment') {
        if (row.firstId === 0 || unit.lastId < row.firstId) return;
        if (unit.firstId > row.lastId) continue;
      }
      yield unit;
    }
  }

  /** The runs of a unit with messages of a topic with an id below `beforeId`, newest first. */
  *runsBefore(unit: Unit, topic: number, beforeId: number): Generator<TopicRun> {
    for (const run of this.#source.runsOf(unit, topic).reverse()) {
      const place = run.bounds.firstId < beforeId ? run.place(topic) : null;
      if (place === null) continue;
      const { from } = place;
      let { to } = place;
      if (run.bounds.lastId >= beforeId) {
        while (to > from && (run.heads.ids[to - 1] ?? 0) >= beforeId) to--;
      }
      if (to > from) yield { run, from, to };
    }
  }

  /** All of them, newest first, but for units that begin after a time. */
  *before(topic: number, beforeId: number, atUs = Infinity): Generator<TopicRun> {
    for (const unit of this.unitsBefore(topic, beforeId)) {
      if (unit.firstUs <= atUs) yield* this.runsBefore(unit, topic, beforeId);
    }
  }
}
