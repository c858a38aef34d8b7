/** What a limit of size or age removes, and what it does not: sessions that are kept. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForStoring } from '../../main/engine/history/database';
import type { History } from '../../main/engine/history/history';
import { Store } from '../../main/engine/history/store';
import {
  appendAll,
  bundleHistory,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { appendTask, noise } from '../helpers/history-filling';
import { checked } from '../helpers/history-lines';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const HOUR_MS = 3_600_000;
const nowUs = Date.now() * 1_000;
const hoursAgo = (hours: number): number => nowUs - hours * HOUR_MS * 1_000;

/** Messages of the given ages in hours, each of a topic of its own. */
async function appendAges(
  history: History,
  session: number,
  hours: readonly number[],
): Promise<void> {
  await appendAll(
    history,
    'lab',
    session,
    hours.map((age) => ({
      topic: `age/${String(age)}`,
      timeUs: hoursAgo(age),
      payload: noise(500, age),
    })),
  );
}

const agesIn = (file: string): number[] =>
  contentsOf(file).map(({ topic }) => Number(topic.slice('age/'.length)));

const kindsOf = (file: string): unknown[] =>
  rowsOf(file, "SELECT session, messages FROM gaps WHERE kind = 'pruned' ORDER BY session");

test('by age: older messages go, also out of the midst of a segment; kept sessions stay', async () => {
  const first = await openForTest(bundles);
  const { file } = first;
  const kept = first.history.beginSession('lab', hoursAgo(90));
  await appendAges(first.history, kept, [90, 89, 88]);
  const other = first.history.beginSession('lab', hoursAgo(80));
  await appendAges(first.history, other, [80, 79, 60]);
  await appendAges(first.history, other, [10, 1]);
  await first.history.changeSession('lab', kept, { kept: true });
  // One segment has all of it.
  await first.history.close();
  expect(rowsOf(file, 'SELECT messages FROM segments')).toEqual([{ messages: 8 }]);

  const { history } = await openForTest({ ...bundles, file });
  history.limit('lab', 1e9, 48 * HOUR_MS);
  await until(() => history.totals('lab').pruned === 3);
  await history.settled();
  expect(agesIn(file)).toEqual([90, 89, 88, 10, 1]);
  expect(kindsOf(file)).toEqual([{ session: other, messages: 3 }]);
  expect(checked(file)).toEqual([]);
  expect(untrueCounters(file)).toEqual([]);

  // Not kept any more, and with a shorter limit: applied at once, and told in the same gap.
  await history.changeSession('lab', kept, { kept: false });
  history.limit('lab', 1e9, 5 * HOUR_MS);
  await until(() => history.totals('lab').pruned === 7);
  await history.close();
  expect(agesIn(file)).toEqual([1]);
  expect(kindsOf(file)).toEqual([
    { session: kept, messages: 3 },
    { session: other, messages: 4 },
  ]);
  expect(checked(file)).toEqual([]);
});

test('by size: the oldest go, what is kept neither goes nor counts', async () => {
  const { history, file } = await openForTest(bundles);
  history.limit('lab', 2_000_000);
  const send = async (session: number, batches: number, from: number): Promise<void> => {
    for (let batch = 0; batch < batches; batch++) {
      const messages = Array.from({ length: 50 }, (_, at) => ({
        topic: `t/${String(at % 7)}`,
        timeUs: hoursAgo(5) + (from + batch) * 1_000_000,
        payload: noise(2_000, from + batch * 50 + at),
      }));
      await appendAll(history, 'lab', session, messages);
    }
  };
  const early = history.beginSession('lab', hoursAgo(5));
  await send(early, 4, 0);
  const kept = history.beginSession('lab', hoursAgo(4));
  await history.changeSession('lab', kept, { kept: true });
  await send(kept, 30, 100);
  const late = history.beginSession('lab', hoursAgo(3));
  await send(late, 60, 200);
  await until(() => history.totals('lab').bytes < 5_400_000);
  await history.close();

  const bySession = new Map<number, number>();
  const [, keptRange, lateRange] = rowsOf(file, 'SELECT first_id FROM sessions ORDER BY key');
  for (const { id } of contentsOf(file)) {
    const session =
      id >= Number(lateRange?.['first_id'])
        ? late
        : id >= Number(keptRange?.['first_id'])
          ? kept
          : early;
    bySession.set(session, (bySession.get(session) ?? 0) + 1);
  }
  expect(bySession.get(early)).toBeUndefined();
  expect(bySession.get(kept)).toBe(30 * 50);
  const left = bySession.get(late) ?? 0;
  expect(left).toBeGreaterThan(400);
  expect(left).toBeLessThan(1_100);
  expect(kindsOf(file)).toEqual([
    { session: early, messages: 200 },
    { session: late, messages: 3_000 - left },
  ]);
  expect(checked(file)).toEqual([]);
  expect(untrueCounters(file)).toEqual([]);
});

test('what only closing removes is in the counters that closing tells', async () => {
  const { history, file } = await openForTest(bundles);
  await history.close();
  const store = new Store(openForStoring(file));
  store.do({ kind: 'begin', profileId: 'lab', session: 1, startedUs: 1 });
  store.do({ kind: 'limit', profileId: 'lab', maxBytes: 20_000, maxAgeMs: null });
  for (let batch = 0; batch < 20; batch++) store.do(appendTask(batch * 100 + 1, 100));
  expect(store.counters().totals).toMatchObject([['lab', { stored: 2_000, pruned: 0 }]]);
  const { totals } = store.close();
  const [stored] = rowsOf(file, 'SELECT pruned, bytes FROM profiles');
  expect(stored?.['pruned']).toBeGreaterThan(0);
  expect(totals).toMatchObject([['lab', { ...stored, stored: 2_000 }]]);
  expect(untrueCounters(file)).toEqual([]);
});
