/** Measures, and compares with a plain table on the same disk at the same time: asserts only another order of magnitude. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { History, MessageBatch } from '../../main/engine/history/history';
import { bundleHistory, openForTest, temporaryFolder, type Bundles } from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const PAYLOAD = new Uint8Array(100).fill(0x61);

it.each([
  [5_000, 200_000],
  [500, 50_000],
])(
  'stores 100-byte messages of 1,000 topics in batches of %i hardly slower than a plain table does',
  async (size, messages) => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const keys = topicKeys(history, 1_000);
    const keyOf = (id: number): number => keys[(id * 7_919) % keys.length] ?? 0;
    const plain = await openPlainTable();
    const batch = emptyBatch();
    await history.settled();
    let historyMs = 0;
    let plainMs = 0;
    let longestMs = 0;
    for (let stored = 0; stored < messages; stored += size) {
      fill(batch, stored + 1, size, keyOf);
      const startedAt = performance.now();
      await history.append('lab', session, batch, { received: size, refused: 0 });
      const storedAt = performance.now();
      plain(batch);
      historyMs += storedAt - startedAt;
      plainMs += performance.now() - storedAt;
      longestMs = Math.max(longestMs, storedAt - startedAt);
    }
    console.log(
      `append, batches of ${size}: ${perSecond(messages, historyMs)} messages/s, ` +
        `longest ${longestMs.toFixed(0)} ms; plain rows: ${perSecond(messages, plainMs)} messages/s`,
    );
    expect(historyMs).toBeLessThan(plainMs * 5);
    expect(history.totals('lab').stored).toBe(messages);
    expect(untrueCounters(file)).toEqual([]);
  },
);

it('opens a tree of 100,000 topics in hardly more time than storing it took', async () => {
  const { history } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const batch = emptyBatch();
  const storedAt = performance.now();
  for (let first = 0; first < 100_000; first += 5_000) {
    fill(batch, first + 1, 5_000, (id) => history.addTopic('lab', topicName(id)));
    await history.append('lab', session, batch, { received: 5_000, refused: 0 });
  }
  const storedMs = performance.now() - storedAt;
  const pagesMs: number[] = [];
  let topics = 0;
  for (let after = 0; ;) {
    const pageAt = performance.now();
    const page = await history.topics('lab', after, 1_000);
    pagesMs.push(performance.now() - pageAt);
    topics += page.length;
    const last = page.at(-1);
    if (!last) break;
    after = last.key;
  }
  const readMs = pagesMs.reduce((sum, ms) => sum + ms, 0);
  console.log(
    `100,000 topics: stored in ${storedMs.toFixed(0)} ms, read in ${readMs.toFixed(0)} ms, ` +
      `a page of 1,000 in ${medianOf(pagesMs).toFixed(1)} ms, at most ${Math.max(...pagesMs).toFixed(1)} ms`,
  );
  expect(topics).toBe(100_000);
  expect(readMs).toBeLessThan(storedMs * 5);
});

it('pruning in the background does not hold up the batches that come meanwhile', async () => {
  const { history, file } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const keys = topicKeys(history, 1_000);
  const keyOf = (id: number): number => keys[(id * 7_919) % keys.length] ?? 0;
  const batch = emptyBatch();
  let next = 1;
  const append = async (size: number): Promise<number> => {
    fill(batch, next, size, keyOf);
    next += size;
    const startedAt = performance.now();
    await history.append('lab', session, batch, { received: size, refused: 0 });
    return performance.now() - startedAt;
  };
  for (let round = 0; round < 300; round++) await append(2_000);
  const limit = history.totals('lab').bytes / 20;
  const startedAt = performance.now();
  history.limit('lab', limit);
  const waits: number[] = [];
  while (history.totals('lab').bytes > limit) waits.push(await append(100));
  const prunedMs = performance.now() - startedAt;
  console.log(
    `pruning ${history.totals('lab').pruned} messages in ${prunedMs.toFixed(0)} ms: ` +
      `a batch meanwhile waits ${medianOf(waits).toFixed(1)} ms, at most ${Math.max(...waits).toFixed(1)} ms`,
  );
  expect(history.totals('lab').pruned).toBeGreaterThan(100_000);
  // Between its steps batches are stored.
  expect(waits.length).toBeGreaterThan(3);
  expect(untrueCounters(file)).toEqual([]);
});

/** Rows with an index, as a program would store them that does nothing else. */
async function openPlainTable(): Promise<(batch: MessageBatch) => void> {
  const database = new Database(join(await temporaryFolder(), 'plain.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(
    `CREATE TABLE messages (id INTEGER PRIMARY KEY, time INTEGER, topic INTEGER, flags INTEGER, payload BLOB);
     CREATE INDEX by_topic ON messages (topic, id)`,
  );
  const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?)');
  return database.transaction((batch: MessageBatch) => {
    const { ids, timesUs, topicKeys: topics, flags, payloads } = batch;
    for (let at = 0; at < batch.length; at++) {
      insert.run(ids[at], timesUs[at], topics[at], flags[at], payloads[at]);
    }
  });
}

function perSecond(messages: number, ms: number): string {
  return Math.round((messages * 1_000) / ms).toLocaleString('en');
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function topicKeys(history: History, count: number): number[] {
  return Array.from({ length: count }, (_, index) => history.addTopic('lab', topicName(index)));
}

function topicName(number: number): string {
  return `plant/line${number % 20}/machine${Math.floor(number / 20) % 50}/sensor${number}/value`;
}

function emptyBatch(): MessageBatch {
  const columns = { ids: [], timesUs: [], topicKeys: [], flags: [], packetIds: [], properties: [] };
  return { length: 0, ...columns, payloads: [] };
}

/** Uses the batch again, as the engine does. */
function fill(
  batch: MessageBatch,
  firstId: number,
  size: number,
  keyOf: (id: number) => number,
): void {
  batch.length = size;
  for (let index = 0; index < size; index++) {
    const id = firstId + index;
    batch.ids[index] = id;
    batch.timesUs[index] = 1_700_000_000_000_000 + id;
    batch.topicKeys[index] = keyOf(id);
    batch.flags[index] = 0;
    batch.packetIds[index] = 0;
    batch.properties[index] = null;
    batch.payloads[index] = PAYLOAD;
  }
}
