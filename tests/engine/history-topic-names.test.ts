import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageRequest } from '../../main/engine/history/history';
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

const hostileTopics = [
  'plant/line1',
  'plant/line1\u0000',
  'plant/line1\u0000x',
  '\u0000',
  '',
  ' ',
  '/',
  '//',
  '__proto__',
  '__proto__/constructor',
  "'; DROP TABLE messages; --",
  '\ufeffplant',
  'plant\ufffd',
  'é', // one code point
  'e\u0301', // two, the same to the eye
  'É',
  '𝄞/🌡️/温度',
  '\u202egnirts',
  '+/#',
  'x'.repeat(65_535),
  `${'x'.repeat(65_534)}y`,
];

describe('topic names in the history', () => {
  it('tells every topic name from every other and gives them back exactly', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    await appendAll(
      history,
      'lab',
      session,
      hostileTopics.map((topic) => ({ topic, payload: bytes(`payload of ${topic}`) })),
    );
    const keys = hostileTopics.map((topic) => topicKey(history, 'lab', topic));
    expect(new Set(keys).size).toBe(hostileTopics.length);
    await history.close();

    const again = await openForTest({ ...bundles, file });
    expect(hostileTopics.map((topic) => topicKey(again.history, 'lab', topic))).toEqual(keys);
    const summaries = await again.history.topics('lab', 0, 100);
    expect(summaries.map((summary) => summary.name)).toEqual(hostileTopics);
    for (const [index, key] of keys.entries()) {
      const { messages } = await again.history.page(wholePage(key));
      expect(Buffer.from(messages[0]!.payload).toString()).toBe(
        `payload of ${hostileTopics[index]!}`,
      );
    }
  });

  it('refuses a name that is not Unicode rather than mixing two topics', async () => {
    const { history } = await openForTest(bundles);
    expect(() => history.addTopic('lab', 'a\ud800b')).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }) as Error,
    );
  });

  it('keeps equal topics of different profiles apart', async () => {
    const { history } = await openForTest(bundles);
    for (const profile of ['lab', 'plant']) {
      const session = history.beginSession(profile, 1);
      await appendAll(history, profile, session, [{ topic: 'a', payload: bytes(profile) }]);
    }
    const keys = ['lab', 'plant'].map((profile) => topicKey(history, profile, 'a'));
    expect(keys[0]).not.toBe(keys[1]);
    const pages = await Promise.all(keys.map((key) => history.page(wholePage(key))));
    expect(pages.map(({ messages }) => messages.map(({ payload }) => payload))).toEqual([
      [bytes('lab')],
      [bytes('plant')],
    ]);
  });
});

function wholePage(topicKey: number): PageRequest {
  return { topicKey, beforeId: null, limit: 10, previewBytes: 1_000_000 };
}
