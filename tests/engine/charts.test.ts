/** Charts, read in their thread from a real history: nothing is thinned out that the eye would miss. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ChartWhat, SeriesFrame } from '../../app/contract-charts';
import type { DecodingRule } from '../../app/decoding/rules';
import { bucketLength } from '../../app/chart/buckets';
import { exportChart } from '../../main/engine/charts/chart-export';
import type {
  SeriesAnswer,
  SeriesRequest,
  StoredSource,
} from '../../main/engine/charts/chart-protocol';
import { ChartThread } from '../../main/engine/charts/chart-thread';
import type { History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  temporaryFolder,
  type Bundles,
  type TestMessage,
} from '../helpers/history';
import { randomFrom } from '../helpers/random';
import { sparkplugPayload } from '../helpers/sparkplug';

const SECOND_US = 1_000_000;
const START_US = 1_700_000_000 * SECOND_US;

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory({ charts: true });
});
afterAll(() => bundles.dispose());

function threadOf(): ChartThread {
  const thread = new ChartThread({
    workerFile: join(bundles.threads, 'charts.cjs'),
    schemas: () => [],
  });
  onTestFinished(() => thread.close());
  return thread;
}

function sourceOf(
  file: string,
  topic: string,
  what: ChartWhat = { kind: 'value', path: [] },
  rule: DecodingRule | null = null,
): StoredSource {
  return { ...{ file, topic, what, rule }, profileId: 'lab', steps: null, schemasVersion: 1 };
}

async function answerOf(
  thread: ChartThread,
  source: StoredSource,
  span: Omit<SeriesRequest, 'source' | 'since'> & Partial<Pick<SeriesRequest, 'since'>>,
): Promise<SeriesAnswer> {
  return await thread.read({ since: null, ...span, source }, () => undefined).answer;
}

async function frameOf(...asked: Parameters<typeof answerOf>): Promise<SeriesFrame> {
  const { frame } = await answerOf(...asked);
  if (!frame) throw new Error('There was nothing new.');
  return frame;
}

/** Stores messages in batches of so many. */
async function store(
  history: History,
  messages: readonly TestMessage[],
  size = 5_000,
): Promise<void> {
  const session = history.beginSession('lab', START_US);
  for (let at = 0; at < messages.length; at += size) {
    await appendAll(history, 'lab', session, messages.slice(at, at + size));
  }
}

const all = { fromUs: START_US, toUs: START_US + 1e9 * SECOND_US, bucketUs: 1e15 };

test('a spike of one message in a million is seen at every zoom', async () => {
  const { history, file } = await openForTest(bundles);
  const spikeAt = 777_777;
  const quiet = ['20', '20.5', '21'].map(bytes);
  const session = history.beginSession('lab', START_US);
  for (let batch = 0; batch < 200; batch++) {
    const messages = Array.from({ length: 5_000 }, (_, index) => {
      const at = batch * 5_000 + index;
      const payload = at === spikeAt ? bytes('999') : quiet[at % 3];
      return { topic: 'a', payload: payload ?? bytes('0'), timeUs: START_US + at * 1_000 };
    });
    await appendAll(history, 'lab', session, messages);
  }
  const thread = threadOf();
  const spikeUs = START_US + spikeAt * 1_000;
  let seen = 0;
  for (let spanUs = 1e9; spanUs >= 1e4; spanUs /= 3) {
    const fromUs = Math.round(Math.max(START_US, spikeUs - spanUs * 0.4));
    const toUs = Math.round(fromUs + spanUs);
    const frame = await frameOf(thread, sourceOf(file, 'a'), {
      ...{ fromUs, toUs, bucketUs: bucketLength(spanUs / 1_000) },
    });
    expect(frame.timesUs.length).toBeLessThanOrEqual(4 * 1_002);
    expect(frame.timesUs[frame.values.indexOf(999)]).toBe(spikeUs);
    seen += 1;
  }
  expect(seen).toBeGreaterThan(10);
  const whole = await frameOf(thread, sourceOf(file, 'a'), all);
  expect(whole.counts.reduce((sum, count) => sum + count, 0)).toBe(1_000_000);
});

