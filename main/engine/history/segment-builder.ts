import { LoupeError } from '../../../app/errors';
import type { Database, Statement } from './driver';
import { BLOCK_BYTES, BLOCK_MESSAGES, LAST_HEAD_BYTES, RUN_ROW_BYTES } from './layout';
import { MessageColumns, propertyBytes } from './message-columns';
import { RunEncoder, type EncodedRun } from './run';
import { RunSource, type Run, type Unit } from './run-source';

/** A unit that becomes part of a segment. */
export interface Source extends Unit {
  readonly bytes: number;
  readonly partBytes: number;
}

export interface Plan {
  readonly profile: number;
  /** Neighbours in the order of ids, all of one kind. */
  readonly sources: readonly Source[];
  readonly level: number;
  /** Nothing is left out unless told. */
  readonly without?: Left;
}

/** What does not come along when a unit is written anew. */
export interface Left {
  readonly leaves: (topic: number, id: number, timeUs: number) => boolean;
  /** What the payloads of those messages take in `message_parts`; whoever asks for it removes them. */
  readonly partBytes: number;
}

/** Called after each piece of work; when it is true, the slice is over. */
export type IsOver = () => boolean;

/**
 * Writes batches anew as a segment, or small segments as a larger one. It does so piece by piece; each slice is a
 * transaction of the caller. Until the last one, readers see the sources, and nothing of what is being written.
 */
export class SegmentBuilder {
  readonly #source: RunSource;
  readonly #encoder = new RunEncoder();
  readonly #columns = new MessageColumns();
  readonly #nextSegment: Statement<number>;
  readonly #setBuilding: Statement;
  readonly #insertBlock: Statement;
  readonly #insertSegment: Statement;
  readonly #lastOfTopic: Statement<number>;
  readonly #addToTopic: Statement;
  readonly #deleteBatch: Statement;
  readonly #deleteBlocks: Statement;
  readonly #deleteSegment: Statement;
  readonly #updateProfile: Statement;
  readonly #building: Statement<number | null>;

  constructor(database: Database) {
    this.#source = new RunSource(database);
    this.#nextSegment = database
      .prepare<unknown[], number>('SELECT coalesce(max(key), 0) + 1 FROM segments')
      .pluck();
    this.#setBuilding = database.prepare('UPDATE position SET building = ?');
    this.#building = database
      .prepare<unknown[], number | null>('SELECT building FROM position')
      .pluck();
    this.#insertBlock = database.prepare(
      `INSERT INTO blocks (segment, first_topic, last_topic, first_id, last_id, first_us, last_us, messages, large,
         codec, topics, heads, body, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertSegment = database.prepare(
      `INSERT INTO segments (key, profile, level, first_id, last_id, first_us, last_us, messages, large, part_bytes,
         bytes, raw_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#lastOfTopic = database
      .prepare<unknown[], number>('SELECT last_id FROM topics WHERE key = ?')
      .pluck();
    this.#addToTopic = database.prepare(
      `UPDATE topics SET count = count + ?, first_us = CASE first_id WHEN 0 THEN ? ELSE first_us END,
         first_id = CASE first_id WHEN 0 THEN ? ELSE first_id END,
         last_id = ?, last_time_us = ?, last_flags = ?, last_size = ?, last_head = ? WHERE key = ?`,
    );
    this.#deleteBatch = database.prepare('DELETE FROM batches WHERE key = ?');
    this.#deleteBlocks = database.prepare('DELETE FROM blocks WHERE segment = ?');
    this.#deleteSegment = database.prepare('DELETE FROM segments WHERE key = ?');
    this.#updateProfile = database.prepare('UPDATE profiles SET bytes = bytes + ? WHERE key = ?');
  }

  /** Takes away what a crash left of a segment that was being written. */
  dropUnfinished(): void {
    const segment = this.#building.get() ?? null;
    if (segment === null) return;
    this.#deleteBlocks.run(segment);
    this.#setBuilding.run(null);
  }

  /** Yields when a slice is over; returns when the segment is complete. */
  *build(plan: Plan, isOver: IsOver): Generator<undefined, void> {
    const columns = this.#columns;
    columns.clear();
    try {
      yield* this.#load(plan, isOver);
      yield* this.#write(plan, isOver);
    } finally {
      // Its buffers can be as large as all sources.
      columns.clear();
    }
  }

