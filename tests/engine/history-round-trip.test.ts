import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageProperties } from '../../app/message';
import {
  FLAG_DUP,
  FLAG_OUT,
  FLAG_RETAIN,
  type History,
  type TopicSummary,
} from '../../main/engine/history/history';
import { LAST_HEAD_BYTES } from '../../main/engine/history/layout';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  topicKey,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { noise } from '../helpers/history-filling';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

describe('the history', () => {
  it.each([0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1_048_576 + 65_536, 5_000_000])(
    'gives back a payload of %i bytes exactly, whole or its beginning, from a batch and from a segment',
    async (size) => {
      const { history, file } = await openForTest(bundles);
      const session = history.beginSession('lab', 1);
      const payload = noise(size);
      const [id] = await appendAll(history, 'lab', session, [{ topic: 'a', payload }]);
      await readsBack(history, id ?? 0, payload);
      // Closing makes a segment of the batch.
      await history.close();
      expect(rowsOf(file, 'SELECT messages FROM segments')).toEqual([{ messages: 1 }]);
      const again = await openForTest({ ...bundles, file });
      await readsBack(again.history, id ?? 0, payload);
    },
  );

  async function readsBack(history: History, id: number, payload: Uint8Array): Promise<void> {
    const whole = await history.message('lab', id, Infinity);
    expect(whole?.sizeBytes).toBe(payload.length);
    expect(Buffer.compare(whole!.payload, payload)).toBe(0);
    for (const maxBytes of [0, 10, 65_536, 70_000, 1_200_000]) {
      const part = await history.message('lab', id, maxBytes);
      expect(part?.sizeBytes).toBe(payload.length);
      expect(Buffer.compare(part!.payload, payload.subarray(0, maxBytes))).toBe(0);
    }
    const [summary] = await history.topics('lab', 0, 10);
    expect(summary?.lastSizeBytes).toBe(payload.length);
    expect(Buffer.compare(summary!.lastPayload!, payload.subarray(0, LAST_HEAD_BYTES))).toBe(0);
  }

  it('gives back the largest payload that MQTT can carry', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const payload = noise(268_435_455);
    const [id] = await appendAll(history, 'lab', session, [{ topic: 'a', payload }]);
    const preview = await history.page({
      topicKey: 1,
      beforeId: null,
      limit: 10,
      previewBytes: 100,
    });
    expect(preview.messages[0]?.payload.length).toBe(100);
    const whole = await history.message('lab', id!, Infinity);
    expect(Buffer.compare(whole!.payload, payload)).toBe(0);
  });

  it('stores a view on a larger buffer, not the buffer', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const [id] = await appendAll(history, 'lab', session, [
      { topic: 'a', payload: bytes('<<inside>>').subarray(2, 8) },
    ]);
    const message = await history.message('lab', id!, 100);
    expect(Buffer.from(message!.payload).toString()).toBe('inside');
  });

  it('gives back all that belongs to a message', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    const properties: MessageProperties = {
      correlationData: Uint8Array.of(0, 255),
      userProperties: [
        ['__proto__', 'x'],
        ['__proto__', 'y'],
      ],
    };
    const [first, second] = await appendAll(history, 'lab', session, [
      {
        topic: 'a',
        payload: bytes('in'),
        timeUs: 1_700_000_000_123_456,
        flags: 2 | FLAG_RETAIN | FLAG_DUP,
        packetId: 65_535,
        properties,
      },
      { topic: 'a', payload: bytes('out'), timeUs: 1_700_000_000_123_457, flags: FLAG_OUT },
    ]);
    expect(await history.message('lab', first!, 100)).toEqual({
      id: first,
      timeUs: 1_700_000_000_123_456,
      direction: 'in',
      qos: 2,
      retain: true,
      dup: true,
      packetId: 65_535,
      properties,
      sizeBytes: 2,
      payload: bytes('in'),
    });
    expect(await history.message('lab', second!, 100)).toMatchObject({
      direction: 'out',
      qos: 0,
      retain: false,
      dup: false,
      packetId: null,
      properties: null,
    });
  });

  it('shows a message to its own profile only', async () => {
    const { history } = await openForTest(bundles);
    const [id] = await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('secret') },
    ]);
    history.beginSession('plant', 1);
    expect(await history.message('plant', id!, 100)).toBeNull();
    expect(await history.message('lab', id! + 1, 100)).toBeNull();
  });

  it('summarises each topic by its count and last message', async () => {
    const { history } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    await appendAll(history, 'lab', session, [
      { topic: 'a', payload: bytes('1'), timeUs: 10 },
      { topic: 'b', payload: bytes('22'), timeUs: 11 },
      { topic: 'a', payload: bytes('333'), timeUs: 12, flags: FLAG_RETAIN },
    ]);
    await appendAll(history, 'lab', session, [{ topic: 'b', payload: bytes('4444'), timeUs: 13 }]);
    const shape = ({
      name,
      count,
      lastId,
      lastTimeUs,
      lastFlags,
      lastSizeBytes,
    }: TopicSummary): unknown => [name, count, lastId, lastTimeUs, lastFlags, lastSizeBytes];
    expect((await history.topics('lab', 0, 10)).map(shape)).toEqual([
      ['a', 2, 3, 12, FLAG_RETAIN, 3],
      ['b', 2, 4, 13, 0, 4],
    ]);
  });

  it('counts what was received, stored and refused, and the bytes that messages take in the file', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    for (let round = 0; round < 20; round++) {
      const messages = Array.from({ length: round }, (_, index) => ({
        topic: `t/${String(index)}`,
        payload: noise(index * 10),
      }));
      await appendAll(history, 'lab', session, messages, { received: round + 2, refused: 2 });
    }
    history.endSession(session, 99);
    await history.settled();
    expect(history.totals('lab')).toMatchObject({
      received: 230,
      stored: 190,
      refused: 40,
      pruned: 0,
      oldestTimeUs: 1,
    });
    const contents = contentsOf(file);
    expect(contents).toHaveLength(190);
    const payload = contents.reduce((sum, message) => sum + message.payload.length, 0);
    expect(history.totals('lab').bytes).toBeGreaterThan(payload);
    expect(
      rowsOf(file, 'SELECT received, stored, refused, first_id, last_id, ended_us FROM sessions'),
    ).toEqual([
      { received: 230, stored: 190, refused: 40, first_id: 1, last_id: 190, ended_us: 99 },
    ]);
    expect(untrueCounters(file)).toEqual([]);
  });

  it('stores a batch wholly or not at all', async () => {
    const { history, file } = await openForTest(bundles);
    const session = history.beginSession('lab', 1);
    await appendAll(history, 'lab', session, [{ topic: 'a', payload: bytes('1') }]);
    const topicKeys = [topicKey(history, 'lab', 'new'), topicKey(history, 'lab', 'a')];
    const batch = {
      length: 2,
      ids: [2, 1],
      timesUs: [2, 3],
      topicKeys,
      flags: [0, 0],
      packetIds: [0, 0],
      properties: [null, null],
      payloads: [bytes('2'), bytes('3')],
    };
    const counts = { received: 2, refused: 0 };
    await expect(history.append('lab', session, batch, counts)).rejects.toThrow(/do not grow/);
    expect(history.totals('lab')).toMatchObject({ received: 1, stored: 1 });
    expect(rowsOf(file, 'SELECT name FROM topics')).toEqual([{ name: 'a' }]);
    expect(contentsOf(file).map(({ id }) => id)).toEqual([1]);

    // The names of new topics are not lost with the batch that could not be stored.
    await history.append('lab', session, { ...batch, ids: [2, 3] }, counts);
    const topics = await history.topics('lab', 0, 10);
    expect(topics.map(({ name, count }) => [name, count])).toEqual([
      ['a', 2],
      ['new', 1],
    ]);
    expect(untrueCounters(file)).toEqual([]);
    await history.close();
    const again = await openForTest({ ...bundles, file });
    expect(again.history.nextId).toBe(4);
  });

  it('never uses an id twice, also after the newest messages were removed', async () => {
    const { history, file } = await openForTest(bundles);
    await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('1') },
    ]);
    await history.forget('lab');
    await history.close();
    const again = await openForTest({ ...bundles, file });
    expect(again.history.nextId).toBe(2);
    expect(again.history.addTopic('lab', 'b')).toBe(2);
  });
});
