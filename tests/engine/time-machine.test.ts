/** The window's views and calls at a moment of the past, through the engine's own contract. */
import { onTestFinished, afterAll, beforeAll, expect, test } from 'vitest';
import type { TreeFrame, TreeParams } from '../../app/contract';
import type { TimelineFrame } from '../../app/contract-time';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, bytes, type Bundles } from '../helpers/history';
import { openHistory } from '../../main/engine/history/sqlite-history';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageBatch } from '../../main/engine/history/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const BEGIN_US = 1_790_000_000_000_000;
const SECOND_US = 1_000_000;

interface Written {
  readonly topic: string;
  readonly payload: string;
  readonly at: number;
  readonly flags?: number;
}

const MESSAGES: readonly Written[] = [
  { topic: 'plant/line1/speed', payload: '10', at: 0 },
  { topic: 'plant/line1/speed', payload: '11', at: 10 },
  { topic: 'plant/line2/state', payload: 'on', at: 20, flags: 4 },
  { topic: 'plant/line1/speed', payload: '12', at: 30 },
  { topic: 'plant/line2/state', payload: '', at: 40, flags: 4 },
  { topic: 'yard/gate', payload: '{"open":true}', at: 50 },
];

/** An engine whose profile has a past that was recorded before it started. */
async function engineWithPast(messages = MESSAGES): Promise<TestEngine & { profileId: string }> {
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-time-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const profileId = 'profile-past';
  const history = openHistory({ file: join(home, 'history.db'), ...bundles });
  const session = history.beginSession(profileId, BEGIN_US);
  const keys = new Map<string, number>();
  for (const { topic } of messages)
    if (!keys.has(topic)) keys.set(topic, history.addTopic(profileId, topic));
  const batch: MessageBatch = {
    length: messages.length,
    ids: messages.map((_, index) => history.nextId + index),
    timesUs: messages.map(({ at }) => BEGIN_US + at * SECOND_US),
    topicKeys: messages.map(({ topic }) => keys.get(topic)!),
    flags: messages.map(({ flags = 0 }) => flags),
    packetIds: messages.map(() => 0),
    properties: messages.map(() => null),
    payloads: messages.map(({ payload }) => bytes(payload)),
  };
  await history.append(profileId, session, batch, { received: messages.length, refused: 0 });
  history.endSession(session, BEGIN_US + 60 * SECOND_US);
  await history.close();
  const engine = await openEngine({ ...bundles, home });
  onTestFinished(() => engine.dispose());
  await engine.addProfile({ id: profileId, port: 1 } as never);
  return { ...engine, profileId };
}

function tree(profileId: string, atSeconds: number, change: Partial<TreeParams> = {}): TreeParams {
  return {
    ...{ profileId, first: 0, count: 50, sort: 'name', filter: '', selected: null },
    ...{ holdOrder: false, atUs: BEGIN_US + atSeconds * SECOND_US, ...change },
  };
}

function lines({ rows }: TreeFrame): string[] {
  return rows.map(({ path, count, preview, retained }) =>
    [path, count, preview ?? '-', ...(retained ? ['retained'] : [])].join(' '),
  );
}

test('the tree, a topic, its history and its chart show a moment as they showed it live', async () => {
  const { client, waitFor, profileId } = await engineWithPast();
  const atUs = BEGIN_US + 25 * SECOND_US;
  await client.calls.setAllExpanded({ profileId, expanded: true, atUs });
  const frame = await waitFor('tree', tree(profileId, 25), ({ total }) => total > 0);
  expect(lines(frame)).toEqual([
    'plant 3 -',
    'plant/line1 2 -',
    'plant/line1/speed 2 11',
    'plant/line2 1 -',
    'plant/line2/state 1 on retained',
  ]);
  expect(frame).toMatchObject({ topics: 2, matching: 2, total: 5 });
  const live = await waitFor(
    'tree',
    { ...tree(profileId, 0), atUs: null },
    (one) => one.topics === 3,
  );
  expect(lines(live)).toEqual(['plant 5 -', 'yard 1 -']);
  const topic = { profileId, topic: 'plant/line1/speed', maxBytes: 100, atUs };
  const detail = await waitFor('topic', topic, () => true);
  expect(detail).toMatchObject({ known: true, count: 2, rate: null, retained: false });
  expect(Buffer.from(detail.last!.payload).toString()).toBe('11');
  const page = { profileId, topic: topic.topic, beforeId: null, limit: 10, previewBytes: 10, atUs };
  const { messages, more } = await client.calls.historyPage(page);
  expect(messages.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['11', '10']);
  expect(more).toBe(false);
  const chart = { profileId, topic: topic.topic, path: [], spanMs: 12_000, maxPoints: 100, atUs };
  const drawn = await waitFor('chart', { ...chart, spanMs: 20_000 }, () => true);
  expect(drawn).toMatchObject({ numeric: 1, last: 11, endMs: atUs / 1000 });
});

