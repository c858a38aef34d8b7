import { damagedRun } from './bytes';
import type { Database, Statement } from './driver';
import { decodeBody, decodeHeads, findTopic, inflateQuickly, type RunHeads } from './run';

/** Smallest and largest of what is there, whatever the order; times are wall clock µs. */
export interface Bounds {
  readonly firstId: number;
  readonly lastId: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly messages: number;
  /** Payloads that go on in `message_parts`. */
  readonly large: number;
}

/** A batch or a segment: a range of ids of one profile, which overlaps with no other of it. */
export interface Unit extends Bounds {
  readonly kind: 'batch' | 'segment';
  readonly key: number;
}

export interface RunRow extends Bounds {
  readonly key: number;
  readonly codec: number;
}

/** The blobs of a run, each read by the key of its row. */
export interface RunBlobs {
  readonly topics: Statement<Uint8Array>;
  readonly heads: Statement<Uint8Array>;
  readonly body: Statement<Uint8Array>;
  /** Blocks only. */
  readonly signature?: Statement<Uint8Array | null>;
}

const UNIT_COLUMNS = `key, first_id AS firstId, last_id AS lastId, first_us AS firstUs, last_us AS lastUs,
  messages, large`;
const RUN_COLUMNS = `${UNIT_COLUMNS}, codec`;

/** Units that a walk finds at once. */
const UNITS = 64;

/** One run of a unit; its blobs are read when they are first asked for, within the transaction that found it. */
export class Run {
  readonly #row: RunRow;
  readonly #blobs: RunBlobs;
  #topics: Uint8Array | undefined;
  #heads: RunHeads | undefined;
  #body: Uint8Array | undefined;

  constructor(row: RunRow, blobs: RunBlobs) {
    this.#row = row;
    this.#blobs = blobs;
  }

  /** Of its row in `batches` or `blocks`. */
  get key(): number {
    return this.#row.key;
  }

  get bounds(): Bounds {
    return this.#row;
  }

