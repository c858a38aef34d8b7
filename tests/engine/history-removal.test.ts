import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bytes,
  openForTest,
  rowsOf,
  untrueCounters,
  type TestMessage,
} from '../helpers/history';

const noReader = { readerFile: 'not used here' };

describe('pruning', () => {
  it('removes the oldest messages, in steps, until the profile is within its limit', async () => {
    const { history, file } = await openForTest(noReader);
    fill(history, 'lab', 40, 250);
    const before = history.totals('lab');
    const limit = Math.round(before.bytes / 3);
    const steps: number[] = [];
    do steps.push(history.prune('lab', limit, 300));
    while (steps.at(-1) !== 0);
    expect(Math.max(...steps)).toBe(300);
    expect(steps.length).toBeGreaterThan(15);
    const after = history.totals('lab');
    expect(after.bytes).toBeLessThanOrEqual(limit);
    // Not more than needed: one message more would be over the limit.
    expect(after.bytes).toBeGreaterThan(limit - 500);
    expect(after.stored).toBe(before.stored);
    const left = rowsOf(
      file,
      'SELECT min(id) AS oldest, max(id) AS newest, count(*) AS count FROM messages',
    )[0];
    expect(left).toEqual({
      oldest: after.pruned + 1,
      newest: 10_000,
      count: 10_000 - after.pruned,
    });
    expect(after.oldestTimeUs).toBe(after.pruned + 1);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('leaves other profiles alone, also those that stored at the same time', async () => {
    const { history, file } = await openForTest(noReader);
    const sessions = new Map(
      ['lab', 'plant'].map((profile) => [profile, history.beginSession(profile, 1)]),
    );
    for (let round = 0; round < 50; round++) {
      for (const [profile, session] of sessions) {
        appendAll(history, profile, session, messagesOf(60, round));
      }
    }
    const plant = history.totals('plant');
    while (history.prune('lab', 0, 700) > 0);
    expect(history.totals('lab')).toMatchObject({
      stored: 3_000,
      pruned: 3_000,
      bytes: 0,
      oldestTimeUs: null,
    });
    expect(history.totals('plant')).toEqual(plant);
    expect(rowsOf(file, 'SELECT count(*) AS count FROM messages')).toEqual([{ count: 3_000 }]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('goes on with what is stored meanwhile', async () => {
    const { history, file } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    for (let round = 0; round < 100; round++) {
      appendAll(history, 'lab', session, messagesOf(70, round));
      history.prune('lab', 50_000, 100);
    }
    while (history.prune('lab', 50_000, 100) > 0);
    expect(history.totals('lab').bytes).toBeLessThanOrEqual(50_000);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('notes a gap for each session it took from', async () => {
    const { history, file } = await openForTest(noReader);
    for (let run = 0; run < 3; run++) {
      const session = history.beginSession('lab', 1);
      appendAll(history, 'lab', session, messagesOf(100, run));
      history.endSession(session, 1_000);
    }
    // Two sessions and a bit.
    while (history.totals('lab').pruned < 210) {
      expect(history.prune('lab', 0, 30)).toBe(30);
    }
    expect(
      rowsOf(file, "SELECT session, from_us, to_us, messages FROM gaps WHERE kind = 'pruned'"),
    ).toEqual([
      { session: 1, from_us: 1, to_us: 100, messages: 100 },
      { session: 2, from_us: 101, to_us: 200, messages: 100 },
      { session: 3, from_us: 201, to_us: 210, messages: 10 },
    ]);
  });

  it('keeps the count of a topic, and says that its last payload is gone', async () => {
    const { history } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    appendAll(history, 'lab', session, [
      { topic: 'old', payload: bytes('x') },
      { topic: 'new', payload: bytes('y') },
    ]);
    expect(history.prune('lab', 60, 1)).toBe(1);
    expect(history.topics('lab', 0, 10)).toMatchObject([
      { name: 'old', count: 1, lastId: 1, lastSizeBytes: 1, lastPayload: null },
      { name: 'new', count: 1, lastPayload: Buffer.from('y') },
    ]);
  });

  it('removes large payloads with all their parts, few at a time', async () => {
    const { history, file } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    for (let count = 0; count < 6; count++) {
      appendAll(history, 'lab', session, [{ topic: 'a', payload: new Uint8Array(9_000_000) }]);
    }
    expect(history.prune('lab', 0, 2_000)).toBe(2);
    expect(history.prune('lab', 20_000_000, 2_000)).toBe(2);
    expect(history.prune('lab', 20_000_000, 2_000)).toBe(0);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('gives the space back to the disk', async () => {
    const { history, file } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    for (let count = 0; count < 60; count++) {
      appendAll(history, 'lab', session, [{ topic: 'a', payload: new Uint8Array(1_000_000) }]);
    }
    while (history.prune('lab', 0, 2_000) > 0);
    for (let step = 0; step < 100; step++) expect(history.prune('lab', 0, 2_000)).toBe(0);
    await history.close();
    expect(statSync(file).size).toBeLessThan(12_000_000);
  });

  it('has nothing to do for a profile that it does not know', async () => {
    const { history } = await openForTest(noReader);
    expect(history.prune('nobody', 0, 100)).toBe(0);
    expect(history.forget('nobody', 100)).toBe(true);
  });
});

describe('forgetting a profile', () => {
  it('removes all it had, in steps, and nothing of others', async () => {
    const { history, file } = await openForTest(noReader);
    fill(history, 'lab', 20, 250);
    fill(history, 'plant', 3, 100);
    let steps = 1;
    for (; !history.forget('lab', 500); steps++) {
      const { stored, pruned } = history.totals('lab');
      expect(rowsOf(file, 'SELECT count(*) AS count FROM messages')).toEqual([
        { count: 300 + stored - pruned },
      ]);
    }
    expect(steps).toBeGreaterThanOrEqual(11);
    expect(history.totals('lab')).toMatchObject({ received: 0, stored: 0, pruned: 0, bytes: 0 });
    expect(history.topics('lab', 0, 10)).toEqual([]);
    expect(history.totals('plant').stored).toBe(300);
    expect(rowsOf(file, 'SELECT id FROM profiles')).toEqual([{ id: 'plant' }]);
    expect(rowsOf(file, 'SELECT count(*) AS count FROM messages')).toEqual([{ count: 300 }]);
    expect(rowsOf(file, 'SELECT count(*) AS count FROM sessions')).toEqual([{ count: 1 }]);
    expect(rowsOf(file, 'SELECT count(*) AS count FROM gaps')).toEqual([{ count: 0 }]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('lets the profile begin anew', async () => {
    const { history, file } = await openForTest(noReader);
    fill(history, 'lab', 1, 10);
    while (!history.forget('lab', 100));
    fill(history, 'lab', 1, 5);
    expect(history.totals('lab')).toMatchObject({ received: 5, stored: 5 });
    expect(untrueCounters(file)).toEqual([]);
  });

  it('does not mix what comes late into another history', async () => {
    const { history, file } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    while (!history.forget('lab', 100));
    expect(() => appendAll(history, 'lab', session, messagesOf(1, 0))).toThrow(/does not know/);
    expect(rowsOf(file, 'SELECT count(*) AS count FROM messages')).toEqual([{ count: 0 }]);
  });
});

function fill(history: History, profile: string, batches: number, size: number): void {
  const session = history.beginSession(profile, 1);
  for (let batch = 0; batch < batches; batch++)
    appendAll(history, profile, session, messagesOf(size, batch));
}

function messagesOf(count: number, seed: number): TestMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: `plant/line${String((index + seed) % 17)}`,
    payload: new Uint8Array((index * 31 + seed) % 400),
    ...(index % 5 === 0 ? { properties: { contentType: 'x'.repeat(index % 13) } } : {}),
  }));
}