  *#load({ sources, without }: Plan, isOver: IsOver): Generator<undefined, void> {
    for (const source of sources) {
      for (const run of this.#source.runs(source)) {
        if (without === undefined) this.#add(run);
        else this.#addKept(run, without);
        // Reading goes on by keys and sources stay, so that a commit in between does no harm.
        if (isOver()) yield;
      }
    }
  }

  #add(run: Run): void {
    const columns = this.#columns;
    const { heads, body } = run;
    const begun = columns.length;
    columns.reserve(heads.length);
    columns.topics.set(heads.topics, begun);
    columns.ids.set(heads.ids, begun);
    columns.timesUs.set(heads.timesUs, begun);
    columns.flags.set(heads.flags, begun);
    columns.packetIds.set(heads.packetIds, begun);
    columns.properties.set(heads.properties, begun);
    columns.sizes.set(heads.sizes, begun);
    columns.offsets.set(heads.offsets.subarray(0, heads.length), begun);
    columns.places.fill(columns.bodies.length, begun, begun + heads.length);
    columns.length += heads.length;
    columns.bodies.push(body);
  }

  #addKept({ heads, body }: Run, { leaves }: Left): void {
    const columns = this.#columns;
    columns.reserve(heads.length);
    for (let at = 0; at < heads.length; at++) {
      if (leaves(heads.topics[at] ?? 0, heads.ids[at] ?? 0, heads.timesUs[at] ?? 0)) continue;
      const to = columns.length++;
      columns.topics[to] = heads.topics[at] ?? 0;
      columns.ids[to] = heads.ids[at] ?? 0;
      columns.timesUs[to] = heads.timesUs[at] ?? 0;
      columns.flags[to] = heads.flags[at] ?? 0;
      columns.packetIds[to] = heads.packetIds[at] ?? 0;
      columns.properties[to] = heads.properties[at] ?? 0;
      columns.sizes[to] = heads.sizes[at] ?? 0;
      columns.offsets[to] = heads.offsets[at] ?? 0;
      columns.places[to] = columns.bodies.length;
    }
    columns.bodies.push(body);
  }

  *#write(plan: Plan, isOver: IsOver): Generator<undefined, void> {
    const segment = this.#nextSegment.get() ?? 1;
    this.#setBuilding.run(segment);
    const order = this.#columns.byTopic();
    const sum = new Sum();
    for (let from = 0; from < order.length;) {
      const to = this.#endOfBlock(order, from);
      this.#writeBlock(segment, this.#encoder.encode(this.#columns, order, from, to, true), sum);
      from = to;
      if (isOver()) yield;
    }
    if (plan.sources[0]?.kind === 'batch') yield* this.#writeTopics(order, isOver);
    this.#replace(plan, segment, sum);
  }

  #endOfBlock(order: Uint32Array, from: number): number {
    let bytes = 0;
    let to = from;
    while (to < order.length && to - from < BLOCK_MESSAGES) {
      bytes += this.#columns.bodyBytes(order[to] ?? 0);
      if (to > from && bytes > BLOCK_BYTES) break;
      to++;
    }
    return to;
  }

  #writeBlock(segment: number, run: EncodedRun, sum: Sum): void {
    this.#insertBlock.run(
      segment,
      run.firstTopic,
      run.lastTopic,
      run.firstId,
      run.lastId,
      run.firstUs,
      run.lastUs,
      run.messages,
      run.large,
      run.codec,
      run.topics,
      run.heads,
      run.body,
      run.signature,
    );
    sum.add(run);
  }

  /**
   * Adds the messages to their topics' rows. A row's last id says which messages it has: who reads the row and the
   * batches meanwhile counts none twice, and neither does this when an earlier attempt did not come to its end.
   */
  *#writeTopics(order: Uint32Array, isOver: IsOver): Generator<undefined, void> {
    const { topics } = this.#columns;
    for (let from = 0; from < order.length;) {
      const topic = topics[order[from] ?? 0] ?? 0;
      let to = from + 1;
      while (to < order.length && topics[order[to] ?? 0] === topic) to++;
      this.#writeTopic(topic, order, from, to);
      from = to;
      if (isOver()) yield;
    }
  }

  #writeTopic(topic: number, order: Uint32Array, begin: number, to: number): void {
    const { ids, timesUs, flags, sizes, properties, offsets, places, bodies } = this.#columns;
    const known = this.#lastOfTopic.get(topic);
    if (known === undefined)
      throw new LoupeError('internal', 'Messages of an unknown topic are stored.');
    let from = begin;
    while (from < to && (ids[order[from] ?? 0] ?? 0) <= known) from++;
    if (from === to) return;
    const first = order[from] ?? 0;
    const last = order[to - 1] ?? 0;
    const size = sizes[last] ?? 0;
    const start = (offsets[last] ?? 0) + propertyBytes(properties[last] ?? 0);
    const head = bodies[places[last] ?? 0]?.subarray(
      start,
      start + Math.min(size, LAST_HEAD_BYTES),
    );
    this.#addToTopic.run(
      to - from,
      timesUs[first],
      ids[first],
      ids[last],
      timesUs[last],
      flags[last],
      size,
      head,
      topic,
    );
  }

  #replace({ profile, sources, level, without }: Plan, segment: number, sum: Sum): void {
    const allPartBytes = sources.reduce((bytes, source) => bytes + source.partBytes, 0);
    const partBytes = allPartBytes - (without?.partBytes ?? 0);
    const before = sources.reduce((bytes, source) => bytes + source.bytes, 0);
    for (const source of sources) this.#delete(source);
    this.#insertSegment.run(
      segment,
      profile,
      level,
      sum.firstId,
      sum.lastId,
      sum.firstUs,
      sum.lastUs,
      sum.messages,
      sum.large,
      partBytes,
      sum.bytes,
      sum.rawBytes,
    );
    this.#updateProfile.run(sum.bytes - before, profile);
    this.#setBuilding.run(null);
  }

  #delete({ kind, key }: Source): void {
    if (kind === 'batch') this.#deleteBatch.run(key);
    else {
      this.#deleteBlocks.run(key);
      this.#deleteSegment.run(key);
    }
  }
}

/** What a segment's blocks have in all. */
class Sum {
  messages = 0;
  large = 0;
  bytes = 0;
  rawBytes = 0;
  firstId = Infinity;
  lastId = -Infinity;
  firstUs = Infinity;
  lastUs = -Infinity;

  add(run: EncodedRun): void {
    this.messages += run.messages;
    this.large += run.large;
    this.bytes +=
      RUN_ROW_BYTES +
      run.topics.length +
      run.heads.length +
      run.body.length +
      (run.signature?.length ?? 0);
    this.rawBytes += run.rawBytes;
    this.firstId = Math.min(this.firstId, run.firstId);
    this.lastId = Math.max(this.lastId, run.lastId);
    this.firstUs = Math.min(this.firstUs, run.firstUs);
    this.lastUs = Math.max(this.lastUs, run.lastUs);
  }
}
