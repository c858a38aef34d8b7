import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoupeError } from '../../app/errors';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  temporaryFolder,
  topicKey,
  type Bundles,
} from '../helpers/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

describe('pages of a topic', () => {
  it('hold what a walk through all messages finds, newest first, whatever their size', async () => {
    const { history } = await openForTest(bundles);
    const written = await fillWithThreeTopics(history);
    for (const topic of ['a', 'b', 'c']) {
      const expected = written.filter((message) => message.topic === topic).toReversed();
      for (const limit of [1, 7, 100, 1_000]) {
        const found = await allPages(history, topicKey(history, 'lab', topic), limit);
        expect(found).toEqual(expected.map(({ id, text }) => ({ id, text })));
      }
    }
  });

  it('are empty for a topic without messages', async () => {
    const { history } = await openForTest(bundles);
    const key = topicKey(history, 'lab', 'nothing');
    expect(
      await history.page({ topicKey: key, beforeId: null, limit: 10, previewBytes: 10 }),
    ).toEqual({
      messages: [],
      more: false,
    });
  });

  it('show everything that was appended before the call', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const key = topicKey(history, 'lab', 'a');
    for (let round = 0; round < 200; round++) {
      const [id] = await appendAll(history, 'lab', session, [
        { topic: 'a', payload: bytes(String(round)) },
      ]);
      const { messages } = await history.page({
        topicKey: key,
        beforeId: null,
        limit: 1,
        previewBytes: 10,
      });
      expect(messages[0]?.id).toBe(id);
    }
  });

  it('say whether there is more when the last page is just full', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    await appendAll(
      history,
      'lab',
      session,
      Array.from({ length: 10 }, () => ({ topic: 'a', payload: bytes('x') })),
    );
    const key = topicKey(history, 'lab', 'a');
    const full = await history.page({ topicKey: key, beforeId: null, limit: 10, previewBytes: 10 });
    expect([full.messages.length, full.more]).toEqual([10, false]);
    const part = await history.page({ topicKey: key, beforeId: null, limit: 9, previewBytes: 10 });
    expect([part.messages.length, part.more]).toEqual([9, true]);
  });
});

describe('a series', () => {
  it('has the numbers of the time range in order, and counts what has none', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const payloads = ['1', 'two', '{"v": 3}', '4.5', '', '6'];
    await appendAll(
      history,
      'lab',
      session,
      payloads.map((text, index) => ({ topic: 'a', payload: bytes(text), timeUs: 1_000 + index })),
    );
    const key = topicKey(history, 'lab', 'a');
    const all = await history.series({
      topicKey: key,
      path: [],
      fromUs: 0,
      afterId: 0,
      limit: 100,
    });
    expect([...all.timesUs]).toEqual([1_000, 1_003, 1_005]);
    expect([...all.values]).toEqual([1, 4.5, 6]);
    expect([all.skipped, all.lastId]).toEqual([3, 6]);

    const late = await history.series({
      topicKey: key,
      path: [],
      fromUs: 1_003,
      afterId: 0,
      limit: 100,
    });
    expect([[...late.values], late.skipped]).toEqual([[4.5, 6], 1]);
    const newest = await history.series({
      topicKey: key,
      path: [],
      fromUs: 0,
      afterId: 0,
      limit: 2,
    });
    expect([[...newest.values], newest.skipped, newest.lastId]).toEqual([[6], 1, 6]);
    const inside = await history.series({
      topicKey: key,
      path: ['v'],
      fromUs: 0,
      afterId: 0,
      limit: 100,
    });
    expect([[...inside.values], inside.skipped]).toEqual([[3], 5]);
  });

  it('goes on after the last message that was read', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const key = topicKey(history, 'lab', 'a');
    await appendAll(history, 'lab', session, [{ topic: 'a', payload: bytes('1') }]);
    const first = await history.series({
      topicKey: key,
      path: [],
      fromUs: 0,
      afterId: 0,
      limit: 100,
    });
    const nothing = await history.series({
      topicKey: key,
      path: [],
      fromUs: 0,
      afterId: first.lastId,
      limit: 100,
    });
    expect([nothing.values.length, nothing.lastId]).toEqual([0, first.lastId]);
    await appendAll(history, 'lab', session, [{ topic: 'a', payload: bytes('2') }]);
    const next = await history.series({
      topicKey: key,
      path: [],
      fromUs: 0,
      afterId: first.lastId,
      limit: 100,
    });
    expect([...next.values]).toEqual([2]);
  });

  it('finds a number in payloads that are stored in parts', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const large = (value: number): Uint8Array =>
      bytes(JSON.stringify({ fill: 'x'.repeat(1_500_000), value }));
    await appendAll(
      history,
      'lab',
      session,
      [1, 2, 3].map((value) => ({ topic: 'a', payload: large(value) })),
    );
    const key = topicKey(history, 'lab', 'a');
    const series = await history.series({
      topicKey: key,
      path: ['value'],
      fromUs: 0,
      afterId: 0,
      limit: 10,
    });
    expect([...series.values]).toEqual([1, 2, 3]);
  });
});

