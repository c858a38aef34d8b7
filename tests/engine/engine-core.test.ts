import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import mqtt from 'mqtt';
import { setTimeout as wait } from 'node:timers/promises';
import type { TreeParams } from '../../app/contract';
import { everything } from '../../app/selection';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';

let bundles: Bundles;
let broker: Mosquitto;
const engines: TestEngine[] = [];

beforeAll(async () => {
  bundles = await bundleHistory({ charts: true });
  broker = await startMosquitto();
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
});

async function open(home?: string): Promise<TestEngine> {
  const engine = await openEngine({
    threads: bundles.threads,
    ...(home === undefined ? {} : { home }),
  });
  engines.push(engine);
  return engine;
}

async function publisher(): Promise<mqtt.MqttClient> {
  return await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
}

function tree(profileId: string, more: Partial<TreeParams> = {}): TreeParams {
  return {
    profileId,
    first: 0,
    count: 50,
    sort: 'name',
    filter: '',
    selected: null,
    holdOrder: false,
    ...more,
  };
}

const onlyTests = [{ filter: 'test/#', qos: 1 as const }];

/** A profile that is connected and has its subscriptions answered. */
async function addSubscribed(engine: TestEngine): Promise<string> {
  const { id } = await engine.addProfile({ port: broker.port, subscriptions: onlyTests });
  await engine.client.calls.connect({ profileId: id });
  await subscribed(engine, id);
  return id;
}

async function subscribed(engine: TestEngine, profileId: string): Promise<void> {
  await engine.waitFor(
    'status',
    { profileId },
    ({ state }) => state.kind === 'connected' && state.subscriptions.length > 0,
  );
}

test('a message is seen in the tree and the detail, stored whole, and there after a restart', async () => {
  const engine = await open();
  const profileId = await addSubscribed(engine);

  const client = await publisher();
  const payload = Buffer.from([0, 255, 10, 13, 200]);
  await client.publishAsync('test/a/b', payload, { qos: 1, retain: true });
  await client.publishAsync('test/a/b', '{"value": 12.5}', { qos: 1 });
  await client.publishAsync('test//\u{1F3ED}', 'x', { qos: 0 });

  await engine.waitFor(
    'tree',
    tree(profileId),
    (frame) => frame.topics === 2 && frame.rows[0]?.count === 3,
  );
  await engine.client.calls.setAllExpanded({ profileId, expanded: true });
  const frame = await engine.waitFor(
    'tree',
    tree(profileId, { selected: 'test/a/b' }),
    (one) => one.total === 5,
  );
  expect(frame.rows.map((row) => [row.name, row.depth, row.count])).toEqual([
    ['test', 0, 3],
    ['', 1, 1],
    ['\u{1F3ED}', 2, 1],
    ['a', 1, 2],
    ['b', 2, 2],
  ]);
  expect(frame.selectedIndex).toBe(4);
  expect(frame.rows[4]).toMatchObject({
    path: 'test/a/b',
    preview: expect.stringContaining('12.5'),
    kind: 'json',
    retained: true,
  });

  const detail = await engine.waitFor(
    'topic',
    { profileId, topic: 'test/a/b', maxBytes: 1000 },
    (one) => one.count === 2,
  );
  expect(Buffer.from(detail.last!.payload).toString()).toBe('{"value": 12.5}');
  expect(detail.last).toMatchObject({ qos: 1, direction: 'in', sizeBytes: 15 });

  const page = await engine.client.calls.historyPage({
    profileId,
    topic: 'test/a/b',
    beforeId: null,
    limit: 10,
    previewBytes: 100,
  });
  expect(page.more).toBe(false);
  expect(page.messages.map((one) => [...one.payload].length)).toEqual([15, 5]);
  expect([...page.messages[1]!.payload]).toEqual([...payload]);
  const status = await engine.waitFor('status', { profileId }, (one) => one.stored === 3);
  expect(status).toMatchObject({ received: 3, refused: 0, topics: 2 });

  await engine.close();
  const again = await open(engine.home);
  // What is stored is read first: who connects meanwhile sees that it is on its way, and can let it be.
  const runtime = again.core.runtime(profileId);
  expect(runtime.isLoading).toBe(true);
  const connecting = again.core.connect(profileId);
  expect(runtime.state).toEqual({ kind: 'connecting' });
  await runtime.disconnect();
  await connecting;
  expect(runtime.state).toEqual({ kind: 'disconnected' });
  const restored = await again.waitFor('tree', tree(profileId), (one) => one.total === 5);
  expect(restored.rows[4]).toMatchObject({ count: 2, preview: expect.stringContaining('12.5') });
  const old = await again.client.calls.historyPage({
    profileId,
    topic: 'test/a/b',
    beforeId: null,
    limit: 10,
    previewBytes: 100,
  });
  expect(old.messages.map((one) => one.id)).toEqual(page.messages.map((one) => one.id));
  const offline = await again.waitFor(
    'topic',
    { profileId, topic: 'test/a/b', maxBytes: 1000 },
    (one) => one.last !== null,
  );
  expect(offline.last!.packetId).toBe(detail.last!.packetId);
  await client.publishAsync('test/a/b', '', { qos: 1, retain: true });
  await client.endAsync();
});

