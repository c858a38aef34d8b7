import type { Message, QoS } from '../../../app/message';
import { numberAt } from '../../../app/payload/numbers';
import type { Database, Statement } from './driver';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN, type Series, type SeriesRequest } from './history';
import { HEAD_BYTES, PART_BYTES } from './layout';
import { decodeProperties } from './properties';
import type { ReaderArgument, ReaderCalls, ReaderResult } from './reader-protocol';

interface MessageRow {
  readonly id: number;
  readonly time_us: number;
  readonly flags: number;
  readonly packet_id: number;
  readonly properties: Uint8Array | null;
  /** Null for an empty one: so SQLite's substr returns it. */
  readonly head: Uint8Array | null;
  readonly head_bytes: number;
  readonly rest_bytes: number;
}

type SeriesRow = Pick<MessageRow, 'id' | 'time_us' | 'head' | 'rest_bytes'>;

/** What the reader's thread answers. Payloads and arrays have buffers of their own, which may be transferred. */
export class Queries implements ReaderCalls {
  readonly #page: Statement<MessageRow>;
  readonly #message: Statement<MessageRow>;
  readonly #series: Statement<SeriesRow>;
  readonly #parts: Statement<Uint8Array>;

  constructor(database: Database) {
    const columns = `messages.id, time_us, flags, packet_id, properties, substr(payload, 1, ?) AS head,
      length(payload) AS head_bytes, rest_bytes`;
    this.#page = database.prepare(
      `SELECT ${columns} FROM messages WHERE topic = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    );
    this.#message = database.prepare(
      `SELECT ${columns} FROM messages
         JOIN topics ON topics.key = messages.topic JOIN profiles ON profiles.key = topics.profile
       WHERE messages.id = ? AND profiles.id = ?`,
    );
    this.#series = database.prepare(
      `SELECT id, time_us, payload AS head, rest_bytes FROM messages
       WHERE topic = ? AND id > ? ORDER BY id DESC LIMIT ?`,
    );
    this.#parts = database
      .prepare<unknown[], Uint8Array>(
        'SELECT bytes FROM message_parts WHERE message = ? AND part < ? ORDER BY part',
      )
      .pluck();
  }

  page(request: ReaderArgument<'page'>): ReaderResult<'page'> {
    const { topicKey, beforeId, limit, previewBytes } = request;
    const before = beforeId ?? Number.MAX_SAFE_INTEGER;
    // One more than wanted says whether there are more.
    const rows = this.#page.all(headBytes(previewBytes), topicKey, before, limit + 1);
    const messages = rows.slice(0, limit).map((row) => this.#toMessage(row, previewBytes));
    return { messages, more: rows.length > limit };
  }

  message(request: ReaderArgument<'message'>): ReaderResult<'message'> {
    const { profileId, id, maxBytes } = request;
    const row = this.#message.get(headBytes(maxBytes), id, profileId);
    return row ? this.#toMessage(row, maxBytes) : null;
  }

  /** Newest first until the time begins, then turned around. */
  series(request: SeriesRequest): Series {
    const { topicKey, path, fromUs, afterId, limit } = request;
    const times: number[] = [];
    const values: number[] = [];
    let skipped = 0;
    let lastId = afterId;
    for (const row of this.#series.iterate(topicKey, afterId, limit)) {
      lastId = Math.max(lastId, row.id);
      if (row.time_us < fromUs) break;
      const value = numberAt(this.#payload(row.id, row.head, row.rest_bytes, Infinity), path);
      if (value === null) skipped++;
      else {
        times.push(row.time_us);
        values.push(value);
      }
    }
    const timesUs = Float64Array.from(times.reverse());
    return { timesUs, values: Float64Array.from(values.reverse()), skipped, lastId };
  }

  #toMessage(row: MessageRow, maxBytes: number): Message {
    const packetId = row.packet_id === 0 ? null : row.packet_id;
    return {
      id: row.id,
      timeUs: row.time_us,
      direction: (row.flags & FLAG_OUT) !== 0 ? 'out' : 'in',
      qos: (row.flags & 0x03) as QoS,
      retain: (row.flags & FLAG_RETAIN) !== 0,
      dup: (row.flags & FLAG_DUP) !== 0,
      packetId,
      properties: row.properties === null ? null : decodeProperties(row.properties),
      sizeBytes: row.head_bytes + row.rest_bytes,
      payload: this.#payload(row.id, row.head, row.rest_bytes, maxBytes),
    };
  }

  /** The payload, at most `maxBytes` of it. */
  #payload(id: number, stored: Uint8Array | null, restBytes: number, maxBytes: number): Uint8Array {
    const head = stored ?? new Uint8Array(0);
    const wanted = Math.min(head.length + restBytes, Math.max(0, maxBytes));
    const payload = new Uint8Array(wanted);
    payload.set(head.subarray(0, wanted));
    if (wanted <= HEAD_BYTES || restBytes === 0) return payload;
    let offset = head.length;
    const parts = Math.ceil((wanted - offset) / PART_BYTES);
    for (const part of this.#parts.iterate(id, parts)) {
      payload.set(part.subarray(0, wanted - offset), offset);
      offset += Math.min(part.length, wanted - offset);
    }
    return payload;
  }
}

/** How much of the row's payload is wanted. Bounded, because SQLite versions differ in what infinity is as a length. */
function headBytes(maxBytes: number): number {
  return Math.min(Math.max(0, maxBytes), HEAD_BYTES);
}