describe('the reader', () => {
  it('fails the calls under way when its thread ends, tells so, and is replaced for the next call', async () => {
    const problems: LoupeError[] = [];
    const threads = await temporaryFolder();
    const reader = join(bundles.threads, 'history-reader.cjs');
    // The shipped reader, but the first thread ends at its first request as a crash would end it.
    await writeFile(
      join(threads, 'history-reader.cjs'),
      `const { existsSync, writeFileSync } = require('node:fs');
       const mark = __filename + '.crashed';
       if (existsSync(mark)) require(${JSON.stringify(reader)});
       else require('node:worker_threads').parentPort.on('message', () => {
         writeFileSync(mark, '');
         process.exit(7);
       });`,
    );
    await writeFile(
      join(threads, 'history-writer.cjs'),
      `require(${JSON.stringify(join(bundles.threads, 'history-writer.cjs'))});`,
    );
    const { history } = await openForTest({
      threads,
      onProblem: (problem) => problems.push(problem),
    });
    const [id] = await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('x') },
    ]);
    const calls = [history.message('lab', id!, 10), history.message('lab', id!, 10)];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'history-unavailable' } });
    }
    expect(problems.map((problem) => problem.message)).toEqual([
      expect.stringMatching(/its reader stopped unexpectedly \(exit code 7\)\. Try again/),
    ]);
    expect((await history.message('lab', id!, 10))?.id).toBe(id);
    expect(problems).toHaveLength(1);
  });

  it('says why when its program is missing', async () => {
    const { history } = await openForTest({ threads: '/nowhere' });
    await expect(history.message('lab', 1, 10)).rejects.toThrow(/nowhere/);
  });

  it('refuses calls after it was closed, and answers those under way before', async () => {
    const { history } = await openForTest(bundles);
    const [id] = await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('x') },
    ]);
    const underWay = history.message('lab', id!, 10);
    const closed = history.close();
    await expect(history.message('lab', id!, 10)).rejects.toMatchObject({
      code: 'history-unavailable',
    });
    expect((await underWay)?.id).toBe(id);
    await closed;
  });
});

interface Written {
  readonly id: number;
  readonly topic: string;
  readonly text: string;
}

async function fillWithThreeTopics(history: History): Promise<Written[]> {
  const written: Written[] = [];
  const session = history.beginSession('lab', 1);
  const other = history.beginSession('other', 1);
  for (let round = 0; round < 30; round++) {
    const messages = Array.from({ length: 20 }, (_, index) => {
      const text = `message ${String(round)}-${String(index)} ${'x'.repeat((round * index) % 300)}`;
      return { topic: 'abc'[(round + index * index) % 3] ?? 'a', text, payload: bytes(text) };
    });
    const ids = await appendAll(history, 'lab', session, messages);
    await appendAll(history, 'other', other, messages.slice(0, 5));
    written.push(...messages.map(({ topic, text }, index) => ({ id: ids[index]!, topic, text })));
  }
  return written;
}

async function allPages(
  history: History,
  key: number,
  limit: number,
): Promise<{ id: number; text: string }[]> {
  const found: { id: number; text: string }[] = [];
  for (let beforeId: number | null = null; ;) {
    const page = await history.page({ topicKey: key, beforeId, limit, previewBytes: 10_000 });
    expect(page.messages.length).toBeLessThanOrEqual(limit);
    found.push(
      ...page.messages.map(({ id, payload }) => ({ id, text: Buffer.from(payload).toString() })),
    );
    const last = page.messages.at(-1);
    if (!page.more || !last) return found;
    beforeId = last.id;
  }
}
