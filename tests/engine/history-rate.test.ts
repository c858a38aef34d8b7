/** Measures; asserts only what would be a different order of magnitude. */
import { expect, it } from 'vitest';
import type { History, MessageBatch } from '../../main/engine/history/history';
import { openForTest, untrueCounters } from '../helpers/history';

const noReader = { readerFile: 'not used here' };
const PAYLOAD = new Uint8Array(100).fill(0x61);

it.each([
  [5_000, 200_000],
  [500, 50_000],
])(
  'stores 100-byte messages of 1,000 topics in batches of %i',
  { timeout: 60_000 },
  async (size, messages) => {
    const { history, file } = await openForTest(noReader);
    const session = history.beginSession('lab', 1);
    const keys = topicKeys(history, 1_000);
    const batch = emptyBatch();
    let longestMs = 0;
    const startedAt = performance.now();
    for (let stored = 0; stored < messages; stored += size) {
      const batchAt = performance.now();
      fill(batch, stored + 1, size, (id) => keys[(id * 7_919) % keys.length]!);
      history.append('lab', session, batch, { received: size, refused: 0 });
      longestMs = Math.max(longestMs, performance.now() - batchAt);
    }
    const perSecond = Math.round((messages * 1_000) / (performance.now() - startedAt));
    console.log(
      `append, batches of ${size}: ${perSecond.toLocaleString('en')} rows/s, longest ${longestMs.toFixed(0)} ms`,
    );
    expect(perSecond).toBeGreaterThan(5_000);
    expect(untrueCounters(file)).toEqual([]);
  },
);

it('opens a tree of 100,000 topics', { timeout: 60_000 }, async () => {
  const { history } = await openForTest(noReader);
  const session = history.beginSession('lab', 1);
  const batch = emptyBatch();
  const storedAt = performance.now();
  for (let first = 0; first < 100_000; first += 5_000) {
    fill(batch, first + 1, 5_000, (id) => history.internTopic('lab', topicName(id)));
    history.append('lab', session, batch, { received: 5_000, refused: 0 });
  }
  const storedMs = performance.now() - storedAt;
  let longestMs = 0;
  let topics = 0;
  const readAt = performance.now();
  for (let after = 0; ;) {
    const pageAt = performance.now();
    const page = history.topics('lab', after, 1_000);
    longestMs = Math.max(longestMs, performance.now() - pageAt);
    topics += page.length;
    const last = page.at(-1);
    if (!last) break;
    after = last.key;
  }
  const readMs = performance.now() - readAt;
  console.log(
    `100,000 topics: stored in ${storedMs.toFixed(0)} ms, read in ${readMs.toFixed(0)} ms, ` +
      `a page of 1,000 in at most ${longestMs.toFixed(1)} ms`,
  );
  expect(topics).toBe(100_000);
  expect(readMs).toBeLessThan(5_000);
});

it('prunes in short steps', { timeout: 60_000 }, async () => {
  const { history } = await openForTest(noReader);
  const session = history.beginSession('lab', 1);
  const keys = topicKeys(history, 1_000);
  const batch = emptyBatch();
  for (let stored = 0; stored < 100_000; stored += 5_000) {
    fill(batch, stored + 1, 5_000, (id) => keys[(id * 7_919) % keys.length]!);
    history.append('lab', session, batch, { received: 5_000, refused: 0 });
  }
  const steps: number[] = [];
  for (let removed = -1; removed !== 0;) {
    const stepAt = performance.now();
    removed = history.prune('lab', 0, 2_000);
    steps.push(performance.now() - stepAt);
  }
  steps.sort((left, right) => left - right);
  const median = steps[Math.floor(steps.length / 2)]!;
  console.log(
    `prune, steps of 2,000: median ${median.toFixed(1)} ms, longest ${steps.at(-1)!.toFixed(1)} ms`,
  );
  expect(history.totals('lab').pruned).toBe(100_000);
  expect(median).toBeLessThan(500);
});

function topicKeys(history: History, count: number): number[] {
  return Array.from({ length: count }, (_, index) => history.internTopic('lab', topicName(index)));
}

function topicName(number: number): string {
  return `plant/line${number % 20}/machine${Math.floor(number / 20) % 50}/sensor${number}/value`;
}

function emptyBatch(): MessageBatch {
  const columns = { ids: [], timesUs: [], topicKeys: [], flags: [], packetIds: [], properties: [] };
  return { length: 0, ...columns, payloads: [] };
}

/** Uses the batch again, as the engine does. */
function fill(
  batch: MessageBatch,
  firstId: number,
  size: number,
  keyOf: (id: number) => number,
): void {
  batch.length = size;
  for (let index = 0; index < size; index++) {
    const id = firstId + index;
    batch.ids[index] = id;
    batch.timesUs[index] = 1_700_000_000_000_000 + id;
    batch.topicKeys[index] = keyOf(id);
    batch.flags[index] = 0;
    batch.packetIds[index] = 0;
    batch.properties[index] = null;
    batch.payloads[index] = PAYLOAD;
  }
}
