/** The list of all messages: in the order of arrival, with what stands between them, at any length. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ListRow } from '../../app/contract-search';
import { everything } from '../../app/selection';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  bytes,
  forgetProfile,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';
import { TestList } from '../helpers/lists';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

/** Two profiles in turn; each message says its number, and a topic has every third one. */
async function record(history: History, batches: number, from: number): Promise<number[]> {
  const sessions = ['lab', 'plant'].map((id) => [id, history.beginSession(id, from)] as const);
  const ids: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    for (const [profile, session] of sessions) {
      const messages = Array.from({ length: 7 }, (_, at) => ({
        topic: at % 3 === 0 ? `every/${String(batch % 2)}` : 'other',
        payload: bytes(`${profile} ${String(batch)} ${String(at)}`),
        timeUs: from + batch * 1_000 + at,
      }));
      const appended = await appendAll(history, profile, session, messages);
      if (profile === 'lab') ids.push(...appended);
    }
  }
  return ids;
}

function segments(file: string): number {
  return Number(rowsOf(file, 'SELECT count(*) AS n FROM segments')[0]?.['n']);
}

function wordsOf(row: ListRow): string {
  if (row.kind === 'message') return String(row.head.id);
  if (row.kind === 'session') return row.begins ? 'begins' : 'ends';
  return row.kind === 'gap' ? `${row.gap} ${String(row.messages)}` : 'missing';
}

test('lists all messages in the order of arrival, any page of them, either way around', async () => {
  const { history, file } = await openForTest(bundles);
  const ids = await record(history, 300, 1_000_000);
  await until(() => segments(file) >= 2, 'both profiles have a segment');
  ids.push(...(await record(history, 20, 2_000_000)));
  const oldest = await TestList.open(history, 'lab', { newestFirst: false });
  expect(await oldest.ids()).toEqual(ids);
  const newest = await TestList.open(history, 'lab');
  expect(await newest.ids()).toEqual([...ids].reverse());
  const { total } = await newest.reply();
  const all = await newest.rows();
  for (let first = 0; first < total; first += 397) {
    expect((await newest.reply(first, 30)).rows).toEqual(all.slice(first, first + 30));
  }
  expect((await newest.reply(total + 5, 30)).rows).toEqual([]);
});

test.each(['', 'lab'])(
  'a list that was opened before anything was stored has what comes (search: “%s”)',
  async (text) => {
    const { history } = await openForTest(bundles);
    const list = await TestList.open(history, 'lab', { text });
    expect((await list.done()).total).toBe(0);
    const ids = await record(history, 2, 1_000_000);
    await expect.poll(() => list.ids()).toEqual([...ids].reverse());
    // All of it is removed, and something else comes.
    await forgetProfile(history, 'lab');
    await expect.poll(() => list.ids()).toEqual([]);
    const later = await record(history, 1, 2_000_000);
    await expect.poll(() => list.ids()).toEqual([...later].reverse());
  },
);

test('a topic filter leaves the others out, and counts what is left', async () => {
  const { history, file } = await openForTest(bundles);
  const ids = await record(history, 300, 1_000_000);
  await until(() => segments(file) >= 2, 'both profiles have a segment');
  const selection = { ...everything('lab'), filters: ['every/+'] };
  const list = await TestList.open(history, 'lab', { selection });
  const expected = ids.filter((_, at) => (at % 7) % 3 === 0).reverse();
  expect((await list.done()).progress.found).toBe(expected.length);
  expect(await list.ids()).toEqual(expected);
});

test('sessions and gaps stand where they happened', async () => {
  const { history } = await openForTest(bundles);
  const one = [{ topic: 't', payload: bytes('x') }];
  const at = (timeUs: number) => [{ topic: 't', payload: bytes('x'), timeUs }];
  const first = history.beginSession('lab', 100);
  await appendAll(history, 'lab', first, at(110));
  await appendAll(history, 'lab', first, at(120));
  history.recordGap(first, {
    kind: 'disconnected',
    fromUs: 115,
    toUs: 118,
    messages: 0,
    detail: '',
  });
  history.recordGap(first, { kind: 'refused', fromUs: 130, toUs: 130, messages: 4, detail: '' });
  history.endSession(first, 140);
  const other = history.beginSession('plant', 141);
  await appendAll(history, 'plant', other, one);
  const second = history.beginSession('lab', 200);
  await appendAll(history, 'lab', second, at(210));
  const list = await TestList.open(history, 'lab', { newestFirst: false });
  expect((await list.rows()).map(wordsOf)).toEqual([
    'begins',
    '1',
    'disconnected 0',
    '2',
    'refused 4',
    'ends',
    'begins',
    '4',
  ]);
});

test('a list that does not follow stays as it is, and says how much came', async () => {
  const { history, file } = await openForTest(bundles);
  const ids = await record(history, 30, 1_000_000);
  const list = await TestList.open(history, 'lab');
  const { newest } = await list.reply();
  const held = await list.rows(newest);
  const more = await record(history, 300, 2_000_000);
  await until(() => segments(file) >= 2, 'what was held is a part of a segment');
  expect((await list.reply(0, 0, newest)).newer).toBe(more.length);
  expect(await list.rows(newest)).toEqual(held);
  // Nothing of what came is lost to who goes on.
  expect(await list.ids()).toEqual([...ids, ...more].reverse());
});

test('goes to a moment, and to a message', async () => {
  const { history } = await openForTest(bundles);
  const ids = await record(history, 40, 1_000_000);
  for (const newestFirst of [true, false]) {
    const list = await TestList.open(history, 'lab', { newestFirst });
    const rows = await list.rows();
    const rowOf = (id: number) => rows.findIndex((row) => wordsOf(row) === String(id));
    expect(await list.rowAt({ id: ids[100] ?? 0 })).toBe(rowOf(ids[100] ?? 0));
    expect(await list.rowAt({ timeUs: 1_014_002 })).toBe(rowOf(ids[100] ?? 0));
    expect(await list.rowAt({ timeUs: 1 })).toBe(rowOf(ids[0] ?? 0));
    expect(await list.rowAt({ timeUs: 9_000_000 })).toBeNull();
    expect(await list.rowAt({ id: 999_999 })).toBeNull();
  }
});

test('what was removed is said, and the rest is listed', async () => {
  const { history } = await openForTest(bundles);
  const ids = await record(history, 200, 1_000_000);
  const list = await TestList.open(history, 'lab', { newestFirst: false });
  history.limit('lab', 12_000);
  const isWithin = (): boolean => history.totals('lab').bytes <= 12_000;
  await until(isWithin, 'the oldest messages are removed');
  const rows = (await list.rows()).map(wordsOf);
  const { pruned } = history.totals('lab');
  expect(rows.slice(0, 2).sort()).toEqual(['begins', `pruned ${String(pruned)}`]);
  expect(rows.slice(2)).toEqual(ids.slice(pruned).map(String));
});

test('of a profile without a history there is nothing', async () => {
  const { history } = await openForTest(bundles);
  const list = await TestList.open(history, 'nobody');
  expect(await list.reply(0, 10)).toMatchObject({ total: 0, rows: [], newest: null });
});