test('what came later is not there, and comes and goes with the moment', async () => {
  const { client, waitFor, profileId } = await engineWithPast();
  const frames: string[][] = [];
  await client.calls.setAllExpanded({ profileId, expanded: true, atUs: BEGIN_US });
  for (const at of [-1, 0, 45, 20, 60]) {
    const fits = (one: TreeFrame): boolean => one.total >= 0;
    frames.push(lines(await waitFor('tree', tree(profileId, at, { filter: 'line' }), fits)));
  }
  expect(frames).toEqual([
    [],
    ['plant 1 -', 'plant/line1 1 -'],
    ['plant 5 -', 'plant/line1 3 -', 'plant/line2 2 -'],
    ['plant 3 -', 'plant/line1 2 -', 'plant/line2 1 -'],
    ['plant 5 -', 'plant/line1 3 -', 'plant/line2 2 -'],
  ]);
});

test('the keyboard walks through the rows of a moment', async () => {
  const { client, profileId } = await engineWithPast();
  const at = { profileId, atUs: BEGIN_US + 5 * SECOND_US };
  const step = { ...at, pageRows: 10 };
  expect(await client.calls.treeStep({ ...step, from: null, step: 'last' })).toEqual({
    ...{ path: 'plant', index: 0 },
  });
  expect(await client.calls.revealTopic({ ...at, path: 'plant/line1/speed' })).toEqual({
    ...{ path: 'plant/line1/speed', index: 2 },
  });
  expect(await client.calls.revealTopic({ ...at, path: 'yard/gate' })).toBeNull();
  expect(
    await client.calls.treeTypeAhead({ ...at, from: 'plant', text: 'sp', includeFrom: false }),
  ).toEqual({ path: 'plant/line1/speed', index: 2 });
});

test('a timeline shows what is stored, marks are remembered, and growing goes on', async () => {
  const { client, waitFor, profileId } = await engineWithPast();
  const params = { profileId, fromUs: BEGIN_US, toUs: BEGIN_US + 60 * SECOND_US, steps: 61 };
  const mark = { id: 'm1', timeUs: BEGIN_US + 5, label: 'here' };
  await client.calls.setMark({ profileId, mark });
  const frame: TimelineFrame = await waitFor('timeline', params, ({ marks }) => marks.length === 1);
  expect(frame).toMatchObject({
    ...{ oldestUs: BEGIN_US, newestUs: BEGIN_US + 50 * SECOND_US, fromUs: BEGIN_US },
    ...{ stepUs: SECOND_US, marks: [mark], gaps: [] },
    sessions: [{ startedUs: BEGIN_US, endedUs: BEGIN_US + 60 * SECOND_US }],
  });
  expect([...frame.counts.keys()].filter((at) => frame.counts[at] === 1)).toEqual([
    0, 10, 20, 30, 40, 50,
  ]);
  await client.calls.removeMark({ profileId, markId: 'm1' });
  await waitFor('timeline', params, ({ marks }) => marks.length === 0);
});

test('steps and differences go through the contract', async () => {
  const { client, profileId } = await engineWithPast();
  const scope = { kind: 'topic', path: 'plant/line1/speed' } as const;
  const step = { profileId, scope, direction: 'previous' } as const;
  const last = await client.calls.stepMessage({ ...step, atUs: null });
  expect(last?.timeUs).toBe(BEGIN_US + 30 * SECOND_US);
  const before = await client.calls.stepMessage({ ...step, atUs: last!.timeUs });
  expect(before?.timeUs).toBe(BEGIN_US + 10 * SECOND_US);
  expect(await client.calls.stepMessage({ ...step, atUs: null, direction: 'next' })).toBeNull();
  const difference = await client.calls.compareMoments({
    ...{ profileId, path: '', fromUs: BEGIN_US + 25 * SECOND_US, toUs: null },
    ...{ limit: 10, previewBytes: 10 },
  });
  expect(difference).toMatchObject({ changed: 1, added: 1, vanished: 1, unchanged: 0 });
  expect(difference.differences.map(({ kind, topic }) => `${kind} ${topic}`)).toEqual([
    'changed plant/line1/speed',
    'vanished plant/line2/state',
    'added yard/gate',
  ]);
});