test('of a large message the beginning comes at once, and more with the next frame', async () => {
  const engine = await open();
  const profileId = await addSubscribed(engine);
  const client = await publisher();
  const payload = Buffer.from(Uint8Array.from({ length: 600_000 }, (_, index) => index * 7));
  await client.publishAsync('test/large', payload, { qos: 1 });
  await client.endAsync();
  // Until it is stored, the tree has all of it.
  await engine.waitFor('status', { profileId }, ({ stored }) => stored >= 1);
  const shown: Uint8Array[] = [];
  const params = { profileId, topic: 'test/large', maxBytes: 200_000 };
  await engine.waitFor('topic', params, ({ last }) => {
    if (last) shown.push(last.payload);
    return last?.payload.length === 200_000;
  });
  const [beginning, more] = shown;
  expect(shown).toHaveLength(2);
  expect(beginning?.length).toBe(64 * 1024);
  expect(payload.subarray(0, 64 * 1024).equals(beginning!)).toBe(true);
  expect(payload.subarray(0, 200_000).equals(more!)).toBe(true);
});

test('publishing says how it ended and is kept for a click', async () => {
  const engine = await open();
  const { id: profileId } = await engine.addProfile({
    port: broker.port,
    subscriptions: onlyTests,
  });
  const message = {
    profileId,
    topic: 'test/publish',
    payload: new TextEncoder().encode('hello'),
    qos: 1 as const,
    retain: false,
  };
  expect(await engine.client.calls.publish(message)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('Not connected'),
  });
  await engine.client.calls.connect({ profileId });
  await subscribed(engine, profileId);
  expect(await engine.client.calls.publish(message)).toMatchObject({ kind: 'acknowledged' });
  expect(await engine.client.calls.publish({ ...message, topic: 'a/+/b' })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('wildcards'),
  });
  await engine.waitFor('status', { profileId }, (one) => one.stored === 1);
  const { publishes } = await engine.waitFor(
    'publishes',
    { profileId },
    (one) => one.publishes.length === 3,
  );
  expect(publishes.map((one) => one.result.kind)).toEqual(['refused', 'acknowledged', 'refused']);
});

test('a retained message is cleared and put back byte by byte', async () => {
  const engine = await open();
  const client = await publisher();
  const payload = Buffer.from([1, 2, 0, 255]);
  await client.publishAsync('test/kept', payload, { qos: 1, retain: true });
  const { id: profileId } = await engine.addProfile({
    port: broker.port,
    subscriptions: onlyTests,
  });
  await engine.client.calls.connect({ profileId });
  await engine.waitFor(
    'topic',
    { profileId, topic: 'test/kept', maxBytes: 100 },
    (one) => one.retained,
  );
  const { undoId } = await engine.client.calls.clearRetained({ profileId, topic: 'test/kept' });
  await engine.waitFor(
    'topic',
    { profileId, topic: 'test/kept', maxBytes: 100 },
    (one) => !one.retained,
  );
  expect(await retainedOf('test/kept')).toBeNull();
  expect(await engine.client.calls.restoreRetained({ profileId, undoId })).toMatchObject({
    kind: 'acknowledged',
  });
  expect(await retainedOf('test/kept')).toEqual(payload);
  await client.publishAsync('test/kept', '', { retain: true, qos: 1 });
  await client.endAsync();
});

test('clearing means what the broker keeps, not the last message that passed by', async () => {
  const engine = await open();
  const client = await publisher();
  await client.publishAsync('test/mixed', 'kept', { qos: 2, retain: true });
  const fields = { port: broker.port, subscriptions: onlyTests, version: '3.1.1' as const };
  const { id: profileId } = await engine.addProfile(fields);
  await engine.client.calls.connect({ profileId });
  const params = { profileId, topic: 'test/mixed', maxBytes: 100 };
  await engine.waitFor('topic', params, (one) => one.retained);
  await client.publishAsync('test/mixed', 'passing by', { qos: 1 });
  await engine.waitFor('topic', params, (one) => one.count === 2);
  const { undoId } = await engine.client.calls.clearRetained({ profileId, topic: 'test/mixed' });
  expect(await retainedOf('test/mixed')).toBeNull();
  expect(await engine.client.calls.restoreRetained({ profileId, undoId })).toMatchObject({
    kind: 'acknowledged',
  });
  expect(await retainedOf('test/mixed')).toEqual(Buffer.from('kept'));

  const second = await engine.client.calls.clearRetained({ profileId, topic: 'test/mixed' });
  await client.publishAsync('test/mixed', 'newer', { qos: 1, retain: true });
  const undone = engine.client.calls.restoreRetained({ profileId, undoId: second.undoId });
  await expect(undone).resolves.toMatchObject({ kind: 'refused' });
  expect(await retainedOf('test/mixed')).toEqual(Buffer.from('newer'));

  await client.publishAsync('test/mixed', '', { qos: 1, retain: true });
  const nothing = engine.client.calls.clearRetained({ profileId, topic: 'test/mixed' });
  await expect(nothing).rejects.toMatchObject({ code: 'not-found' });
  await client.endAsync();
});

