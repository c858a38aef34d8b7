import { damagedRun } from './bytes';
import type { Database, Statement } from './driver';
import { decodeBody, decodeHeads, findTopic, type RunHeads, type StoredRun } from './run';

/** A batch or a segment: a range of ids of one profile, which overlaps with no other of it. */
export interface Unit {
  readonly kind: 'batch' | 'segment';
  readonly key: number;
  readonly firstId: number;
  readonly lastId: number;
  /** The smallest and the largest time, wall clock µs. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly messages: number;
  readonly large: number;
}

interface RunRow extends StoredRun {
  readonly key: number;
  readonly lastId: number;
  readonly lastUs: number;
  readonly large: number;
}

const UNIT_COLUMNS = `key, first_id AS firstId, last_id AS lastId, first_us AS firstUs, last_us AS lastUs,
  messages, large`;
const RUN_COLUMNS = `${UNIT_COLUMNS}, codec, topics, heads`;

/** One run of a unit; its heads and body are read when they are first asked for. */
export class Run {
  readonly #row: RunRow;
  readonly #readBody: () => Uint8Array | undefined;
  #heads: RunHeads | undefined;
  #body: Uint8Array | undefined;

  constructor(row: RunRow, readBody: () => Uint8Array | undefined) {
    this.#row = row;
    this.#readBody = readBody;
  }

  get bounds(): Pick<RunRow, 'firstId' | 'lastId' | 'firstUs' | 'lastUs' | 'messages' | 'large'> {
    return this.#row;
  }

  /** Each topic's key and count; see `topicsOf`. */
  get topics(): Uint8Array {
    return this.#row.topics;
  }

