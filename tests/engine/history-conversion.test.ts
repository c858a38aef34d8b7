/** Histories of formats 1 and 2, which had a row for each message, open as what there is today. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../main/engine/demo/plant';
import { migrations } from '../../main/engine/history/migrations/migrations';
import { encodeProperties } from '../../main/engine/history/properties';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  storedMessages,
  temporaryFolder,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { checked, lineOf, type LineFields } from '../helpers/history-lines';

const HEAD_BYTES = 65_536;
const PART_BYTES = 1_048_576;
/** More than two batches of 5,000 for the larger profile. */
const MESSAGES = 16_000;
/** The oldest messages of a profile went before. */
const PRUNED = 300;
const START_US = 1_700_000_000_000_000;

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

interface OldMessage extends LineFields {
  readonly topicKey: number;
  readonly session: number;
}

/** Two of three messages are `lab`'s; each profile has two sessions, and the clock is set back once. */
function oldMessages(): OldMessage[] {
  const random = seededRandom(20);
  const sizes = new Map([
    [5_000, HEAD_BYTES],
    [5_001, HEAD_BYTES + 1],
    [9_000, HEAD_BYTES + PART_BYTES],
    [9_002, 3_000_000],
    [15_999, 200_000],
  ]);
  return Array.from({ length: MESSAGES }, (_, index) => {
    const id = index + 1;
    const profile = id % 3 === 0 ? 'plant' : 'lab';
    const topicKey = 1 + (id % 3) + 3 * Math.floor(random() ** 3 * 40);
    const payload = new Uint8Array(sizes.get(id) ?? Math.floor(random() ** 4 * 600));
    for (let at = 0; at < Math.min(payload.length, 200); at++) payload[at] = random() * 256;
    payload.fill(id % 251, 200);
    return {
      ...{ id, profile, topicKey, payload },
      session: (profile === 'lab' ? 1 : 3) + (id > MESSAGES / 2 ? 1 : 0),
      topic: topicName(topicKey),
      timeUs: START_US + id * 10_000 - (id > 10_000 ? 3_600_000_000 : 0),
      flags: id % 32,
      packetId: id % 4 === 0 ? 0 : id % 65_536,
      properties:
        id % 7 === 0
          ? encodeProperties({ contentType: 'text/plain', userProperties: [['n', String(id)]] })
          : null,
    };
  });
}

function topicName(key: number): string {
  return `old/${String(key % 5)}/${String(key)}`;
}

const isPruned = ({ id, profile }: OldMessage): boolean => profile === 'lab' && id <= PRUNED;

/** Writes them as a program of that time did. */
function makeOld(file: string, steps: number, all: readonly OldMessage[]): void {
  const database = new Database(file);
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  for (const sql of migrations.slice(0, steps)) database.exec(sql);
  database.pragma(`application_id = ${String(0x4d714c70)}`);
  database.pragma(`user_version = ${String(steps)}`);
  database.transaction(() => {
    writeMessages(database, all);
    writeCounters(database, all);
  })();
  if (steps > 1) database.exec(`UPDATE profiles SET settings = '{"name":"Lab"}' WHERE id = 'lab'`);
  database.close();
}

function writeMessages(database: Database.Database, all: readonly OldMessage[]): void {
  const row = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const part = database.prepare('INSERT INTO message_parts VALUES (?, ?, ?)');
  for (const one of all) {
    if (isPruned(one)) continue;
    const { id, session, topicKey, timeUs, flags, packetId, properties, payload } = one;
    const rest = payload.subarray(HEAD_BYTES);
    const head = payload.subarray(0, HEAD_BYTES);
    row.run(id, session, topicKey, timeUs, flags, packetId, rest.length, properties, head);
    for (let at = 0; at * PART_BYTES < rest.length; at++)
      part.run(id, at, rest.subarray(at * PART_BYTES, (at + 1) * PART_BYTES));
  }
}

