/** Two ways of storing the same messages: the product's history, and the plainest table that can answer. */
import Database from 'better-sqlite3';
import type { History, MessageBatch } from '../../../main/engine/history/history';
import { openHistory } from '../../../main/engine/history/sqlite-history';
import { Payloads, topicIndex, topicName } from '../stream';
import type { ProgramOptions } from './arguments';
import { PROFILE_ID } from './profile-id';

/** Messages that a chart reads at the most, as the engine's chart view does. */
const SERIES_LIMIT = 200_000;

export interface Store {
  /** Stores messages `first` … `first + count - 1` in one transaction. Ids are sequence numbers + 1. */
  append(first: number, count: number): Promise<void>;
  /** Newest first, before a message or from the end; returns how many were found. */
  page(topic: number, beforeId: number | null, limit: number): Promise<number>;
  /** All numbers of a topic; returns how many were found. */
  series(topic: number): Promise<number>;
  /** Messages of a topic in each hour of the day; returns how many were counted. */
  hours(topic: number): Promise<number>;
  close(): Promise<void>;
}

export type OpenStore = (file: string, options: ProgramOptions) => Promise<Store>;

const HOUR_US = 3_600_000_000;
const BEGIN_US = 1_790_000_000_000_000;

/** The messages spread over a day, whatever their number. */
export function timeUs(sequence: number, options: ProgramOptions): number {
  const dayUs = 86_400_000_000;
  return BEGIN_US + Math.floor((sequence * dayUs) / Math.max(1, options.expect));
}

function payloadsOf(options: ProgramOptions): Payloads {
  return new Payloads(options.random ? 'random' : 'json', options.size);
}

export const openHistoryStore: OpenStore = async (file, options) => {
  const history: History = openHistory({ file, threads: options.threads });
  const payloads = payloadsOf(options);
  const session = history.beginSession(PROFILE_ID, timeUs(0, options));
  const stored = await history.topics(PROFILE_ID, 0, options.topics);
  const known = new Map(stored.map(({ name, key }) => [name, key]));
  const keys = Array.from({ length: options.topics }, (_, index) => {
    const name = topicName(index, options.topics);
    return known.get(name) ?? history.addTopic(PROFILE_ID, name);
  });
  const keyOf = (topic: number): number => keys[topic] ?? 0;
  const batch: MessageBatch = {
    ...{ length: 0, ids: [], timesUs: [], topicKeys: [], flags: [] },
    ...{ packetIds: [], properties: [], payloads: [] },
  };
  return {
    append: (first, count) => {
      batch.length = count;
      const bytes = new Uint8Array(count * options.size);
      for (let index = 0; index < count; index += 1) {
        const sequence = first + index;
        const topic = topicIndex(sequence, options.topics);
        payloads.write(bytes, index * options.size, sequence, topic);
        batch.ids[index] = sequence + 1;
        batch.timesUs[index] = timeUs(sequence, options);
        batch.topicKeys[index] = keyOf(topic);
        batch.flags[index] = 0;
        batch.packetIds[index] = 0;
        batch.properties[index] = null;
        batch.payloads[index] = bytes.subarray(index * options.size, (index + 1) * options.size);
      }
      return history.append(PROFILE_ID, session, batch, { received: count, refused: 0 });
    },
    page: async (topic, beforeId, limit) => {
      const previewBytes = options.size;
      const page = await history.page({ topicKey: keyOf(topic), beforeId, limit, previewBytes });
      return page.messages.length;
    },
    series: async (topic) => {
      const request = { topicKey: keyOf(topic), path: ['value'], fromUs: 0, afterId: 0 };
      return (await history.series({ ...request, limit: SERIES_LIMIT })).values.length;
    },
    hours: async (topic) => {
      const steps = { fromUs: BEGIN_US, stepUs: HOUR_US, steps: 25 };
      const request = { profileId: PROFILE_ID, topicKey: keyOf(topic), ...steps };
      return (await history.counts(request)).reduce((sum, count) => sum + count, 0);
    },
    close: () => history.close(),
  };
};

/** One row a message, an index on (topic, id): what anyone would write first. Reads block the writer's thread. */
export const openPlainStore: OpenStore = (file, options) => {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(
    `CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, topic INTEGER NOT NULL,
       time_us INTEGER NOT NULL, flags INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
     CREATE INDEX IF NOT EXISTS by_topic ON messages (topic)`,
  );
  const payloads = payloadsOf(options);
  const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, 0, ?)');
  const page = database.prepare<unknown[], { payload: Uint8Array }>(
    'SELECT * FROM messages WHERE topic = ? AND id < ? ORDER BY id DESC LIMIT ?',
  );
  const append = database.transaction((first: number, count: number) => {
    for (let sequence = first; sequence < first + count; sequence += 1) {
      const topic = topicIndex(sequence, options.topics);
      const payload = Buffer.allocUnsafe(options.size);
      payloads.write(payload, 0, sequence, topic);
      insert.run(sequence + 1, topic, timeUs(sequence, options), payload);
    }
  });
  const hours = database.prepare<unknown[], { count: number }>(
    'SELECT time_us / ? AS hour, count(*) AS count FROM messages WHERE topic = ? GROUP BY 1',
  );
  return Promise.resolve({
    append: (first, count) => {
      append(first, count);
      return Promise.resolve();
    },
    hours: (topic) =>
      Promise.resolve(hours.all(HOUR_US, topic).reduce((sum, { count }) => sum + count, 0)),
    page: (topic, beforeId, limit) =>
      Promise.resolve(page.all(topic, beforeId ?? Number.MAX_SAFE_INTEGER, limit).length),
    series: (topic) => {
      const numbers: number[] = [];
      for (const row of page.iterate(topic, Number.MAX_SAFE_INTEGER, SERIES_LIMIT)) {
        const text = Buffer.from(row.payload).toString('utf8');
        numbers.push((JSON.parse(text) as { value: number }).value);
      }
      return Promise.resolve(numbers.length);
    },
    close: () => {
      database.close();
      return Promise.resolve();
    },
  });
};
