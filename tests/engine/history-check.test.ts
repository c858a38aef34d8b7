import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  inspect,
  openForTest,
  rowsOf,
  temporaryFolder,
  until,
  type Bundles,
} from '../helpers/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

describe('a check', () => {
  it('finds nothing wrong with a sound file, also while batches wait', async () => {
    expect(await problemsAfter('SELECT 1')).toEqual([]);
    const file = join(await temporaryFolder(), 'history.db');
    writeFileSync(file, await (soundFile ??= makeSoundFile()));
    const count = (table: string): number =>
      Number(rowsOf(file, `SELECT count(*) AS rows FROM ${table}`)[0]?.['rows']);
    expect([count('segments'), count('batches'), count('message_parts')]).toEqual([4, 3, 18]);
  });

  it('finds nothing wrong where messages were removed and the clock was set back', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    for (const minute of [100, 200, 100]) {
      await appendAll(history, 'lab', session, [
        { topic: 'a', timeUs: minute * 60_000_000, payload: Buffer.alloc(50_000, String(minute)) },
      ]);
    }
    history.limit('lab', 120_000);
    await until(() => history.totals('lab').pruned === 1, 'one message was removed');
    await history.settled();
    expect(rowsOf(file, 'SELECT minute, messages FROM minutes')).toEqual([
      { minute: 100, messages: 2 },
      { minute: 200, messages: 1 },
    ]);
    const archive = openArchive(file);
    expect(archive.check()).toEqual([]);
    archive.close();
  });

  const lab = "(SELECT key FROM profiles WHERE id = 'lab')";
  const batch = `(SELECT max(key) FROM batches WHERE profile = ${lab})`;
  const segment = `(SELECT min(key) FROM segments WHERE profile = ${lab})`;
  const block = `(SELECT min(key) FROM blocks WHERE segment = ${segment})`;

  const damages: readonly [name: string, sql: string, ...words: RegExp[]][] = [
    [
      'a batch that is gone',
      `DELETE FROM batches WHERE key = ${batch}`,
      /^profile lab: 600 messages \(\d+ bytes\) were counted, 500 \(\d+ bytes\) are there$/,
      /^profile lab: 600 stored in all, but 500 by topic$/,
      /parts of payloads have no message$/,
    ],
    [
      'a segment without its row',
      `DELETE FROM segments WHERE key = ${segment}`,
      /^profile lab: 600 messages .* were counted, 400 /,
      /^blocks belong to no segment \(\d+\)$/,
      /parts of payloads have no message$/,
    ],
    [
      'a block that is gone',
      `DELETE FROM blocks WHERE key = ${block}`,
      /^segment \d+ of profile lab has other messages or bytes than its row says$/,
    ],
    [
      'heads that are zeros',
      `UPDATE blocks SET codec = 0, heads = zeroblob(length(heads)) WHERE key = ${block}`,
      /^segment \d+ of profile lab cannot be read: .*damaged/,
    ],
    [
      'a body that does not inflate',
      `UPDATE blocks SET body = randomblob(length(body)), codec = codec | 2 WHERE key = ${block}`,
      /^segment \d+ of profile lab cannot be read: .*damaged/,
    ],
    [
      'a body that is cut off',
      `UPDATE batches SET body = substr(body, 2) WHERE key = ${batch}`,
      /^batch \d+ of profile lab cannot be read: .*damaged/,
    ],
    [
      'messages of another topic',
      `UPDATE batches SET topics = x'FFFFFF7F64' WHERE key = ${batch}`,
      /^message \d+ belongs to no topic of its profile$/,
    ],
    [
      'bytes that are miscounted in a unit',
      `UPDATE segments SET raw_bytes = raw_bytes + 1 WHERE key = ${segment}`,
      /^segment \d+ of profile lab has other messages or bytes than its row says$/,
    ],
    [
      'bounds of ids that are too narrow',
      `UPDATE segments SET first_id = first_id + 1 WHERE key = ${segment}`,
      /^segment \d+ of profile lab: its run \d+ lies outside its bounds$/,
    ],
    [
      'bounds of a block that are wrong',
      `UPDATE blocks SET last_id = last_id - 1 WHERE key = ${block}`,
      /^segment \d+ of profile lab: message \d+ lies outside its bounds$/,
    ],
    [
      'a block that is not found by its topics',
      `UPDATE blocks SET last_topic = last_topic - 1 WHERE key = ${block}`,
      /^segment \d+ of profile lab: its run \d+ is not found by its topics$/,
    ],
    [
      'units that overlap',
      `UPDATE segments SET last_id = last_id + 300 WHERE key = ${segment}`,
      /^segment \d+ of profile lab overlaps with the one before it$/,
    ],
    [
      'a part that is gone',
      'DELETE FROM message_parts WHERE part = 0 AND message = 51',
      /^message 51: 0 of the \d+ bytes of the end of its payload are there$/,
    ],
    [
      'a part of no message',
      "INSERT INTO message_parts (message, part, bytes) VALUES (2, 0, x'00')",
      /^1 parts of payloads have no message$/,
    ],
    [
      'bytes of a profile that are miscounted',
      "UPDATE profiles SET bytes = bytes + 7 WHERE id = 'field'",
      /^profile field: 300 messages \(\d+ bytes\) were counted, 300 \(\d+ bytes\) are there$/,
    ],
    [
      'messages of a session that are miscounted',
      `UPDATE sessions SET stored = stored - 1 WHERE key = 1`,
      /^profile lab: 600 stored in all, but 599 by session$/,
    ],
    [
      'messages of a topic that are miscounted',
      `UPDATE topics SET count = count + 1 WHERE name = 't/0' AND profile = ${lab}`,
      /^profile lab: 600 stored in all, but 601 by topic$/,
    ],
    [
      "a topic's row that is behind its segments",
      `UPDATE topics SET last_id = 1 WHERE name = 't/0' AND profile = ${lab}`,
      /^the row of topic t\/0 knows fewer messages than it has$/,
    ],
    [
      'minutes that miss messages',
      `DELETE FROM minutes WHERE profile = ${lab}`,
      /^profile lab: 600 messages are there, but 0 by minute$/,
    ],
    [
      'units of no profile',
      "DELETE FROM sessions WHERE profile = 2; DELETE FROM profiles WHERE id = 'field'",
      /^messages belong to no profile \(2\)$/,
    ],
    [
      'a next number that was used already',
      'UPDATE position SET next_message = 900',
      /^message 900 stands beyond the next number, 900$/,
    ],
  ];
  it.each(damages)('names %s', async (_, sql, ...words) => {
    const problems = await problemsAfter(sql);
    for (const pattern of words) expect(problems).toContainEqual(expect.stringMatching(pattern));
  });

  it('names a few examples of what is wrong many times', async () => {
    const problems = await problemsAfter('DELETE FROM message_parts');
    expect(problems.filter((words) => words.includes('bytes of the end'))).toHaveLength(5);
    expect(problems).toContain('… and 13 more of this kind');
  });
});

