import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { fill, fillSegments, ids, messagesOf, noise } from '../helpers/history-filling';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

describe('pruning', () => {
  it('removes the oldest batches until the profile is within its limit, and not one more', async () => {
    const { history, file } = await openForTest(bundles);
    await fill(history, 'lab', 40, 250);
    const before = history.totals('lab');
    const limit = Math.round(before.bytes / 3);
    const pruned = messagesOver(unitsOf(file, 'batches'), limit);
    expect(pruned).toBeGreaterThan(5_000);
    history.limit('lab', limit);
    await untilPruned(history, pruned);
    expect(history.totals('lab').bytes).toBeLessThanOrEqual(limit);
    expect(history.totals('lab')).toMatchObject({ stored: 10_000, oldestTimeUs: pruned + 1 });
    // What is left is compressed now, and stays.
    await history.close();
    expect(contentsOf(file).map(({ id }) => id)).toEqual(ids(pruned + 1, 10_000));
    expect(rowsOf(file, 'SELECT stored, pruned FROM profiles')).toEqual([
      { stored: 10_000, pruned },
    ]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('removes the oldest segments until the profile is within its limit, and not one more', async () => {
    const { file } = await fillSegments(bundles, 5);
    const segments = unitsOf(file, 'segments');
    expect(segments).toHaveLength(5);
    const limit = (segments[3]?.bytes ?? 0) + (segments[4]?.bytes ?? 0);
    const { history } = await openForTest({ ...bundles, file });
    history.limit('lab', limit);
    await untilPruned(history, 3_000);
    expect(history.totals('lab')).toMatchObject({ bytes: limit, oldestTimeUs: 3_001 });
    await history.close();
    expect(contentsOf(file).map(({ id }) => id)).toEqual(ids(3_001, 5_000));
    expect(rowsOf(file, 'SELECT count(DISTINCT segment) AS count FROM blocks')).toEqual([
      { count: 2 },
    ]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('takes at most a sixteenth of the limit and a batch more than it has to', async () => {
    const { history, file } = await openForTest(bundles);
    const limit = 3_200_000;
    history.limit('lab', limit);
    const session = history.beginSession('lab', 1);
    const batchBytes = 50 * 1_000;
    for (let round = 0; round < 120; round++) {
      const messages = Array.from({ length: 50 }, (_, index) => ({
        topic: 'a',
        payload: noise(1_000, round * 50 + index),
      }));
      await appendAll(history, 'lab', session, messages);
    }
    await until(() => history.totals('lab').bytes <= limit, 'the limit is kept');
    await history.close();
    const [{ largest, compressed } = {}] = rowsOf(
      file,
      'SELECT max(raw_bytes) AS largest, count(*) AS compressed FROM segments',
    );
    expect(compressed).toBeGreaterThan(5);
    expect(largest).toBeLessThanOrEqual(limit / 16 + batchBytes);
    const [{ bytes: left } = {}] = rowsOf(file, 'SELECT bytes FROM profiles');
    expect(left).toBeGreaterThan(limit - limit / 16 - 2 * batchBytes);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('leaves other profiles alone, also those that stored at the same time', async () => {
    const { history, file } = await openForTest(bundles);
    const sessions = new Map(
      ['lab', 'plant'].map((profile) => [profile, history.beginSession(profile, 1)]),
    );
    for (let round = 0; round < 50; round++) {
      for (const [profile, session] of sessions) {
        await appendAll(history, profile, session, messagesOf(60, round));
      }
    }
    const plant = history.totals('plant');
    const plantBefore = contentsOf(file).filter(({ profile }) => profile === 'plant');
    history.limit('lab', 0);
    await untilPruned(history, 3_000);
    expect(history.totals('lab')).toMatchObject({
      stored: 3_000,
      pruned: 3_000,
      bytes: 0,
      oldestTimeUs: null,
    });
    expect(history.totals('plant')).toEqual(plant);
    expect(plantBefore).toHaveLength(3_000);
    expect(contentsOf(file)).toEqual(plantBefore);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('goes on with what is stored meanwhile, and with what a limit finds that was set before', async () => {
    const { history, file } = await openForTest(bundles);
    history.limit('lab', 50_000);
    const session = history.beginSession('lab', 1);
    for (let round = 0; round < 100; round++) {
      await appendAll(history, 'lab', session, messagesOf(70, round));
    }
    await until(() => history.totals('lab').bytes <= 50_000, 'the limit is kept');
    const { stored, pruned } = history.totals('lab');
    expect(stored).toBe(7_000);
    expect(pruned).toBeGreaterThan(0);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('keeps pace with batches that come without a pause, and are larger than what is removed at once', async () => {
    const { history, file } = await openForTest(bundles);
    const limit = 1_000_000;
    history.limit('lab', limit);
    const session = history.beginSession('lab', 1);
    const messages = Array.from({ length: 1_000 }, (_, index) => ({
      topic: 'a',
      payload: noise(500, index),
    }));
    let most = 0;
    for (let round = 0; round < 100; round++) {
      await appendAll(history, 'lab', session, messages);
      most = Math.max(most, history.totals('lab').bytes);
    }
    // 50 MB were stored.
    expect(most).toBeLessThan(10 * limit);
    await until(() => history.totals('lab').bytes <= limit, 'the limit is kept');
    expect(untrueCounters(file)).toEqual([]);
  });

  it('notes a gap for each session whose batches it took', async () => {
    const { history, file } = await openForTest(bundles);
    for (const sizes of [[100], [100], [10, 90]]) {
      const session = history.beginSession('lab', 1);
      for (const size of sizes) await appendAll(history, 'lab', session, messagesOf(size, 0));
      history.endSession(session, 1_000);
    }
    await history.settled();
    history.limit('lab', unitsOf(file, 'batches').at(-1)?.bytes ?? 0);
    await untilPruned(history, 210);
    expect(prunedGaps(file)).toEqual([
      { session: 1, from_us: 1, to_us: 100, messages: 100 },
      { session: 2, from_us: 101, to_us: 200, messages: 100 },
      { session: 3, from_us: 201, to_us: 210, messages: 10 },
    ]);
    expect(history.gaps()).toBe(3);
  });

  it('notes a gap for each session of a segment that spans several', async () => {
    const first = await openForTest(bundles);
    const { file } = first;
    for (let run = 0; run < 3; run++) {
      const session = first.history.beginSession('lab', 1);
      await appendAll(first.history, 'lab', session, messagesOf(100, run));
    }
    await first.history.close();
    expect(unitsOf(file, 'segments')).toHaveLength(1);
    const { history } = await openForTest({ ...bundles, file });
    history.limit('lab', 0);
    await untilPruned(history, 300);
    expect(prunedGaps(file)).toEqual([
      { session: 1, from_us: 1, to_us: 100, messages: 100 },
      { session: 2, from_us: 101, to_us: 200, messages: 100 },
      { session: 3, from_us: 201, to_us: 300, messages: 100 },
    ]);
  });

  it.each(['batch', 'segment'])(
    'keeps the count of a topic, and says that its last payload is gone with its %s',
    async (kind) => {
      const opened = await openForTest(bundles);
      const { file } = opened;
      let { history } = opened;
      for (const [topic, text] of [
        ['old', 'x'],
        ['new', 'y'],
      ] as const) {
        const session = history.beginSession('lab', 1);
        await appendAll(history, 'lab', session, [{ topic, payload: bytes(text) }]);
        if (kind === 'segment') {
          await history.close();
          ({ history } = await openForTest({ ...bundles, file }));
        }
      }
      const units = unitsOf(file, kind === 'batch' ? 'batches' : 'segments');
      expect(units).toHaveLength(2);
      history.limit('lab', units[1]?.bytes ?? 0);
      await untilPruned(history, 1);
      const topics = await history.topics('lab', 0, 10);
      expect(topics).toMatchObject([
        { name: 'old', count: 1, lastId: 1, lastSizeBytes: 1, lastPayload: null },
        { name: 'new', count: 1, lastId: 2, lastSizeBytes: 1 },
      ]);
      expect(Buffer.from(topics[1]?.lastPayload ?? []).toString()).toBe('y');
    },
  );

  it('removes large payloads with all their parts, a batch at a time', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    for (let count = 0; count < 6; count++) {
      const payload = new Uint8Array(9_000_000);
      await appendAll(history, 'lab', session, [{ topic: 'a', payload }]);
    }
    history.limit('lab', 40_000_000);
    await untilPruned(history, 2);
    expect(untrueCounters(file)).toEqual([]);
    history.limit('lab', 20_000_000);
    await untilPruned(history, 4);
    await history.close();
    expect(contentsOf(file).map(({ id }) => id)).toEqual([5, 6]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('gives the space back to the disk, all but some for the next messages; the rest at the end', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    for (let count = 0; count < 60; count++) {
      await appendAll(history, 'lab', session, [{ topic: 'a', payload: noise(1_000_000, count) }]);
    }
    history.limit('lab', 0);
    await untilPruned(history, 60);
    const free = (): number => Number(rowsOf(file, 'PRAGMA freelist_count')[0]?.['freelist_count']);
    await until(() => free() <= 4_096, 'free pages are given back');
    await history.close();
    expect(statSync(file).size).toBeLessThan(200_000);
  });

  it('has nothing to do for a profile that it does not know', async () => {
    const { history, file } = await openForTest(bundles);
    history.limit('nobody', 0);
    await history.forget('nobody');
    await history.settled();
    expect(rowsOf(file, 'SELECT id FROM profiles')).toEqual([]);
  });
});

interface StoredUnit {
  readonly messages: number;
  readonly bytes: number;
}

/** Oldest first. */
function unitsOf(file: string, table: 'batches' | 'segments'): StoredUnit[] {
  return rowsOf(
    file,
    `SELECT messages, bytes + part_bytes AS bytes FROM ${table} ORDER BY first_id`,
  ).map((row) => ({ messages: Number(row['messages']), bytes: Number(row['bytes']) }));
}

/** How many messages the oldest units have that have to go. */
function messagesOver(units: readonly StoredUnit[], limit: number): number {
  let left = units.reduce((sum, unit) => sum + unit.bytes, 0);
  let messages = 0;
  for (const unit of units) {
    if (left <= limit) break;
    left -= unit.bytes;
    messages += unit.messages;
  }
  return messages;
}

function prunedGaps(file: string): unknown[] {
  return rowsOf(file, "SELECT session, from_us, to_us, messages FROM gaps WHERE kind = 'pruned'");
}

async function untilPruned(history: History, messages: number): Promise<void> {
  await until(() => history.totals('lab').pruned >= messages, 'old messages are removed');
  expect(history.totals('lab').pruned).toBe(messages);
}
