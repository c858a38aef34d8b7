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
  const { client, profileId, waitFor } = await engineWithPast();
  const scope = { kind: 'topic', path: 'plant/line1/speed' } as const;
  const step = { profileId, scope, direction: 'previous' } as const;
  const last = await client.calls.stepMessage({ ...step, atUs: null });
  expect(last?.timeUs).toBe(BEGIN_US + 30 * SECOND_US);
  const before = await client.calls.stepMessage({ ...step, atUs: last!.timeUs });
  expect(before?.timeUs).toBe(BEGIN_US + 10 * SECOND_US);
  expect(await client.calls.stepMessage({ ...step, atUs: null, direction: 'next' })).toBeNull();
  const moments = { profileId, path: '', fromUs: BEGIN_US + 25 * SECOND_US, toUs: null };
  const compared = await waitFor(
    'comparison',
    { ...moments, limit: 10, previewBytes: 10 },
    ({ state }) => state === 'done',
  );
  if (compared.state !== 'done') throw new Error('It is still compared.');
  const difference = compared.result;
  expect(difference).toMatchObject({ changed: 1, added: 1, vanished: 1, unchanged: 0 });
  expect(difference.differences.map(({ kind, topic }) => `${kind} ${topic}`)).toEqual([
    'changed plant/line1/speed',
    'vanished plant/line2/state',
    'added yard/gate',
  ]);
});

test('a row says where it stands among those that were there', async () => {
  const { client, waitFor, profileId } = await engineWithPast();
  const atUs = BEGIN_US + 5 * SECOND_US;
  await client.calls.setAllExpanded({ profileId, expanded: true, atUs });
  const { rows } = await waitFor('tree', tree(profileId, 5), ({ total }) => total === 3);
  expect(rows.map(({ position, siblings }) => [position, siblings])).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  const later = await waitFor('tree', tree(profileId, 50), ({ total }) => total === 7);
  expect(later.rows.map(({ name, position, siblings }) => [name, position, siblings])).toEqual([
    ['plant', 1, 2],
    ['line1', 1, 2],
    ['speed', 1, 1],
    ['line2', 2, 2],
    ['state', 1, 1],
    ['yard', 2, 2],
    ['gate', 1, 1],
  ]);
});

test('the order by the newest message, or by how many there are, is that of the moment', async () => {
  const { waitFor, profileId } = await engineWithPast([
    { topic: 'a', payload: '1', at: 0 },
    { topic: 'b', payload: '1', at: 10 },
    { topic: 'a', payload: '2', at: 20 },
    { topic: 'c', payload: '1', at: 30 },
  ]);
  const names = async (at: number, sort: TreeParams['sort']): Promise<string> => {
    const frame = await waitFor('tree', tree(profileId, at, { sort }), () => true);
    return frame.rows.map(({ name }) => name).join('');
  };
  expect(await names(10, 'latest')).toBe('ba');
  expect(await names(20, 'latest')).toBe('ab');
  expect(await names(40, 'latest')).toBe('cab');
  expect(await names(15, 'count')).toBe('ab');
  expect(await names(40, 'count')).toBe('abc');
  expect(await names(40, 'name')).toBe('abc');
});

test('what is stored meanwhile moves nothing, unless the clock was set back', async () => {
  const { core, client, waitFor, profileId } = await engineWithPast();
  const params = tree(profileId, 45);
  const before = await waitFor('tree', params, ({ total }) => total === 1);
  const frames: TreeFrame[] = [];
  const view = client.open('tree', params, (frame) => frames.push(frame));
  const store = async (topic: string, timeUs: number): Promise<void> => {
    const { history } = core;
    const key = core.runtime(profileId).tree.topic(topic)?.topicKey ?? 0;
    const session = history.beginSession(profileId, timeUs);
    // Ids of the engine's own counter are used by nobody else here.
    const batch = { ids: [1_000_000 + timeUs - BEGIN_US], timesUs: [timeUs], topicKeys: [key] };
    await history.append(
      profileId,
      session,
      {
        ...{ ...batch, length: 1, flags: [0], packetIds: [0], properties: [null] },
        payloads: [bytes('99')],
      },
      { received: 1, refused: 0 },
    );
  };
  await store('plant/line1/speed', BEGIN_US + 70 * SECOND_US);
  await waitFor('tree', tree(profileId, 80), (one) => one.rows[0]?.count === 6);
  expect(frames.every(({ rows }) => rows[0]?.count === before.rows[0]?.count)).toBe(true);
  view.close();
  // Set back: it belongs before the moment that is shown, and comes by itself.
  const shown = waitFor('tree', params, ({ rows }) => rows[0]?.count === 6);
  await store('plant/line1/speed', BEGIN_US + 35 * SECOND_US);
  await shown;
});

test('a recorded history, opened read-only, is browsed in time, and its moments can be marked', async () => {
  const recorded = await engineWithPast();
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-time-'));
  const file = join(recorded.home, 'history.db');
  await recorded.close();
  const engine = await openEngine({ ...bundles, home });
  onTestFinished(() => engine.dispose());
  const { profileIds } = await engine.client.calls.openHistoryFile({ path: file });
  const profileId = profileIds[0]!;
  const frame = await engine.waitFor('tree', tree(profileId, 25), ({ total }) => total > 0);
  expect(lines(frame)).toEqual(['plant 3 -']);
  const mark = { id: 'm', timeUs: BEGIN_US, label: 'start' };
  await engine.client.calls.setMark({ profileId, mark });
  const params = { profileId, fromUs: null, toUs: null, steps: 100 };
  const timeline = await engine.waitFor('timeline', params, ({ marks }) => marks.length === 1);
  // Nothing is recorded there any more: its time ends with its newest message.
  const { fromUs, stepUs, counts, newestUs } = timeline;
  expect(newestUs).toBe(BEGIN_US + 50 * SECOND_US);
  expect(fromUs + stepUs * counts.length).toBeLessThanOrEqual(newestUs! + stepUs);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  const step = { profileId, scope: { kind: 'all' }, atUs: null, direction: 'previous' } as const;
  expect(await engine.client.calls.stepMessage(step)).toMatchObject({ topic: 'yard/gate' });
});

test('marks are checked', async () => {
  const { client, profileId, waitFor } = await engineWithPast();
  const mark = { id: 'm', timeUs: 1, label: 'x'.repeat(201) };
  await expect(client.calls.setMark({ profileId, mark })).rejects.toMatchObject({
    code: 'invalid-argument',
  });
  await expect(
    client.calls.setMark({ profileId: 'nobody', mark: { ...mark, label: '' } }),
  ).rejects.toMatchObject({ code: 'not-found' });
  const backwards = { profileId, path: '', fromUs: 10, toUs: 5, limit: 1, previewBytes: 0 };
  await expect(waitFor('comparison', backwards, () => true)).rejects.toMatchObject({
    code: 'invalid-argument',
  });
});
