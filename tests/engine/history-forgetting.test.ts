import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { problemsOf } from '../../main/engine/history/checker';
import { openDatabaseForReading, openForStoring } from '../../main/engine/history/database';
import { Store } from '../../main/engine/history/store';
import {
  appendAll,
  bundleHistory,
  forgetProfile,
  openForTest,
  rowsOf,
  storedMessages,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { appendTask, fill, fillSegments, ids, messagesOf, noise } from '../helpers/history-filling';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

/** What `check` says when the program ends right now. */
function problemsNow(file: string): string[] {
  const database = openDatabaseForReading(file);
  try {
    return problemsOf(database);
  } finally {
    database.close();
  }
}

describe('forgetting a profile', () => {
  it('removes all it had, and nothing of others', async () => {
    const { history, file } = await openForTest(bundles);
    await fill(history, 'lab', 20, 250);
    await fill(history, 'plant', 3, 100);
    await forgetProfile(history, 'lab');
    expect(history.totals('lab')).toMatchObject({ received: 0, stored: 0, pruned: 0, bytes: 0 });
    expect(await history.topics('lab', 0, 10)).toEqual([]);
    expect(history.totals('plant').stored).toBe(300);
    expect(rowsOf(file, 'SELECT id FROM profiles')).toEqual([{ id: 'plant' }]);
    expect(contentsOf(file).map(({ profile }) => profile)).toEqual(
      Array.from({ length: 300 }, () => 'plant'),
    );
    for (const table of ['sessions', 'minutes']) {
      expect(rowsOf(file, `SELECT DISTINCT profile FROM ${table}`)).toHaveLength(1);
    }
    expect(rowsOf(file, 'SELECT count(*) AS count FROM gaps')).toEqual([{ count: 0 }]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('goes a batch at a time, with true counters after each', async () => {
    const { history, file } = await openForTest(bundles);
    await history.close();
    const store = new Store(openForStoring(file));
    onTestFinished(() => {
      store.close();
    });
    store.do({ kind: 'begin', profileId: 'lab', session: 1, startedUs: 1 });
    for (let batch = 0; batch < 20; batch++) store.do(appendTask(batch * 10 + 1, 10));
    let isGone = false;
    store.forget('lab', () => {
      isGone = true;
    });
    const left: unknown[] = [];
    while (store.work()) {
      const [profile] = rowsOf(file, 'SELECT stored - pruned AS messages FROM profiles');
      if (profile === undefined) break;
      expect(storedMessages(file)).toBe(profile['messages']);
      const topicsOf = problemsNow(file).filter((problem) => problem.includes('by topic'));
      expect(topicsOf).toEqual([]);
      left.push(profile['messages']);
    }
    expect(isGone).toBe(true);
    // Before the last two steps the topics go, and the profile itself.
    expect(left).toEqual([...Array.from({ length: 20 }, (_, step) => 190 - step * 10), 0]);
  });

  it('removes segments with their blocks and parts, and its gaps', async () => {
    const { file } = await fillSegments(bundles, 2);
    const { history } = await openForTest({ ...bundles, file });
    const session = history.beginSession('lab', 1);
    await appendAll(history, 'lab', session, [{ topic: 'a', payload: noise(200_000) }]);
    history.recordGap(session, { kind: 'lost', fromUs: 1, toUs: 2, messages: 0, detail: '' });
    await forgetProfile(history, 'lab');
    for (const table of [
      ...['profiles', 'sessions', 'gaps', 'topics', 'minutes'],
      ...['batches', 'segments', 'blocks', 'message_parts'],
    ]) {
      expect(rowsOf(file, `SELECT * FROM ${table}`)).toEqual([]);
    }
  });

  it('stores what others send meanwhile', async () => {
    const { history, file } = await openForTest(bundles);
    await fill(history, 'lab', 40, 250);
    const session = history.beginSession('plant', 1);
    const order: string[] = [];
    const forgotten = forgetProfile(history, 'lab').then(() => order.push('forgotten'));
    await appendAll(history, 'plant', session, messagesOf(10, 0));
    order.push('stored');
    await forgotten;
    expect(order).toEqual(['stored', 'forgotten']);
    expect(untrueCounters(file)).toEqual([]);
    expect(storedMessages(file)).toBe(10);
  });

  it('lets the profile begin anew', async () => {
    const { history, file } = await openForTest(bundles);
    await fill(history, 'lab', 1, 10);
    await forgetProfile(history, 'lab');
    await fill(history, 'lab', 1, 5);
    expect(history.totals('lab')).toMatchObject({ received: 5, stored: 5 });
    expect(contentsOf(file).map(({ id }) => id)).toEqual(ids(11, 15));
    expect(untrueCounters(file)).toEqual([]);
  });

  it('does not mix what comes late into another history, nor begin one with it', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    await forgetProfile(history, 'lab');
    await expect(appendAll(history, 'lab', session, messagesOf(1, 0))).rejects.toThrow(
      /does not know/,
    );
    await fill(history, 'plant', 1, 2);
    expect(contentsOf(file).map(({ profile }) => profile)).toEqual(['plant', 'plant']);
    expect(rowsOf(file, 'SELECT id FROM profiles')).toEqual([{ id: 'plant' }]);
    expect(untrueCounters(file)).toEqual([]);
  });
});