test('smallest and largest of each bucket are those of all messages, wherever the clock was', async () => {
  const random = randomFrom(5);
  const { history, file } = await openForTest(bundles);
  let timeUs = START_US;
  const points = Array.from({ length: 6_000 }, (_, index) => {
    // Now and then the clock is set back.
    timeUs += random() < 0.001 ? -20 * SECOND_US : Math.round(random() * 40_000);
    return { timeUs, value: Math.round(random() * 1e6) / 1e3 - 500, index };
  });
  await store(
    history,
    points.map(({ timeUs: at, value }) => ({
      ...{ topic: 'a', timeUs: at, payload: bytes(`{"m":[{"t":${String(value)}}]}`) },
    })),
    97,
  );
  const thread = threadOf();
  const source = sourceOf(file, 'a', { kind: 'value', path: ['m', 0, 't'] });
  for (let round = 0; round < 20; round++) {
    const fromUs = START_US + Math.round(random() * 60 * SECOND_US);
    const toUs = fromUs + Math.round(random() * 60 * SECOND_US);
    const bucketUs = bucketLength(1 + random() * 2 * SECOND_US);
    const frame = await frameOf(thread, source, { fromUs, toUs, bucketUs });
    expect(bucketsOf(frame)).toEqual(bruteForce(points, fromUs, toUs, bucketUs));
  }
});

type Bucket = readonly [start: number, count: number, low: number, high: number];

function bucketsOf({ timesUs, values, starts, counts, bucketUs }: SeriesFrame): Bucket[] {
  return Array.from(starts, (start, at) => {
    const inside = [...values].filter(
      (_, place) => Math.floor((timesUs[place] ?? 0) / bucketUs) * bucketUs === start,
    );
    return [start, counts[at] ?? 0, Math.min(...inside), Math.max(...inside)];
  });
}

function bruteForce(
  points: readonly { readonly timeUs: number; readonly value: number }[],
  fromUs: number,
  toUs: number,
  bucketUs: number,
): Bucket[] {
  const buckets = new Map<number, number[]>();
  for (const { timeUs, value } of points) {
    if (timeUs < fromUs || timeUs > toUs) continue;
    const start = Math.floor(timeUs / bucketUs) * bucketUs;
    buckets.set(start, [...(buckets.get(start) ?? []), value]);
  }
  return [...buckets]
    .map(([start, values]): Bucket => [
      start,
      values.length,
      Math.min(...values),
      Math.max(...values),
    ])
    .sort((a, b) => a[0] - b[0]);
}

test('live, only what changed is sent, and together it is what is there', async () => {
  const { history, file } = await openForTest(bundles);
  const thread = threadOf();
  const source = sourceOf(file, 'a');
  const session = history.beginSession('lab', START_US);
  const kept = new Map<number, number>();
  let since: SeriesRequest['since'] = null;
  for (let round = 0; round < 8; round++) {
    const messages = Array.from({ length: 50 }, (_, index) => ({
      ...{ topic: index % 5 === 0 ? 'other' : 'a', payload: bytes(String(round * 50 + index)) },
      timeUs: START_US + (round * 50 + index) * SECOND_US,
    }));
    await appendAll(history, 'lab', session, messages);
    const span = { fromUs: START_US, toUs: START_US + 1000 * SECOND_US, bucketUs: SECOND_US };
    const answer: SeriesAnswer = await answerOf(thread, source, { ...span, since });
    const { frame } = answer;
    expect(frame?.tailFromUs === null).toBe(round === 0);
    for (const time of [...kept.keys()]) {
      if (time >= (frame?.tailFromUs ?? -Infinity)) kept.delete(time);
    }
    frame?.timesUs.forEach((time, at) => kept.set(time, frame.values[at] ?? NaN));
    since = answer.seen;
    expect((await answerOf(thread, source, { ...span, since })).frame).toBeNull();
  }
  expect([...kept.values()]).toEqual(
    Array.from({ length: 400 }, (_, index) => index).filter((index) => index % 5 !== 0),
  );
});

test('what was stored already but lay beyond the span of one answer is in the next', async () => {
  const { history, file } = await openForTest(bundles);
  const point = (second: number): TestMessage => ({
    topic: 'a',
    payload: bytes(String(second)),
    timeUs: START_US + second * SECOND_US,
  });
  await store(history, [point(1), point(3)]);
  const thread = threadOf();
  const source = sourceOf(file, 'a');
  const span = { fromUs: START_US, bucketUs: SECOND_US };
  const first = await answerOf(thread, source, { ...span, toUs: START_US + 2 * SECOND_US });
  expect([...(first.frame?.values ?? [])]).toEqual([1]);
  const later = { ...span, toUs: START_US + 4 * SECOND_US, since: first.seen };
  const next = await answerOf(thread, source, later);
  expect(next.frame).toMatchObject({ tailFromUs: START_US + 3 * SECOND_US });
  expect([...(next.frame?.values ?? [])]).toEqual([3]);
  const nothing = await answerOf(thread, source, { ...later, since: next.seen });
  expect(nothing.frame).toBeNull();
});