function writeCounters(database: Database.Database, all: readonly OldMessage[]): void {
  const profile = database.prepare(
    `INSERT INTO profiles (key, id, received, stored, refused, pruned, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const session = database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const topic = database.prepare('INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const span = database.prepare('INSERT INTO spans VALUES (?, ?, ?, ?, ?)');
  for (const [index, id] of ['lab', 'plant', 'idle'].entries()) {
    const own = all.filter((one) => one.profile === id);
    const pruned = own.filter(isPruned).length;
    profile.run(index + 1, id, own.length + 5, own.length, 5, pruned, 123_456);
    const sessions = new Set(own.map((one) => one.session));
    for (const key of sessions) {
      const mine = own.filter((one) => one.session === key);
      const [first, last] = [mine[0], mine.at(-1)];
      const ended = last?.timeUs;
      const { length } = mine;
      session.run(
        ...[key, index + 1, first?.timeUs, ended, length, length, 0],
        ...[first?.id, last?.id, ended],
      );
      span.run(index + 1, first?.id, last?.id, key, first?.timeUs);
    }
    const topics = new Map<number, OldMessage[]>();
    for (const one of own) {
      const ofTopic = topics.get(one.topicKey) ?? [];
      topics.set(one.topicKey, ofTopic);
      ofTopic.push(one);
    }
    for (const [key, of] of topics) {
      const last = of.at(-1);
      topic.run(
        ...[key, index + 1, topicName(key), of.length],
        ...[last?.id, last?.timeUs, last?.flags, last?.payload.length],
      );
    }
  }
  database
    .prepare(`INSERT INTO gaps VALUES (1, 1, 'pruned', ?, ?, ?, 'Older messages were removed.')`)
    .run(START_US, START_US + PRUNED * 10_000, all.filter(isPruned).length);
  database.prepare('UPDATE position SET next_message = ?, next_topic = 1000').run(MESSAGES + 1);
}

test.each([
  ['format 1', 1],
  ['format 2', 2],
  ['format 2 whose conversion was cut off after its tables were made', 3],
])('a history of %s opens with everything in it', async (_, steps) => {
  const all = oldMessages();
  const file = join(await temporaryFolder(), 'history.db');
  makeOld(file, Math.min(steps, 2), all);
  if (steps > 2) {
    const database = new Database(file);
    database.exec(migrations[2] ?? '');
    database.pragma('user_version = 3');
    database.close();
  }
  const left = all.filter((one) => !isPruned(one));
  const lines = left.map(lineOf);

  const { history } = await openForTest({ file, ...bundles });
  expect(rowsOf(file, 'PRAGMA user_version')).toEqual([{ user_version: migrations.length }]);
  expect(contentsOf(file).map(lineOf)).toEqual(lines);
  expect(history.nextId).toBe(MESSAGES + 1);
  expect(history.gaps()).toBe(1);
  expect(rowsOf(file, 'SELECT kind, messages FROM gaps')).toEqual([
    { kind: 'pruned', messages: all.length - left.length },
  ]);
  expect([...history.describedProfiles()]).toEqual(steps === 1 ? [] : [['lab', '{"name":"Lab"}']]);
  for (const id of ['lab', 'plant', 'idle']) {
    const own = all.filter(({ profile }) => profile === id);
    expect(history.totals(id)).toMatchObject({
      received: own.length + 5,
      stored: own.length,
      refused: 5,
      pruned: own.filter(isPruned).length,
    });
    const minutes = await history.counts({
      ...{ profileId: id, topicKey: null, fromUs: START_US - 3_600_000_000 },
      ...{ stepUs: 60_000_000, steps: 200 },
    });
    expect(minutes.reduce((sum, count) => sum + count, 0)).toBe(
      own.filter((one) => !isPruned(one)).length,
    );
  }
  await expectTopics(history, all);
  const large = await history.message('lab', 9_002, Infinity);
  expect(Buffer.from(large?.payload ?? []).equals(all[9_001]?.payload ?? Buffer.of(1))).toBe(true);
  expect(untrueCounters(file)).toEqual([]);
  expect(checked(file)).toEqual([]);

  // It goes on as any other, and its end compresses it all.
  const added = { topic: topicName(2), payload: bytes('new'), timeUs: START_US + 1e9 };
  const [id] = await appendAll(history, 'lab', history.beginSession('lab', added.timeUs), [added]);
  expect(id).toBe(MESSAGES + 1);
  await history.close();
  expect(rowsOf(file, 'SELECT count(*) AS batches FROM batches')).toEqual([{ batches: 0 }]);
  expect(storedMessages(file)).toBe(left.length + 1);
  expect(contentsOf(file).slice(0, -1).map(lineOf)).toEqual(lines);
  expect(contentsOf(file).at(-1)).toMatchObject({ id, topic: added.topic, topicKey: 2 });
  expect(untrueCounters(file)).toEqual([]);
  expect(checked(file)).toEqual([]);
});

/** Each topic's count is of all it ever had, and its last message is the newest. */
async function expectTopics(
  history: Awaited<ReturnType<typeof openForTest>>['history'],
  all: readonly OldMessage[],
): Promise<void> {
  for (const id of ['lab', 'plant']) {
    const expected = new Map<number, { count: number; lastId: number; size: number }>();
    for (const { profile, topicKey, id: lastId, payload } of all) {
      if (profile !== id) continue;
      const count = (expected.get(topicKey)?.count ?? 0) + 1;
      expected.set(topicKey, { count, lastId, size: payload.length });
    }
    const topics = await history.topics(id, 0, 1_000);
    expect(
      new Map(
        topics.map(({ key, count, lastId, lastSizeBytes: size }) => [key, { count, lastId, size }]),
      ),
    ).toEqual(expected);
  }
}
