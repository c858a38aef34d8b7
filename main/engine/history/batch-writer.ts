import { LoupeError } from '../../../app/errors';
import { BatchTopics } from './batch-topics';
import type { Database, Statement } from './driver';
import type { MessageBatch } from './history';
import { HEAD_BYTES, PART_BYTES, ROW_BYTES } from './layout';
import type { TopicKeys } from './topic-keys';

/** A span is not extended beyond so many messages: pruning looks at whole spans. */
const SPAN_MESSAGES = 2_000;

interface Span {
  firstId: number;
  messages: number;
}

interface Counts {
  readonly received: number;
  readonly refused: number;
}

/** Stores batches: the messages, their topics' summaries and all counters in one transaction. */
export class BatchWriter {
  readonly #topicKeys: TopicKeys;
  readonly #topics = new BatchTopics();
  /** Session key → its growing span. Only a guess: the database decides whether it can still be extended. */
  readonly #spans = new Map<number, Span>();
  readonly #store: (profile: number, session: number, batch: MessageBatch, counts: Counts) => void;
  readonly #insertMessage: Statement;
  readonly #insertPart: Statement;
  readonly #updateTopic: Statement;
  readonly #updateSession: Statement;
  readonly #updateProfile: Statement;
  readonly #updatePosition: Statement;
  readonly #extendSpan: Statement;
  readonly #insertSpan: Statement;

  constructor(database: Database, topicKeys: TopicKeys) {
    this.#topicKeys = topicKeys;
    this.#insertMessage = database.prepare(
      `INSERT INTO messages (id, session, topic, time_us, flags, packet_id, rest_bytes, properties, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertPart = database.prepare(
      'INSERT INTO message_parts (message, part, bytes) VALUES (?, ?, ?)',
    );
    this.#updateTopic = database.prepare(
      `UPDATE topics SET count = count + ?, last_id = ?, last_time_us = ?, last_flags = ?, last_size = ?
       WHERE key = ?`,
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
    this.#extendSpan = database.prepare(
      'UPDATE spans SET last_id = ? WHERE profile = ? AND first_id = ?',
    );
    this.#insertSpan = database.prepare(
      'INSERT INTO spans (profile, first_id, last_id, session, first_time_us) VALUES (?, ?, ?, ?, ?)',
    );
    const transaction = database.transaction(
      (profile: number, session: number, batch: MessageBatch, counts: Counts) => {
        this.#write(profile, session, batch, counts);
      },
    );
    this.#store = (profile, session, batch, counts) => {
      transaction.immediate(profile, session, batch, counts);
    };
  }

  /** All or nothing; what SQLite throws is not classified yet. */
  store(profile: number, session: number, batch: MessageBatch, counts: Counts): void {
    this.#store(profile, session, batch, counts);
    this.#topicKeys.committed();
  }

  sessionEnded(session: number): void {
    this.#spans.delete(session);
  }

  #write(profile: number, session: number, batch: MessageBatch, counts: Counts): void {
    this.#topicKeys.writePending();
    const bytes = this.#writeMessages(session, batch);
    this.#writeTopics(batch);
    this.#writeCounters(profile, session, batch, counts, bytes);
    if (batch.length > 0) this.#writeSpan(profile, session, batch);
  }

  #writeMessages(session: number, batch: MessageBatch): number {
    const { ids, topicKeys, timesUs, flags, packetIds } = batch;
    let bytes = batch.length * ROW_BYTES;
    for (let index = 0; index < batch.length; index++) {
      const payload = at(batch.payloads, index);
      const properties = batch.properties[index] ?? null;
      const id = at(ids, index);
      const isLarge = payload.length > HEAD_BYTES;
      bytes += payload.length + (properties?.length ?? 0);
      this.#insertMessage.run(
        id,
        session,
        at(topicKeys, index),
        at(timesUs, index),
        at(flags, index),
        at(packetIds, index),
        isLarge ? payload.length - HEAD_BYTES : 0,
        properties,
        isLarge ? payload.subarray(0, HEAD_BYTES) : payload,
      );
      if (isLarge) this.#writeParts(id, payload);
    }
    return bytes;
  }

  #writeParts(id: number, payload: Uint8Array): void {
    for (let part = 0, from = HEAD_BYTES; from < payload.length; part++, from += PART_BYTES) {
      this.#insertPart.run(id, part, payload.subarray(from, from + PART_BYTES));
    }
  }

  #writeTopics(batch: MessageBatch): void {
    const topics = this.#topics;
    topics.collect(batch);
    for (let slot = 0; slot < topics.size; slot++) {
      const last = at(topics.lasts, slot);
      const { changes } = this.#updateTopic.run(
        at(topics.counts, slot),
        at(batch.ids, last),
        at(batch.timesUs, last),
        at(batch.flags, last),
        at(batch.payloads, last).length,
        at(topics.keys, slot),
      );
      if (changes !== 1) throw unknown('topic');
    }
  }

  #writeCounters(
    profile: number,
    session: number,
    batch: MessageBatch,
    counts: Counts,
    bytes: number,
  ): void {
    const stored = batch.length;
    const last = stored - 1;
    const lastId = stored > 0 ? at(batch.ids, last) : null;
    const firstId = stored > 0 ? at(batch.ids, 0) : null;
    const lastTimeUs = stored > 0 ? at(batch.timesUs, last) : null;
    const { received, refused } = counts;
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
    if (changes !== 1) throw unknown('session');
    this.#updateProfile.run(received, stored, refused, bytes, profile);
    this.#updatePosition.run(lastId === null ? 0 : lastId + 1, this.#topicKeys.next);
  }

  #writeSpan(profile: number, session: number, batch: MessageBatch): void {
    const lastId = at(batch.ids, batch.length - 1);
    const growing = this.#spans.get(session);
    if (growing && growing.messages + batch.length <= SPAN_MESSAGES) {
      const { changes } = this.#extendSpan.run(lastId, profile, growing.firstId);
      growing.messages += batch.length;
      if (changes === 1) return;
    }
    const firstId = at(batch.ids, 0);
    this.#insertSpan.run(profile, firstId, lastId, session, at(batch.timesUs, 0));
    this.#spans.set(session, { firstId, messages: batch.length });
  }
}

/** An element that the batch's length promises. */
function at<T>(column: readonly T[], index: number): T {
  const value = column[index];
  if (value === undefined)
    throw new LoupeError('internal', 'A batch is shorter than its length says.');
  return value;
}

function unknown(what: string): LoupeError {
  return new LoupeError(
    'internal',
    `A batch names a ${what} that the history does not know (forgotten meanwhile?).`,
  );
}
