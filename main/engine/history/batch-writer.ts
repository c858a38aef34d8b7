import { LoupeError } from '../../../app/errors';
import type { Database, Statement } from './driver';
import { HEAD_BYTES, PART_BYTES, RUN_ROW_BYTES } from './layout';
import { MessageColumns, propertyBytes } from './message-columns';
import { RunEncoder } from './run';
import type { NewTopics, PackedBatch } from './writer-protocol';

const MINUTE_US = 60_000_000;

interface Counts {
  readonly received: number;
  readonly refused: number;
}

/** Stores batches: the messages as one run, new topics and all counters. Everything within the caller's transaction. */
export class BatchWriter {
  readonly #columns = new MessageColumns();
  readonly #encoder = new RunEncoder();
  /** New topics whose transaction did not succeed yet: profile → key → name. */
  readonly #pendingTopics = new Map<string, Map<number, string>>();
  readonly #insertTopic: Statement;
  readonly #insertBatch: Statement;
  readonly #insertPart: Statement;
  readonly #updateSession: Statement;
  readonly #updateProfile: Statement;
  readonly #updatePosition: Statement;
  readonly #addToMinute: Statement;

  constructor(database: Database) {
    this.#insertTopic = database.prepare(
      'INSERT INTO topics (key, profile, name) VALUES (?, ?, ?)',
    );
    this.#insertBatch = database.prepare(
      `INSERT INTO batches (profile, first_id, last_id, first_us, last_us, messages, large, part_bytes, bytes,
         raw_bytes, codec, topics, heads, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertPart = database.prepare(
      'INSERT INTO message_parts (message, part, bytes) VALUES (?, ?, ?)',
    );
    this.#updateSession = database.prepare(
      `UPDATE sessions SET received = received + ?, stored = stored + ?, refused = refused + ?,
         first_id = coalesce(first_id, ?), last_id = coalesce(?, last_id), last_time_us = coalesce(?, last_time_us)
       WHERE key = ? AND profile = ?`,
    );
    this.#updateProfile = database.prepare(
      `UPDATE profiles SET received = received + ?, stored = stored + ?, refused = refused + ?, bytes = bytes + ?
       WHERE key = ?`,
    );
    this.#updatePosition = database.prepare(
      'UPDATE position SET next_message = max(next_message, ?), next_topic = max(next_topic, ?)',
    );
    this.#addToMinute = database.prepare(
      `INSERT INTO minutes (profile, minute, messages, bytes) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, bytes = bytes + excluded.bytes`,
    );
  }

  /** New topics that were named; they stay pending until `stored` says that their transaction succeeded. */
  addTopics(profileId: string, topics: NewTopics): void {
    if (topics.keys.length === 0) return;
    const pending = this.#pendingTopics.get(profileId) ?? new Map<number, string>();
    this.#pendingTopics.set(profileId, pending);
    for (const [index, key] of topics.keys.entries()) pending.set(key, topics.names[index] ?? '');
  }

  /** To be called after the transaction of `write` succeeded. */
  stored(): void {
    this.#pendingTopics.clear();
  }

  forget(profileId: string): void {
    this.#pendingTopics.delete(profileId);
  }

  /**
   * @param profileKey the key of a profile, which is made when it is new
   * @param mostBytes a run takes hardly more than this: a large batch becomes several
   */
  write(
    profileKey: (profileId: string) => number,
    profileId: string,
    session: number,
    batch: PackedBatch,
    counts: Counts,
    mostBytes: number,
  ): void {
    const nextTopic = this.#writeTopics(profileKey);
    const profile = profileKey(profileId);
    let bytes = 0;
    if (batch.length > 0) {
      this.#take(batch);
      const { length } = this.#columns;
      for (let from = 0; from < length;) {
        const to = this.#endOfRun(from, mostBytes);
        const partBytes = this.#writeParts(batch, from, to);
        bytes += this.#writeRun(profile, partBytes, from, to) + partBytes;
        from = to;
      }
      this.#countMinutes(profile, batch);
    }
    if (!this.#countInSession(profile, session, batch, counts)) {
      // The names of a profile that is gone must not begin it anew with the next batch of another.
      this.#pendingTopics.delete(profileId);
      throw new LoupeError(
        'internal',
        'A batch names a session that the history does not know (forgotten meanwhile?).',
      );
    }
    const next = batch.length > 0 ? (batch.ids[batch.length - 1] ?? 0) + 1 : 0;
    this.#updateProfile.run(counts.received, batch.length, counts.refused, bytes, profile);
    this.#updatePosition.run(next, nextTopic);
  }

  /**
   * Writes messages that have been counted, and whose payloads' ends are in parts already: of each payload the body has
   * the beginning only. Topics and sessions stay as they are.
   */
  adopt(profile: number, batch: PackedBatch, partBytes: number): void {
    this.#take(batch, true);
    const bytes = this.#writeRun(profile, partBytes, 0, batch.length);
    this.#countMinutes(profile, batch);
    this.#updateProfile.run(0, 0, 0, bytes + partBytes, profile);
  }

  #writeTopics(profileKey: (profileId: string) => number): number {
    let next = 0;
    for (const [profileId, topics] of this.#pendingTopics) {
      const profile = profileKey(profileId);
      for (const [key, name] of topics) {
        this.#insertTopic.run(key, profile, name);
        next = Math.max(next, key + 1);
      }
    }
    return next;
  }

  #take(batch: PackedBatch, headsOnly = false): void {
    const columns = this.#columns;
    columns.clear();
    columns.reserve(batch.length);
    columns.topics.set(batch.topics);
    columns.ids.set(batch.ids);
    columns.timesUs.set(batch.timesUs);
    columns.flags.set(batch.flags);
    columns.packetIds.set(batch.packetIds);
    columns.properties.set(batch.properties);
    columns.sizes.set(batch.sizes);
    columns.places.fill(0, 0, batch.length);
    columns.length = batch.length;
    columns.bodies.push(batch.body);
    let offset = 0;
    let before = -1;
    for (let at = 0; at < batch.length; at++) {
      columns.offsets[at] = offset;
      offset += headsOnly
        ? columns.bodyBytes(at)
        : propertyBytes(columns.properties[at] ?? 0) + (columns.sizes[at] ?? 0);
      const id = columns.ids[at] ?? 0;
      if (id <= before) throw new LoupeError('internal', 'The ids of a batch do not grow.');
      before = id;
    }
    if (offset !== batch.body.length) {
      throw new LoupeError('internal', 'A batch has other bytes than its sizes say.');
    }
  }

  #endOfRun(from: number, mostBytes: number): number {
    const { length, sizes } = this.#columns;
    let bytes = 0;
    let to = from;
    for (; to < length; to++) {
      bytes += sizes[to] ?? 0;
      if (to > from && bytes > mostBytes) break;
    }
    return to;
  }

  #writeParts(batch: PackedBatch, from: number, to: number): number {
    const { ids, sizes, offsets, properties } = this.#columns;
    let bytes = 0;
    for (let at = from; at < to; at++) {
      const size = sizes[at] ?? 0;
      if (size <= HEAD_BYTES) continue;
      bytes += size - HEAD_BYTES;
      const begin = (offsets[at] ?? 0) + propertyBytes(properties[at] ?? 0);
      const payload = batch.body.subarray(begin, begin + size);
      for (let part = 0, done = HEAD_BYTES; done < size; part++, done += PART_BYTES) {
        this.#insertPart.run(ids[at], part, payload.subarray(done, done + PART_BYTES));
      }
    }
    return bytes;
  }

  /** Returns what the row takes. */
  #writeRun(profile: number, partBytes: number, from: number, to: number): number {
    const order = this.#columns.byTopic(from, to);
    const run = this.#encoder.encode(this.#columns, order, 0, order.length, false);
    const bytes = RUN_ROW_BYTES + run.topics.length + run.heads.length + run.body.length;
    this.#insertBatch.run(
      profile,
      run.firstId,
      run.lastId,
      run.firstUs,
      run.lastUs,
      run.messages,
      run.large,
      partBytes,
      bytes,
      run.rawBytes,
      run.codec,
      run.topics,
      run.heads,
      run.body,
    );
    return bytes;
  }

  /** Most batches lie within one minute. */
  #countMinutes(profile: number, batch: PackedBatch): void {
    let minute = -1;
    let messages = 0;
    let bytes = 0;
    const add = (): void => {
      if (messages > 0) this.#addToMinute.run(profile, minute, messages, bytes);
      messages = 0;
      bytes = 0;
    };
    for (let at = 0; at < batch.length; at++) {
      const own = Math.floor((batch.timesUs[at] ?? 0) / MINUTE_US);
      if (own !== minute) add();
      minute = own;
      messages += 1;
      bytes += batch.sizes[at] ?? 0;
    }
    add();
  }

  /** False when there is no such session. */
  #countInSession(
    profile: number,
    session: number,
    batch: PackedBatch,
    { received, refused }: Counts,
  ): boolean {
    const stored = batch.length;
    const firstId = stored > 0 ? batch.ids[0] : null;
    const lastId = stored > 0 ? batch.ids[stored - 1] : null;
    const lastTimeUs = stored > 0 ? batch.timesUs[stored - 1] : null;
    const { changes } = this.#updateSession.run(
      received,
      stored,
      refused,
      firstId,
      lastId,
      lastTimeUs,
      session,
      profile,
    );
    return changes === 1;
  }
}
