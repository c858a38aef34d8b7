/** Fills histories whose messages do not matter. */
import { pack } from '../../main/engine/history/batch-packer';
import type { History } from '../../main/engine/history/history';
import type { WriterTask } from '../../main/engine/history/writer-protocol';
import { appendAll, openForTest, type Bundles, type TestMessage } from './history';

/** A file in which each of so many segments has 1,000 messages: closing writes one. */
export async function fillSegments(bundles: Bundles, count: number): Promise<{ file: string }> {
  const first = await openForTest(bundles);
  const { file } = first;
  await fill(first.history, 'lab', 4, 250);
  await first.history.close();
  for (let round = 1; round < count; round++) {
    const { history } = await openForTest({ ...bundles, file });
    await fill(history, 'lab', 4, 250);
    await history.close();
  }
  return { file };
}

/** Batches of so many messages of 17 topics, as one session. */
export async function fill(
  history: History,
  profile: string,
  batches: number,
  size: number,
): Promise<void> {
  const session = history.beginSession(profile, 1);
  for (let batch = 0; batch < batches; batch++) {
    await appendAll(history, profile, session, messagesOf(size, batch));
  }
}

/** Of payloads up to 400 bytes, one in five with properties. */
export function messagesOf(count: number, seed: number): TestMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: `plant/line${String((index + seed) % 17)}`,
    payload: new Uint8Array((index * 31 + seed) % 400),
    ...(index % 5 === 0 ? { properties: { contentType: 'x'.repeat(index % 13) } } : {}),
  }));
}

/** The whole numbers from `first` to `last`. */
export function ids(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Does not become smaller when it is compressed; the same every time. */
export function noise(size: number, seed = 0): Uint8Array {
  const result = new Uint8Array(size);
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    result[index] = state >>> 16;
  }
  return result;
}

/** What the engine's thread gives to the writer's. */
export function appendTask(firstId: number, length: number): WriterTask & { kind: 'append' } {
  const column = <Value>(make: (index: number) => Value): Value[] =>
    Array.from({ length }, (_, index) => make(index));
  const batch = pack({
    length,
    ids: column((index) => firstId + index),
    timesUs: column((index) => firstId + index),
    topicKeys: column(() => 1),
    flags: column(() => 0),
    packetIds: column(() => 0),
    properties: column(() => null),
    payloads: column((index) => noise(index)),
  });
  const topics = firstId === 1 ? { names: ['a'], keys: [1] } : { names: [], keys: [] };
  return {
    ...{ kind: 'append', profileId: 'lab', session: 1, received: length, refused: 0 },
    ...{ topics, batch },
  };
}
