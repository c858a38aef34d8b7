import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CountsRequest } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  topicKey,
  type Bundles,
} from '../helpers/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
/** An hour in 2025. */
const FIRST_US = 484_000 * HOUR_US;

it('messages are counted by the hour, of a topic and in all, as they came and compressed', async () => {
  const first = await openForTest(bundles);
  const { history, file } = first;
  const session = history.beginSession('lab', FIRST_US);
  const minutes = [0, 59, 60, 61, 61, 119, 120, 300];
  const messages = minutes.map((minute, at) => ({
    topic: at % 2 === 0 ? 'a' : 'b',
    payload: bytes(String(minute)),
    timeUs: FIRST_US + minute * MINUTE_US,
  }));
  await appendAll(history, 'lab', session, messages);
  const ofTopic: CountsRequest = {
    profileId: 'lab',
    topicKey: topicKey(history, 'lab', 'a'),
    fromUs: FIRST_US,
    stepUs: HOUR_US,
    steps: 4,
  };
  const ofAll = { ...ofTopic, topicKey: null };
  expect([...(await history.counts(ofTopic))]).toEqual([1, 2, 1, 0]);
  expect([...(await history.counts(ofAll))]).toEqual([2, 4, 1, 0]);
  const late = { ...ofAll, fromUs: FIRST_US + HOUR_US + 30, stepUs: 2 * HOUR_US, steps: 3 };
  expect([...(await history.counts(late))]).toEqual([5, 0, 1]);
  await expect(history.counts({ ...ofAll, stepUs: 1_000 })).rejects.toMatchObject({
    code: 'invalid-argument',
  });

  // Closing compresses what was stored.
  await history.close();
  const again = await openForTest({ ...bundles, file });
  expect([...(await again.history.counts(ofTopic))]).toEqual([1, 2, 1, 0]);
  expect([...(await again.history.counts(ofAll))]).toEqual([2, 4, 1, 0]);
});