test('a chart that was opened before anything was stored has what comes', async () => {
  const { history, file } = await openForTest(bundles);
  const thread = threadOf();
  const source = sourceOf(file, 'a');
  const first = await answerOf(thread, source, all);
  expect([...(first.frame?.values ?? [])]).toEqual([]);
  await store(history, [{ topic: 'a', payload: bytes('7'), timeUs: START_US }]);
  const { frame } = await answerOf(thread, source, { ...all, since: first.seen });
  expect([...(frame?.values ?? [])]).toEqual([7]);
});

test('truth values, words, nulls, and what is no value at all', async () => {
  const { history, file } = await openForTest(bundles);
  const payloads = ['{"on":true,"mode":"auto","x":1}', '{"on":false,"mode":"manual","x":null}'];
  const odd = ['{"on":{"a":1}}', '{"mode":5}'];
  await store(
    history,
    [...payloads, ...odd].map((text, index) => ({
      ...{ topic: 'a', payload: bytes(text), timeUs: START_US + index * SECOND_US },
    })),
  );
  const thread = threadOf();
  const read = (name: string): Promise<SeriesFrame> =>
    frameOf(thread, sourceOf(file, 'a', { kind: 'value', path: [name] }), {
      ...all,
      ...{ toUs: START_US + 10 * SECOND_US, bucketUs: 1_000 },
    });
  const on = await read('on');
  expect([on.form, ...on.values]).toEqual(['boolean', 1, 0]);
  expect([on.skipped, on.instead]).toEqual([2, 'no member “on”']);
  const x = await read('x');
  expect([x.form, ...x.values]).toEqual(['number', 1, NaN]);
  // One number makes it a number: the words are told.
  const mode = await read('mode');
  expect([mode.form, ...mode.values, mode.skipped]).toEqual(['number', 5, 3]);
  const none = await read('on2');
  expect([none.values.length, none.skipped, none.instead]).toEqual([0, 4, 'no member “on2”']);
});

test('words keep their places, and the nearest points beyond the span are told', async () => {
  const { history, file } = await openForTest(bundles);
  const words = ['idle', 'run', 'idle', 'fault'];
  await store(
    history,
    words.map((word, index) => ({
      ...{ topic: 's', payload: bytes(word), timeUs: START_US + index * 100 * SECOND_US },
    })),
    1,
  );
  const frame = await frameOf(threadOf(), sourceOf(file, 's'), {
    ...{ fromUs: START_US + 90 * SECOND_US, toUs: START_US + 110 * SECOND_US, bucketUs: 1_000 },
  });
  const wordOf = (value: number | undefined): string | undefined => frame.words[value ?? -1];
  expect(frame.form).toBe('words');
  expect([...frame.values].map(wordOf)).toEqual(['run']);
  expect([wordOf(frame.before?.value), wordOf(frame.after?.value)]).toEqual(['idle', 'idle']);
});

test('packed payloads and rules are decoded, through all of the history', async () => {
  const { history, file } = await openForTest(bundles);
  const packed = [1.5, 2.5, 3.5].map((value) => new Uint8Array(gzipSync(`{"t":${String(value)}}`)));
  const raw = [10, 20, -30].map((value) => new Uint8Array(Int16Array.of(value).buffer));
  await store(
    history,
    [0, 1, 2].flatMap((index) => [
      { topic: 'packed', payload: packed[index] ?? bytes(''), timeUs: START_US + index },
      { topic: 'raw', payload: raw[index] ?? bytes(''), timeUs: START_US + index },
    ]),
    2,
  );
  const thread = threadOf();
  const span = { ...all, toUs: START_US + 100, bucketUs: 1 };
  const gzip = sourceOf(file, 'packed', { kind: 'value', path: ['t'] });
  expect([...(await frameOf(thread, gzip, span)).values]).toEqual([1.5, 2.5, 3.5]);
  const rule: DecodingRule = {
    ...{ id: 'r', filter: 'raw', viewer: null, chartPath: null, unit: null, enabled: true },
    ...{ steps: [{ decoder: 'numbers', options: { type: 'int16', order: 'little' } }] },
    colour: null,
  };
  const ruled = sourceOf(file, 'raw', undefined, rule);
  expect([...(await frameOf(thread, ruled, span)).values]).toEqual([10, 20, -30]);
});

