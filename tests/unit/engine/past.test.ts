import { afterEach, expect, test, vi } from 'vitest';
import type { Moments, MomentTopics } from '../../../main/engine/history/moments/moments';
import { Past } from '../../../main/engine/past/past';
import { TopicTree } from '../../../main/engine/tree/topic-tree';

afterEach(() => {
  vi.useRealTimers();
});

/** A past of one topic, with as many messages as the moment's number; each question waits to be answered. */
class Fixture {
  readonly asked: number[] = [];
  readonly past: Past;
  private readonly waiting: (() => void)[] = [];

  constructor() {
    const live = new TopicTree();
    const node = live.reach('a/b');
    node.topicKey = 7;
    const value = { payload: null, sizeBytes: 0, id: 1, timeUs: 1, flags: 0, packetId: 0 };
    live.count(node, 'a/b', { ...value, count: 9, properties: null, retained: false }, 9, 1);
    const moments: Moments = {
      ask: (_question, argument) => this.answer((argument as { atUs: number }).atUs) as never,
    };
    this.past = new Past({
      ...{ live, moments, flush: () => undefined, nowUs: () => 1e15 },
      ...{ loaded: () => Promise.resolve(), storedMark: () => '' },
    });
  }

  /** Answers what was asked until now, and what is asked because of it. */
  async answerAll(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      for (const answer of this.waiting.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  countAt(atUs: number, isWanted = () => true): Promise<number | null> {
    return this.past.at(atUs, false, isWanted, (tree) => tree.node('a')?.count ?? 0);
  }

  private answer(atUs: number): Promise<MomentTopics> {
    this.asked.push(atUs);
    const topics: MomentTopics = {
      keys: Uint32Array.of(...(atUs > 0 ? [7] : [])),
      counts: Uint32Array.of(...(atUs > 0 ? [atUs] : [])),
      lastIds: null,
    };
    return new Promise((resolve) => {
      this.waiting.push(() => {
        resolve(topics);
      });
    });
  }
}

test('whoever asks gets the tree at the moment that was asked for, whoever else asks meanwhile', async () => {
  const fixture = new Fixture();
  const counts = [3, 0, 5, 5, 1].map((atUs) => fixture.countAt(atUs));
  await fixture.answerAll();
  expect(await Promise.all(counts)).toEqual([3, 0, 5, 5, 1]);
  expect(fixture.asked).toEqual([3, 0, 5, 1]);
});

test('a moment that is no longer wanted when its turn comes is not read at all', async () => {
  const fixture = new Fixture();
  let wanted = 0;
  const drag = [1, 2, 3, 4, 5].map((atUs) => {
    wanted = atUs;
    return fixture.countAt(atUs, () => wanted === atUs);
  });
  await fixture.answerAll();
  expect(await Promise.all(drag)).toEqual([null, null, null, null, 5]);
  expect(fixture.asked).toEqual([5]);
});

test('the tree is let go of when nobody looked for a minute, and made anew for the next one', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const fixture = new Fixture();
  const first = fixture.past.at(
    2,
    false,
    () => true,
    (tree) => tree,
  );
  await fixture.answerAll();
  vi.advanceTimersByTime(50_000);
  expect(
    await fixture.past.at(
      2,
      false,
      () => true,
      (tree) => tree,
    ),
  ).toBe(await first);
  vi.advanceTimersByTime(130_000);
  const anew = fixture.past.at(
    2,
    false,
    () => true,
    (tree) => tree,
  );
  await fixture.answerAll();
  expect(await anew).not.toBe(await first);
  expect((await anew)?.node('a/b')?.count).toBe(2);
});