  /** @throws LoupeError `history-unavailable` when it is damaged; also below */
  get heads(): RunHeads {
    return (this.#heads ??= decodeHeads(this.#row));
  }

  /** Where a topic's messages stand: `from` to before `to`; null when it has none here. */
  place(topic: number): { from: number; to: number } | null {
    return findTopic(this.#row.topics, topic);
  }

  /** Properties and payload (its first `HEAD_BYTES`) of all messages, cut by `heads.offsets`. */
  get body(): Uint8Array {
    if (this.#body === undefined) {
      const stored = this.#readBody();
      if (stored === undefined) throw damagedRun();
      this.#body = decodeBody(this.#row.codec, stored, this.heads);
    }
    return this.#body;
  }
}

/**
 * Finds batches and segments. While another thread or process writes, units turn into others: what needs several steps
 * reads in one transaction, or goes on by the ids it has seen.
 */
export class RunSource {
  readonly #profileOf: Statement<number>;
  readonly #backward: ReadonlyMap<Unit['kind'], Statement<Omit<Unit, 'kind'>>>;
  readonly #forward: ReadonlyMap<Unit['kind'], Statement<Omit<Unit, 'kind'>>>;
  readonly #batch: Statement<RunRow>;
  readonly #batchBody: Statement<Uint8Array>;
  readonly #blocks: Statement<RunRow>;
  readonly #blocksOfTopic: Statement<RunRow & { readonly firstTopic: number }>;
  readonly #blockBody: Statement<Uint8Array>;

  constructor(database: Database) {
    this.#profileOf = database
      .prepare<unknown[], number>('SELECT profile FROM topics WHERE key = ?')
      .pluck();
    const backward = (table: string): Statement<Omit<Unit, 'kind'>> =>
      database.prepare(
        `SELECT ${UNIT_COLUMNS} FROM ${table} WHERE profile = ? AND first_id < ? ORDER BY first_id DESC LIMIT 1`,
      );
    this.#backward = new Map([
      ['batch', backward('batches')],
      ['segment', backward('segments')],
    ]);
    // The unit that reaches over the id, or the first one after it.
    const forward = (table: string): Statement<Omit<Unit, 'kind'>> =>
      database.prepare(
        `SELECT ${UNIT_COLUMNS} FROM ${table} WHERE profile = ?1 AND last_id > ?2 AND first_id >= coalesce(
           (SELECT max(first_id) FROM ${table} WHERE profile = ?1 AND first_id <= ?2 + 1), 0)
         ORDER BY first_id LIMIT 1`,
      );
    this.#forward = new Map([
      ['batch', forward('batches')],
      ['segment', forward('segments')],
    ]);
    this.#batch = database.prepare(`SELECT ${RUN_COLUMNS} FROM batches WHERE key = ?`);
    this.#batchBody = database
      .prepare<unknown[], Uint8Array>('SELECT body FROM batches WHERE key = ?')
      .pluck();
    this.#blocks = database.prepare(
      `SELECT ${RUN_COLUMNS} FROM blocks WHERE segment = ? AND key > ? ORDER BY key LIMIT 1`,
    );
    this.#blocksOfTopic = database.prepare(
      `SELECT ${RUN_COLUMNS}, first_topic AS firstTopic FROM blocks WHERE segment = ? AND last_topic >= ?
       ORDER BY last_topic, first_topic, key`,
    );
    this.#blockBody = database
      .prepare<unknown[], Uint8Array>('SELECT body FROM blocks WHERE key = ?')
      .pluck();
  }

  /** The profile that a topic belongs to; undefined when it is not there (any more). */
  profileOf(topic: number): number | undefined {
    return this.#profileOf.get(topic);
  }

  /** The newest unit with an id below `beforeId`; undefined when there is none. */
  previous(profile: number, beforeId: number): Unit | undefined {
    return later(this.#find(this.#backward, profile, beforeId));
  }

  /** The oldest unit with an id above `afterId`; undefined when there is none. */
  next(profile: number, afterId: number): Unit | undefined {
    return earlier(this.#find(this.#forward, profile, afterId));
  }

  /** All runs of a unit, in the order of topics. */
  *runs(unit: Unit): Generator<Run> {
    if (unit.kind === 'batch') {
      const row = this.#batch.get(unit.key);
      if (row) yield this.#batchRun(row);
      return;
    }
    // One at a time, because a statement that is being stepped through keeps others from writing.
    for (let row = this.#blocks.get(unit.key, 0); row; row = this.#blocks.get(unit.key, row.key)) {
      yield this.#blockRun(row);
    }
  }

  /** The runs of a unit that have messages of a topic, in the order of ids. */
  runsOf(unit: Unit, topic: number): Run[] {
    const runs: Run[] = [];
    if (unit.kind === 'batch') {
      const row = this.#batch.get(unit.key);
      if (row) runs.push(this.#batchRun(row));
    } else {
      for (const row of this.#blocksOfTopic.iterate(unit.key, topic)) {
        if (row.firstTopic > topic) break;
        runs.push(this.#blockRun(row));
      }
    }
    return runs.filter((run) => run.place(topic) !== null);
  }

  *#find(
    statements: ReadonlyMap<Unit['kind'], Statement<Omit<Unit, 'kind'>>>,
    profile: number,
    id: number,
  ): Generator<Unit> {
    for (const [kind, statement] of statements) {
      const row = statement.get(profile, id);
      if (row) yield { kind, ...row };
    }
  }

  #batchRun(row: RunRow): Run {
    return new Run(row, () => this.#batchBody.get(row.key));
  }

  #blockRun(row: RunRow): Run {
    return new Run(row, () => this.#blockBody.get(row.key));
  }
}

function later(units: Iterable<Unit>): Unit | undefined {
  let best: Unit | undefined;
  for (const unit of units) if (best === undefined || unit.firstId > best.firstId) best = unit;
  return best;
}

function earlier(units: Iterable<Unit>): Unit | undefined {
  let best: Unit | undefined;
  for (const unit of units) if (best === undefined || unit.firstId < best.firstId) best = unit;
  return best;
}