test('a Sparkplug metric is found by its name, whatever alias the birth before it gave', async () => {
  const { history, file } = await openForTest(bundles);
  const birth = (alias: number): TestMessage => ({
    topic: 'spBv1.0/g/NBIRTH/n',
    payload: new Uint8Array(
      sparkplugPayload({ metrics: [{ name: 'temp', alias, datatype: 9, float_value: 0 }] }),
    ),
  });
  const data = (alias: number, value: number): TestMessage => ({
    topic: 'spBv1.0/g/NDATA/n',
    payload: new Uint8Array(sparkplugPayload({ metrics: [{ alias, float_value: value }] })),
  });
  const messages = [birth(7), data(7, 1), data(9, 99), birth(9), data(9, 2), data(7, 98)];
  await store(
    history,
    messages.map((message, index) => ({ ...message, timeUs: START_US + index })),
    3,
  );
  const source = sourceOf(file, 'spBv1.0/g/NDATA/n', { kind: 'metric', name: 'temp' });
  const frame = await frameOf(threadOf(), source, { ...all, toUs: START_US + 100, bucketUs: 1 });
  expect([...frame.values]).toEqual([1, 2]);
});

test('a rate counts the messages of a topic and of all below it, quiet seconds too', async () => {
  const { history, file } = await openForTest(bundles);
  const at = (topic: string, second: number): TestMessage => ({
    ...{ topic, payload: bytes('x'), timeUs: START_US + second * SECOND_US + 5 },
  });
  const messages = [at('a', 0), at('a/b', 0), at('a', 2), at('a', 2), at('ab', 2), at('a/b', 3)];
  await store(history, messages);
  const thread = threadOf();
  const span = { fromUs: START_US, toUs: START_US + 4 * SECOND_US, bucketUs: SECOND_US };
  const rate = async (below: boolean): Promise<number[]> => [
    ...(await frameOf(thread, sourceOf(file, 'a', { kind: 'rate', below }), span)).values,
  ];
  expect(await rate(false)).toEqual([1, 0, 2, 0]);
  expect(await rate(true)).toEqual([2, 0, 2, 1]);
});

test('a thread that is stuck on a topic is ended, and what waits behind it goes on in a new one', async () => {
  const workerFile = join(await temporaryFolder(), 'stuck.cjs');
  // Works on the topic "stuck" for ever, and answers everything else.
  await writeFile(
    workerFile,
    `const { parentPort, workerData } = require('node:worker_threads');
     const pulse = new Int32Array(workerData.pulse);
     parentPort.on('message', ({ t, id, request }) => {
       if (t !== 'read') return;
       pulse[1] = id;
       while (request.source.topic === 'stuck');
       pulse[1] = 0;
       parentPort.postMessage({ t: 'done', id, answer: { frame: null, seen: null, lastId: 7 } });
     });`,
  );
  const thread = new ChartThread({ workerFile, schemas: () => [], stuckMs: 500 });
  onTestFinished(() => thread.close());
  const stuck = thread.read(
    { ...all, since: null, source: sourceOf('x', 'stuck') },
    () => undefined,
  );
  const behind = thread.read(
    { ...all, since: null, source: sourceOf('x', 'fine') },
    () => undefined,
  );
  await expect(stuck.answer).rejects.toMatchObject({ code: 'timeout' });
  expect((await behind.answer).lastId).toBe(7);
});

test('the CSV has every point of all lines in the order of time, and leaves nothing when cancelled', async () => {
  const { history, file } = await openForTest(bundles);
  await store(
    history,
    Array.from({ length: 3_000 }, (_, index) => ({
      topic: index % 3 === 0 ? 'plant/"b"' : 'a',
      payload: bytes(index % 100 === 1 ? 'null' : String(index)),
      timeUs: START_US + index * 1_000,
    })),
    700,
  );
  await history.settled();
  const request = {
    series: [
      { source: sourceOf(file, 'a'), connection: 'lab', unit: '°C' },
      { source: sourceOf(file, 'plant/"b"'), connection: 'lab', unit: '' },
    ],
    ...{ schemas: [], fromUs: START_US, toUs: START_US + 2_000_000 },
  };
  const path = join(await temporaryFolder(), 'chart.csv');
  const done = await exportChart(request, path, {
    progress: () => undefined,
    isCancelled: () => false,
  });
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
  expect(lines[0]).toBe('time,time_us,connection,topic,what,value,unit');
  expect(lines.length - 1).toBe(done.messages);
  expect(done.messages).toBe(2_001);
  const times = lines.slice(1).map((line) => Number(line.split(',')[1]));
  expect(times).toEqual(Array.from({ length: 2_001 }, (_, index) => START_US + index * 1_000));
  expect(lines[1]).toBe(`2023-11-14T22:13:20.000000Z,${String(START_US)},lab,"plant/""b""",,0,`);
  expect(lines[2]).toMatch(/,lab,a,,,°C$/);

  const other = join(await temporaryFolder(), 'other.csv');
  const cancelled = exportChart(request, other, {
    progress: () => undefined,
    isCancelled: () => true,
  });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  await expect(readFile(other)).rejects.toMatchObject({ code: 'ENOENT' });
});