/** What is said of a sound file after a change. */
async function problemsAfter(sql: string): Promise<readonly string[]> {
  const file = join(await temporaryFolder(), 'history.db');
  writeFileSync(file, await (soundFile ??= makeSoundFile()));
  const database = new Database(file);
  database.exec(sql);
  database.close();
  const archive = openArchive(file);
  try {
    return archive.check();
  } finally {
    archive.close();
  }
}

let soundFile: Promise<Buffer> | undefined;

/** Two segments and two runs of batches of `lab`, as many of `field`, as they are while a history is written. */
async function makeSoundFile(): Promise<Buffer> {
  const { history, file } = await openForTest(bundles);
  await fill(history, 0);
  await history.close();
  const second = await openForTest({ ...bundles, file });
  await fill(second.history, 300);
  await second.history.close();
  const third = await openForTest({ ...bundles, file });
  await fill(third.history, 600);
  await third.history.settled();
  return inspect(file, (database) => database.serialize());
}

/** Three batches of 100 messages; every 50th has a large payload. */
async function fill(history: History, from: number): Promise<void> {
  const sessions = {
    lab: history.beginSession('lab', 1),
    field: history.beginSession('field', 1),
  };
  for (const profile of ['lab', 'field', 'lab'] as const) {
    const messages = Array.from({ length: 100 }, (_, at) => ({
      topic: `t/${String(at % 7)}`,
      timeUs: 1_000_000_000 + from * 1_000 + at,
      payload: Buffer.alloc(at % 50 === 0 ? 100_000 : at, 'xy'),
    }));
    await appendAll(history, profile, sessions[profile], messages);
  }
}
