import { numberAt } from '../../../app/payload/numbers';
import type { Database, Statement } from './driver';
import type { Series, SeriesRequest } from './history';
import { headBytes, MESSAGE_COLUMNS, MessageRows, type MessageRow } from './message-rows';
import type { ReaderArgument, ReaderCalls, ReaderResult } from './reader-protocol';

type SeriesRow = Pick<MessageRow, 'id' | 'time_us' | 'head' | 'rest_bytes'>;

/** What the reader's thread answers. Payloads and arrays have buffers of their own, which may be transferred. */
export class Queries implements ReaderCalls {
  readonly #page: Statement<MessageRow>;
  readonly #message: Statement<MessageRow>;
  readonly #series: Statement<SeriesRow>;
  readonly #rows: MessageRows;

  constructor(database: Database) {
    this.#rows = new MessageRows(database);
    this.#page = database.prepare(
      `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE topic = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    );
    this.#message = database.prepare(
      `SELECT ${MESSAGE_COLUMNS} FROM messages
         JOIN topics ON topics.key = messages.topic JOIN profiles ON profiles.key = topics.profile
       WHERE messages.id = ? AND profiles.id = ?`,
    );
    this.#series = database.prepare(
      `SELECT id, time_us, payload AS head, rest_bytes FROM messages
       WHERE topic = ? AND id > ? ORDER BY id DESC LIMIT ?`,
    );
  }

  page(request: ReaderArgument<'page'>): ReaderResult<'page'> {
    const { topicKey, beforeId, limit, previewBytes } = request;
    const before = beforeId ?? Number.MAX_SAFE_INTEGER;
    // One more than wanted says whether there are more.
    const rows = this.#page.all(headBytes(previewBytes), topicKey, before, limit + 1);
    const messages = rows.slice(0, limit).map((row) => this.#rows.toMessage(row, previewBytes));
    return { messages, more: rows.length > limit };
  }

  message(request: ReaderArgument<'message'>): ReaderResult<'message'> {
    const { profileId, id, maxBytes } = request;
    const row = this.#message.get(headBytes(maxBytes), id, profileId);
    return row ? this.#rows.toMessage(row, maxBytes) : null;
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
      const value = numberAt(this.#rows.payload(row.id, row.head, row.rest_bytes, Infinity), path);
      if (value === null) skipped++;
      else {
        times.push(row.time_us);
        values.push(value);
      }
    }
    const timesUs = Float64Array.from(times.reverse());
    return { timesUs, values: Float64Array.from(values.reverse()), skipped, lastId };
  }
}