  /** Each topic's key and count; see `topicsOf`. */
  get topics(): Uint8Array {
    return (this.#topics ??= this.#read('topics'));
  }

  /** @throws LoupeError `history-unavailable` when it is damaged; also below */
  get heads(): RunHeads {
    return (this.#heads ??= decodeHeads({
      ...this.#row,
      topics: this.topics,
      heads: this.#read('heads'),
    }));
  }

  /** Where a topic's messages stand: `from` to before `to`; null when it has none here. */
  place(topic: number): { from: number; to: number } | null {
    return findTopic(this.topics, topic);
  }

  /** Properties and payload (its first `HEAD_BYTES`) of all messages, cut by `heads.offsets`. */
  get body(): Uint8Array {
    return (this.#body ??= this.readBody());
  }

  /** The same, but it is not kept. */
  readBody(): Uint8Array {
    return decodeBody(this.#row.codec, this.#read('body'), this.heads);
  }

  /** The same without decoding the heads, which takes as long: for what looks into every body, and wants few of them. */
  scanBody(): Uint8Array {
    return inflateQuickly(this.#row.codec, this.#read('body')) ?? this.readBody();
  }

  /** Which trigrams the body may have (signature.ts); null when that is not known. */
  get signature(): Uint8Array | null {
    return this.#blobs.signature?.get(this.#row.key) ?? null;
  }

  /** Lets go of what was read; it is read again when it is asked for. */
  forget(): void {
    this.#topics = undefined;
    this.#heads = undefined;
    this.#body = undefined;
  }

  #read(blob: 'topics' | 'heads' | 'body'): Uint8Array {
    const bytes = this.#blobs[blob].get(this.#row.key);
    if (bytes === undefined) throw damagedRun();
    return bytes;
  }
}

/**
 * Finds batches and segments. While another thread or process writes, units turn into others: what needs several steps
 * reads in one transaction, or goes on by the ids it has seen.
 */
export class RunSource {
  readonly #profileOf: Statement<number>;
  readonly #backward: Statement<Unit>;
  readonly #forward: Statement<Unit>;
  readonly #batch: Statement<RunRow>;
  readonly #blocks: Statement<RunRow>;
  readonly #blocksOfTopic: Statement<RunRow & { readonly firstTopic: number }>;
  readonly #blocksOfId: Statement<RunRow>;
  readonly #block: Statement<RunRow>;
  readonly #batchBlobs: RunBlobs;
  readonly #blockBlobs: RunBlobs;

  constructor(database: Database) {
    this.#profileOf = database
      .prepare<unknown[], number>('SELECT profile FROM topics WHERE key = ?')
      .pluck();
    const backward = (kind: string, table: string): string =>
      `SELECT '${kind}' AS kind, ${UNIT_COLUMNS} FROM ${table} WHERE profile = :profile AND first_id < :id`;
    this.#backward = database.prepare(
      `${backward('batch', 'batches')} UNION ALL ${backward('segment', 'segments')} ORDER BY firstId DESC LIMIT :limit`,
    );
    // The unit that reaches over the id, or those after it.
    const forward = (kind: string, table: string): string =>
      `SELECT '${kind}' AS kind, ${UNIT_COLUMNS} FROM ${table} WHERE profile = :profile AND last_id > :id AND
         first_id >= coalesce((SELECT max(first_id) FROM ${table} WHERE profile = :profile AND first_id <= :id + 1), 0)`;
    this.#forward = database.prepare(
      `${forward('batch', 'batches')} UNION ALL ${forward('segment', 'segments')} ORDER BY firstId LIMIT :limit`,
    );
    this.#batch = database.prepare(`SELECT ${RUN_COLUMNS} FROM batches WHERE key = ?`);
    this.#blocks = database.prepare(
      `SELECT ${RUN_COLUMNS} FROM blocks WHERE segment = ? ORDER BY key`,
    );
    this.#blocksOfTopic = database.prepare(
      `SELECT ${RUN_COLUMNS}, first_topic AS firstTopic FROM blocks WHERE segment = ? AND last_topic >= ?
       ORDER BY last_topic, first_topic, key`,
    );
    this.#blocksOfId = database.prepare(
      `SELECT ${RUN_COLUMNS} FROM blocks WHERE segment = :segment AND first_id <= :id AND last_id >= :id`,
    );
    this.#block = database.prepare(`SELECT ${RUN_COLUMNS} FROM blocks WHERE key = ?`);
    const blobs = (table: string): RunBlobs => {
      const blob = (name: string): Statement<Uint8Array> =>
        database
          .prepare<unknown[], Uint8Array>(`SELECT ${name} FROM ${table} WHERE key = ?`)
          .pluck();
      return { topics: blob('topics'), heads: blob('heads'), body: blob('body') };
    };
    this.#batchBlobs = blobs('batches');
    this.#blockBlobs = {
      ...blobs('blocks'),
      signature: database
        .prepare<unknown[], Uint8Array | null>('SELECT signature FROM blocks WHERE key = ?')
        .pluck(),
    };
  }

  /** The profile that a topic belongs to; undefined when it is not there (any more). */
  profileOf(topic: number): number | undefined {
    return this.#profileOf.get(topic);
  }

  /** The newest unit with an id below `beforeId`; undefined when there is none. */
  previous(profile: number, beforeId: number): Unit | undefined {
    return this.#backward.get({ profile, id: beforeId, limit: 1 });
  }

  /** The oldest unit with an id above `afterId`; undefined when there is none. */
  next(profile: number, afterId: number): Unit | undefined {
    return this.#forward.get({ profile, id: afterId, limit: 1 });
  }

  /** All units with an id below `beforeId`, newest first; within one transaction. */
  *unitsBefore(profile: number, beforeId: number): Generator<Unit> {
    for (let before = beforeId; ;) {
      const units = this.#backward.all({ profile, id: before, limit: UNITS });
      yield* units;
      const last = units.at(-1);
      if (last === undefined || units.length < UNITS) return;
      before = last.firstId;
    }
  }

  /** All units with an id above `afterId`, oldest first; within one transaction. */
  *unitsAfter(profile: number, afterId: number): Generator<Unit> {
    for (let after = afterId; ;) {
      const units = this.#forward.all({ profile, id: after, limit: UNITS });
      yield* units;
      const last = units.at(-1);
      if (last === undefined || units.length < UNITS) return;
      after = last.lastId;
    }
  }

  /** All runs of a unit, in the order of topics. */
  *runs(unit: Unit): Generator<Run> {
    if (unit.kind === 'batch') {
      const row = this.#batch.get(unit.key);
      if (row) yield new Run(row, this.#batchBlobs);
      return;
    }
    // All rows at once, because a statement that is being stepped through keeps others from writing.
    for (const row of this.#blocks.all(unit.key)) yield new Run(row, this.#blockBlobs);
  }

  /** The runs of a unit that have messages of a topic, in the order of ids. */
  runsOf(unit: Unit, topic: number): Run[] {
    const runs = unit.kind === 'batch' ? [...this.runs(unit)] : this.#blockRunsOf(unit, topic);
    return runs.filter((run) => run.place(topic) !== null);
  }

  /** The runs of a unit that may have the message. */
  runsWith(unit: Unit, id: number): Run[] {
    if (unit.kind === 'batch') return [...this.runs(unit)];
    return this.#blocksOfId
      .all({ segment: unit.key, id })
      .map((row) => new Run(row, this.#blockBlobs));
  }

  /** A run by its key; undefined when it is not there any more. Another one may have got its key meanwhile. */
  run(kind: Unit['kind'], key: number): Run | undefined {
    const row = (kind === 'batch' ? this.#batch : this.#block).get(key);
    return row && new Run(row, kind === 'batch' ? this.#batchBlobs : this.#blockBlobs);
  }

  #blockRunsOf(unit: Unit, topic: number): Run[] {
    const runs: Run[] = [];
    for (const row of this.#blocksOfTopic.iterate(unit.key, topic)) {
      if (row.firstTopic > topic) break;
      runs.push(new Run(row, this.#blockBlobs));
    }
    return runs;
  }
}