/** What the broker keeps: it would come before an answer to what is published after the SUBACK. */
async function retainedOf(topic: string): Promise<Buffer | null> {
  const client = await publisher();
  let found: Buffer | null = null;
  const marker = `marker/${String(Math.random())}`;
  const marked = new Promise<void>((resolve) => {
    client.on('message', (name, payload) => {
      if (name === marker) resolve();
      else found = payload;
    });
  });
  await client.subscribeAsync([topic, marker], { qos: 1 });
  await client.publishAsync(marker, '', { qos: 1 });
  await marked;
  await client.endAsync();
  return found;
}

test('a chart reads numbers of the past and of the present', async () => {
  const engine = await open();
  const profileId = await addSubscribed(engine);
  const client = await publisher();
  for (const value of [3, 1, 2])
    await client.publishAsync('test/chart', JSON.stringify({ deep: [{ v: value }] }), { qos: 1 });
  await client.publishAsync('test/chart', 'no number', { qos: 1 });
  const what = { kind: 'value', path: ['deep', 0, 'v'] } as const;
  const source = { profileId, topic: 'test/chart', what, steps: null };
  // Far finer than any screen: what is live has buckets without number, so they become longer.
  const params = { source, fromUs: (Date.now() - 60_000) * 1_000, toUs: null, bucketUs: 1 };
  const chart = await engine.waitFor(
    'series',
    params,
    (one) => one.values.length === 3 && one.skipped === 1,
  );
  expect([...chart.values]).toEqual([3, 1, 2]);
  expect(chart.instead).toBe('the text “no number”');
  const live = engine.waitFor('series', params, (one) => one.values.at(-1) === 9);
  await client.publishAsync('test/chart', '{"deep":[{"v":9}]}', { qos: 1 });
  expect((await live).values.at(-1)).toBe(9);
  await client.endAsync();
});

test('what a topic last had stays in view when its past is deleted, also what was loaded from the history', async () => {
  const first = await open();
  const profileId = await addSubscribed(first);
  const client = await publisher();
  await client.publishAsync('test/past', 'the last words', { qos: 1 });
  const params = { profileId, topic: 'test/past', maxBytes: 100 };
  const before = await first.waitFor('topic', params, ({ count }) => count === 1);
  await client.endAsync();
  await first.close();

  const { client: window, waitFor } = await open(first.home);
  // What is not loaded yet cannot stay.
  await waitFor('topic', params, ({ count }) => count === 1);
  const selection = { ...everything(profileId), filters: ['test/past'] };
  const upToId = before.last?.id ?? 0;
  await window.calls.deleteSelection({ selection, upToId, messages: 1 });
  await waitFor('status', { profileId }, ({ pruned }) => pruned === 1);
  const { last } = await waitFor('topic', params, ({ count }) => count === 1);
  expect(Buffer.from(last?.payload ?? []).toString()).toBe('the last words');
});

test('a deleted profile comes back with undo, and is gone with its history without', async () => {
  const engine = await open();
  const { id: profileId } = await engine.addProfile({ port: broker.port });
  await engine.client.calls.deleteProfile({ profileId });
  await engine.waitFor('profiles', {}, (one) => one.profiles.length === 0);
  await engine.client.calls.restoreProfile({ profileId });
  await engine.waitFor('profiles', {}, (one) => one.profiles.length === 1);
  await engine.client.calls.deleteProfile({ profileId });
  await engine.close();
  const again = await open(engine.home);
  await again.waitFor('profiles', {}, (one) => one.profiles.length === 0);
  while (again.gone.length === 0) await wait(10);
  expect(again.gone).toEqual([profileId]);
});

test('arguments that do not fit are refused with the field they stand in', async () => {
  const engine = await open();
  const broken = engine.client.calls.connect({ profileId: 5 as unknown as string });
  await expect(broken).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { profileId: expect.any(String) },
  });
  await expect(engine.client.calls.connect({ profileId: 'nobody' })).rejects.toMatchObject({
    code: 'not-found',
  });
  const stranger = (engine.client.calls as unknown as Record<string, () => Promise<unknown>>)[
    'toString'
  ];
  await expect(stranger?.()).rejects.toMatchObject({ code: 'unknown-method' });
});
