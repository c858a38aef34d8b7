import type { MessageQuery, StoredMessage } from './archive';
import type { Database, Statement } from './driver';
import { HEAD_BYTES } from './layout';
import { MESSAGE_COLUMNS, MessageRows, type MessageRow } from './message-rows';

/** A topic that is meant by a query. */
export interface QueriedTopic {
  readonly key: number;
  readonly profileId: string;
  readonly name: string;
  readonly count: number;
}

type Row = MessageRow & { readonly session: number; readonly topic: number };

/** Rows of a step; their payloads (64 KiB each at most) are in memory at once. */
const PAGE_ROWS = 256;
/** By topic: a step looks into a range of ids that is grown until it holds about so many. */
const STEP_IDS = 4_000;
const FIRST_RANGE = 4_096;
/** By topic pays while the topics hold less than an eighth of the messages (and are not so many). */
const BY_TOPIC_SHARE = 8;
const BY_TOPIC_MAX = 10_000;

/** Half-open: `from` belongs to it, `to` does not. */
interface Range {
  from: number;
  to: number;
}

/** Walks through messages in the order of ids, in steps that each are one short read. */
export class MessageWalker {
  readonly #rows: MessageRows;
  readonly #bounds: Statement<{ first: number | null; last: number | null }>;
  readonly #one: Statement<Row>;
  readonly #page: ReadonlyMap<boolean, Statement<Row>>;
  readonly #idsOfTopic: Statement<number>;

  constructor(database: Database) {
    this.#rows = new MessageRows(database);
    this.#bounds = database.prepare(
      'SELECT (SELECT min(id) FROM messages) AS first, (SELECT max(id) FROM messages) AS last',
    );
    const columns = `${MESSAGE_COLUMNS}, session, topic`;
    this.#one = database.prepare(`SELECT ${columns} FROM messages WHERE id = ?`);
    const page = (order: string): Statement<Row> =>
      database.prepare(
        `SELECT ${columns} FROM messages WHERE id >= ? AND id < ? AND time_us BETWEEN ? AND ?
         ORDER BY id ${order} LIMIT ?`,
      );
    this.#page = new Map([
      [false, page('ASC')],
      [true, page('DESC')],
    ]);
    this.#idsOfTopic = database
      .prepare<unknown[], number>(
        'SELECT id FROM messages WHERE topic = ? AND id >= ? AND id < ? AND time_us BETWEEN ? AND ?',
      )
      .pluck();
  }

  *walk(
    query: MessageQuery,
    topics: ReadonlyMap<number, QueriedTopic>,
    allMessages: number,
  ): Generator<StoredMessage> {
    const { first, last } = this.#bounds.get() ?? { first: null, last: null };
    if (first === null || last === null || topics.size === 0) return;
    const range = { from: first, to: last + 1 };
    const meant = [...topics.values()].reduce((sum, topic) => sum + topic.count, 0);
    const byTopic = topics.size <= BY_TOPIC_MAX && meant * BY_TOPIC_SHARE < allMessages;
    const rows = byTopic ? this.#byTopic(query, topics, range) : this.#throughAll(query, range);
    let left = query.limit;
    for (const row of rows) {
      if (left <= 0) return;
      const topic = topics.get(row.topic);
      if (topic === undefined) continue;
      const message = this.#toMessage(row, topic);
      if (query.accepts !== null && !query.accepts(message)) continue;
      left -= 1;
      yield message;
    }
  }

  #toMessage(row: Row, topic: QueriedTopic): StoredMessage {
    const { profileId, name } = topic;
    return {
      ...this.#rows.toMessage(row, Infinity),
      profileId,
      session: row.session,
      topic: name,
    };
  }

  *#throughAll(query: MessageQuery, range: Range): Generator<Row> {
    const { newestFirst } = query;
    const [fromUs, toUs] = timesOf(query);
    for (;;) {
      const rows =
        this.#page
          .get(newestFirst)
          ?.all(HEAD_BYTES, range.from, range.to, fromUs, toUs, PAGE_ROWS) ?? [];
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) return;
      if (newestFirst) range.to = last.id;
      else range.from = last.id + 1;
    }
  }

  /** The order of ids across topics: their ids within a range are collected and sorted, range after range. */
  *#byTopic(
    query: MessageQuery,
    topics: ReadonlyMap<number, QueriedTopic>,
    range: Range,
  ): Generator<Row> {
    const { newestFirst } = query;
    let width = FIRST_RANGE;
    while (range.from < range.to) {
      const step: Range = newestFirst
        ? { from: Math.max(range.from, range.to - width), to: range.to }
        : { from: range.from, to: Math.min(range.to, range.from + width) };
      const ids = this.#idsOf(query, topics, step);
      for (const id of newestFirst ? ids.toReversed() : ids) {
        // Read one by one: the caller may take its time, and a payload may be large.
        const row = this.#one.get(HEAD_BYTES, id);
        if (row !== undefined) yield row;
      }
      if (newestFirst) range.to = step.from;
      else range.from = step.to;
      if (ids.length < STEP_IDS / 2) width *= 2;
      else if (ids.length > STEP_IDS * 2) width = Math.ceil(width / 2);
    }
  }

  #idsOf(query: MessageQuery, topics: ReadonlyMap<number, QueriedTopic>, step: Range): number[] {
    const [fromUs, toUs] = timesOf(query);
    const ids: number[] = [];
    for (const key of topics.keys()) {
      for (const id of this.#idsOfTopic.iterate(key, step.from, step.to, fromUs, toUs)) {
        ids.push(id);
      }
    }
    return ids.sort((one, other) => one - other);
  }
}

function timesOf({ fromUs, toUs }: MessageQuery): readonly [number, number] {
  return [fromUs ?? Number.MIN_SAFE_INTEGER, toUs ?? Number.MAX_SAFE_INTEGER];
}
