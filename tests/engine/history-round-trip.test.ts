import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageProperties } from '../../app/message';
import {
  FLAG_DUP,
  FLAG_OUT,
  FLAG_RETAIN,
  type TopicSummary,
} from '../../main/engine/history/history';
import { openHistory } from '../../main/engine/history/sqlite-history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
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

describe('the history', () => {
  it('tells every topic name from every other and gives them back exactly', async () => {
    const { history, file } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    appendAll(
      history,
      'lab',
      session,
      hostileTopics.map((topic) => ({ topic, payload: bytes(`payload of ${topic}`) })),
    );
    const keys = hostileTopics.map((topic) => history.internTopic('lab', topic));
    expect(new Set(keys).size).toBe(hostileTopics.length);
    await history.close();

    const again = await openForTest({ file, readerFile: bundles.readerFile });
    expect(hostileTopics.map((topic) => again.history.internTopic('lab', topic))).toEqual(keys);
    const summaries = again.history.topics('lab', 0, 100);
    expect(summaries.map((summary) => summary.name)).toEqual(hostileTopics);
    for (const [index, key] of keys.entries()) {
      const { messages } = await again.history.page(wholePage(key));
      expect(Buffer.from(messages[0]!.payload).toString()).toBe(
        `payload of ${hostileTopics[index]!}`,
      );
    }
  });

  it('refuses a name that is not Unicode rather than mixing two topics', async () => {
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    expect(() => history.internTopic('lab', 'a\ud800b')).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }) as Error,
    );
  });

  it('keeps equal topics of different profiles apart', async () => {
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    expect(history.internTopic('lab', 'a')).not.toBe(history.internTopic('plant', 'a'));
    expect(history.internTopic('lab', 'a')).toBe(history.internTopic('lab', 'a'));
  });

  it.each([0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1_048_576 + 65_536, 5_000_000])(
    'gives back a payload of %i bytes exactly, whole or its beginning',
    async (size) => {
      const { history } = await openForTest({ readerFile: bundles.readerFile });
      const session = history.beginSession('lab', 1);
      const payload = noise(size);
      const [id] = appendAll(history, 'lab', session, [{ topic: 'a', payload }]);
      const whole = await history.message('lab', id!, Infinity);
      expect(whole?.sizeBytes).toBe(size);
      expect(Buffer.compare(whole!.payload, payload)).toBe(0);
      for (const maxBytes of [0, 10, 65_536, 70_000, 1_200_000]) {
        const part = await history.message('lab', id!, maxBytes);
        expect(part?.sizeBytes).toBe(size);
        expect(Buffer.compare(part!.payload, payload.subarray(0, maxBytes))).toBe(0);
      }
      const [summary] = history.topics('lab', 0, 10);
      expect(summary?.lastSizeBytes).toBe(size);
      expect(Buffer.compare(summary!.lastPayload!, payload.subarray(0, 65_536))).toBe(0);
    },
  );

  it('gives back the largest payload that MQTT can carry', { timeout: 60_000 }, async () => {
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    const payload = noise(268_435_455);
    const [id] = appendAll(history, 'lab', session, [{ topic: 'a', payload }]);
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
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    const [id] = appendAll(history, 'lab', session, [
      { topic: 'a', payload: bytes('<<inside>>').subarray(2, 8) },
    ]);
    const message = await history.message('lab', id!, 100);
    expect(Buffer.from(message!.payload).toString()).toBe('inside');
  });

  it('gives back all that belongs to a message', async () => {
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    const properties: MessageProperties = {
      correlationData: Uint8Array.of(0, 255),
      userProperties: [
        ['__proto__', 'x'],
        ['__proto__', 'y'],
      ],
    };
    const [first, second] = appendAll(history, 'lab', session, [
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
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    const [id] = appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('secret') },
    ]);
    history.beginSession('plant', 1);
    expect(await history.message('plant', id!, 100)).toBeNull();
    expect(await history.message('lab', id! + 1, 100)).toBeNull();
  });

  it('summarises each topic by its count and last message', async () => {
    const { history } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    appendAll(history, 'lab', session, [
      { topic: 'a', payload: bytes('1'), timeUs: 10 },
      { topic: 'b', payload: bytes('22'), timeUs: 11 },
      { topic: 'a', payload: bytes('333'), timeUs: 12, flags: FLAG_RETAIN },
    ]);
    appendAll(history, 'lab', session, [{ topic: 'b', payload: bytes('4444'), timeUs: 13 }]);
    const shape = ({
      name,
      count,
      lastId,
      lastTimeUs,
      lastFlags,
      lastSizeBytes,
    }: TopicSummary): unknown => [name, count, lastId, lastTimeUs, lastFlags, lastSizeBytes];
    expect(history.topics('lab', 0, 10).map(shape)).toEqual([
      ['a', 2, 3, 12, FLAG_RETAIN, 3],
      ['b', 2, 4, 13, 0, 4],
    ]);
  });

  it('counts what was received, stored and refused, as the rows in the database say', async () => {
    const { history, file } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    for (let round = 0; round < 20; round++) {
      const messages = Array.from({ length: round }, (_, index) => ({
        topic: `t/${String(index)}`,
        payload: noise(index * 10),
      }));
      appendAll(history, 'lab', session, messages, { received: round + 2, refused: 2 });
    }
    history.endSession(session, 99);
    expect(history.totals('lab')).toMatchObject({
      received: 230,
      stored: 190,
      refused: 40,
      pruned: 0,
      oldestTimeUs: 1,
    });
    const [{ count, payload } = {}] = rowsOf(
      file,
      'SELECT count(*) AS count, sum(length(payload)) AS payload FROM messages',
    );
    expect(count).toBe(190);
    expect(history.totals('lab').bytes).toBeGreaterThan(Number(payload));
    expect(rowsOf(file, 'SELECT sum(count) AS count FROM topics')).toEqual([{ count: 190 }]);
    expect(
      rowsOf(file, 'SELECT received, stored, refused, first_id, last_id, ended_us FROM sessions'),
    ).toEqual([
      { received: 230, stored: 190, refused: 40, first_id: 1, last_id: 190, ended_us: 99 },
    ]);
  });

  it('stores a batch wholly or not at all', async () => {
    const { history, file } = await openForTest({ readerFile: bundles.readerFile });
    const session = history.beginSession('lab', 1);
    appendAll(history, 'lab', session, [{ topic: 'a', payload: bytes('1') }]);
    const topicKeys = [history.internTopic('lab', 'new'), history.internTopic('lab', 'a')];
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
    expect(() => {
      history.append('lab', session, batch, { received: 2, refused: 0 });
    }).toThrow(/Messages cannot be stored/);
    expect(history.totals('lab').stored).toBe(1);
    expect(rowsOf(file, 'SELECT name, count FROM topics')).toEqual([{ name: 'a', count: 1 }]);

    history.append('lab', session, { ...batch, ids: [2, 3] }, { received: 2, refused: 0 });
    expect(history.topics('lab', 0, 10).map(({ name, count }) => [name, count])).toEqual([
      ['a', 2],
      ['new', 1],
    ]);
    expect(history.nextId).toBe(4);
  });

  it('never uses an id twice, also after the newest messages were removed', async () => {
    const { history, file } = await openForTest({ readerFile: bundles.readerFile });
    appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('1') },
    ]);
    while (!history.forget('lab', 100));
    await history.close();
    const again = openHistory({ file, readerFile: bundles.readerFile });
    expect(again.nextId).toBe(2);
    expect(again.internTopic('lab', 'b')).toBe(2);
    await again.close();
  });
});

function wholePage(
  topicKey: number,
): Parameters<Awaited<ReturnType<typeof openForTest>>['history']['page']>[0] {
  return { topicKey, beforeId: null, limit: 10, previewBytes: 1_000_000 };
}

/** Bytes without a pattern, the same every time. */
function noise(size: number): Uint8Array {
  const result = new Uint8Array(size);
  let state = 12_345;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    result[index] = state >>> 16;
  }
  return result;
}
