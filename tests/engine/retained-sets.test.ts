/** Retained messages as a set, on real brokers: what a separate client sees before and after. */
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RetainedFrame, RetainedParams } from '../../app/contract-retained';
import type { Profile } from '../../app/profile';
import { randomFrom } from '../helpers/random';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto, type MosquittoOptions } from '../helpers/mosquitto';

const cleanUps: (() => Promise<unknown>)[] = [];
let bundles: Bundles;
let threads: string;
let engine: TestEngine;

beforeAll(async () => {
  bundles = await bundleHistory();
  ({ threads } = bundles);
});

afterAll(() => bundles.dispose());

beforeEach(async () => {
  engine = await openEngine({ threads });
  cleanUps.push(() => engine.dispose());
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function broker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const started = await startMosquitto({ logging: 'subscriptions', ...options });
  cleanUps.push(() => started.dispose());
  return started;
}

async function client({ port }: Mosquitto): Promise<mqtt.MqttClient> {
  const connected = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`, {
    protocolVersion: 5,
  });
  cleanUps.push(() => connected.endAsync(true));
  return connected;
}

async function connected(port: number, fields: Partial<Profile> = {}): Promise<Profile> {
  const profile = await engine.addProfile({ port, version: '5', ...fields });
  await engine.client.calls.connect({ profileId: profile.id });
  await engine.waitFor(
    'status',
    { profileId: profile.id },
    ({ state }) => state.kind === 'connected',
  );
  return profile;
}

interface Kept {
  readonly payload: string;
  readonly qos: number;
  readonly properties: string;
}

/** What a client that just came sees: topic → what the broker keeps. */
async function keptOn(
  server: Mosquitto,
  filter: string,
  most: 0 | 2 = 2,
): Promise<Map<string, Kept>> {
  const own = await client(server);
  const kept = new Map<string, Kept>();
  const fence = `fence/${String(Math.random())}`;
  const passed = new Promise<void>((resolve) => {
    own.on('message', (topic, payload, { retain, qos, properties }) => {
      if (topic === fence) resolve();
      else if (retain) {
        const { userProperties, contentType, correlationData } = properties ?? {};
        const named = JSON.stringify([userProperties, contentType, correlationData]);
        kept.set(topic, { payload: payload.toString('hex'), qos, properties: named });
      }
    });
  });
  await own.subscribeAsync(fence, { qos: 2 });
  await own.subscribeAsync(filter, { qos: most });
  await own.publishAsync(fence, '', { qos: 2 });
  await passed;
  await own.endAsync();
  return kept;
}

/** All of ten thousand: with QoS 2 a queue of Mosquitto would not hold them, so their levels are asked for in parts. */
async function allKept(server: Mosquitto): Promise<Map<string, Kept>> {
  const kept = await keptOn(server, 'plant/#', 0);
  for (let part = 0; part < 6; part += 1) {
    for (const [topic, one] of await keptOn(server, `plant/${String(part)}/#`))
      kept.set(topic, one);
  }
  return kept;
}

function params(profileId: string, change: Partial<RetainedParams> = {}): RetainedParams {
  const order = { text: '', sort: 'topic', descending: false, first: 0, count: 300 } as const;
  return { profileId, ...order, ...change };
}

async function listed(profileId: string, filter: string): Promise<RetainedFrame> {
  await engine.client.calls.listRetained({ profileId, filter });
  return frameWith(profileId, ({ listing, isArranging }) => {
    if (listing.kind === 'failed') throw new Error(listing.message);
    return listing.kind === 'done' && !isArranging;
  });
}

function frameWith(
  profileId: string,
  fits: (frame: RetainedFrame) => boolean,
  change: Partial<RetainedParams> = {},
): Promise<RetainedFrame> {
  return engine.waitFor('retained', params(profileId, change), fits);
}

/** The job that was begun, when it is over; only the test's own time limits it. */
function ended(profileId: string): Promise<RetainedFrame> {
  const over = new Set(['done', 'cancelled', 'failed', 'asks']);
  return new Promise((resolve, reject) => {
    const view = engine.client.open(
      'retained',
      params(profileId),
      (frame) => {
        if (frame.job === null || !over.has(frame.job.phase)) return;
        view.close();
        resolve(frame);
      },
      reject,
    );
  });
}

const order = { scope: 'shown', perSecond: null, confirmation: null } as const;

test('ten thousand are cleared in one go, and put back to the byte by the next run', async () => {
  const server = await broker();
  const publisher = await client(server);
  const next = randomFrom(5);
  const put = (at: number, qos: 0 | 1 | 2): Promise<unknown> => {
    const payload = Buffer.from(Array.from({ length: 1 + (at % 40) }, () => next() * 256));
    const properties = {
      userProperties: { 'a name': [`ä ${String(at)}`, 'twice'] },
      contentType: 'x/y',
      correlationData: payload,
    };
    return publisher.publishAsync(`plant/${String(Math.floor(at / 300))}/${String(at)}`, payload, {
      ...{ retain: true, qos },
      ...(at % 2 === 0 ? { properties } : {}),
    });
  };
  // More than a queue of Mosquitto holds, and as many at a time as it lets a client send.
  for (let from = 0; from < 1_800; from += 20) {
    const some = Array.from({ length: 20 }, (_, more) => put(from + more, more % 3 === 0 ? 2 : 1));
    await Promise.all(some);
  }
  await Promise.all(Array.from({ length: 8_200 }, (_, more) => put(1_800 + more, 0)));
  await publisher.publishAsync('other/stays', 'x', { retain: true, qos: 1 });
  const before = await allKept(server);
  expect(before.size).toBe(10_000);

  const { id } = await connected(server.port, { subscriptions: [] });
  const list = await listed(id, 'plant/#');
  expect(list).toMatchObject({ all: 10_000, total: 10_000, listing: { note: null } });
  expect(list.rows.every(({ topic, qos }) => qos === before.get(topic)?.qos)).toBe(true);
  await engine.client.calls.clearRetainedSet({ profileId: id, ...order, expected: 10_000 });
  const { job, all } = await ended(id);
  expect(job).toMatchObject({ phase: 'done', done: 10_000, failed: 0, left: 0, problem: null });
  expect(all).toBe(0);
  expect([...(await keptOn(server, '#')).keys()]).toEqual(['other/stays']);

  const { home } = engine;
  await engine.close();
  engine = await openEngine({ threads, home });
  cleanUps.push(() => engine.close());
  await engine.client.calls.connect({ profileId: id });
  await engine.waitFor('status', { profileId: id }, ({ state }) => state.kind === 'connected');
  const [set] = (await frameWith(id, ({ undos }) => undos.length > 0)).undos;
  expect(set).toMatchObject({ messages: 10_000, filter: 'plant/#' });
  await engine.client.calls.undoRetainedSet({
    ...{ profileId: id, undoId: set?.id ?? '', conflicts: 'ask' },
    ...{ perSecond: null, confirmation: null },
  });
  const undone = await ended(id);
  expect(undone.job).toMatchObject({ phase: 'done', done: 10_000, failed: 0 });
  expect(undone).toMatchObject({ all: 10_000, undos: [] });
  expect(await allKept(server)).toEqual(before);
});

test('a clear that is cancelled leaves the rest, and what others wrote is asked about', async () => {
  const server = await broker();
  const publisher = await client(server);
  for (let at = 0; at < 400; at += 1) {
    await publisher.publishAsync(`a/${String(at)}`, `value ${String(at)}`, {
      retain: true,
      qos: 1,
    });
  }
  const { id: profileId } = await connected(server.port);
  const { all } = await listed(profileId, 'a/#');
  expect(all).toBe(400);
  const { calls } = engine.client;
  await expect(calls.clearRetainedSet({ profileId, ...order, expected: 399 })).rejects.toThrow(
    'There are 400 messages now',
  );
  await calls.clearRetainedSet({ profileId, ...order, expected: 400, perSecond: 50 });
  await frameWith(profileId, ({ job }) => (job?.done ?? 0) >= 10);
  await calls.cancelRetained({ profileId });
  const { job, undos } = await ended(profileId);
  expect(job).toMatchObject({ phase: 'cancelled', total: 400, failed: 0 });
  const cleared = job?.done ?? 0;
  expect(cleared).toBeGreaterThanOrEqual(10);
  expect(cleared).toBeLessThan(400);
  expect(job?.left).toBe(400 - cleared);
  expect((await keptOn(server, 'a/#')).size).toBe(400 - cleared);

  await publisher.publishAsync('a/0', 'somebody else', { retain: true, qos: 1 });
  const undo = { profileId, undoId: undos[0]?.id ?? '', perSecond: null, confirmation: null };
  await calls.undoRetainedSet({ ...undo, conflicts: 'ask' });
  const asking = await ended(profileId);
  expect(asking.job).toMatchObject({
    phase: 'asks',
    conflicts: 1,
    conflictTopics: ['a/0'],
    sent: 0,
  });
  await calls.undoRetainedSet({ ...undo, conflicts: 'keep' });
  const kept = await ended(profileId);
  expect(kept.job).toMatchObject({ phase: 'done', done: cleared - 1, skipped: 401 - cleared });
  const now = await keptOn(server, 'a/#');
  expect(now.size).toBe(400);
  expect(Buffer.from(now.get('a/0')?.payload ?? '', 'hex').toString()).toBe('somebody else');
});

test('rows are found, put in order and selected like files', async () => {
  const server = await broker();
  const publisher = await client(server);
  for (const [topic, size] of [
    ['b/Pump', 5],
    ['a/pump', 50],
    ['c/valve', 500],
    ['d/pump', 1],
  ] as const) {
    await publisher.publishAsync(topic, 'x'.repeat(size), { retain: true, qos: 1 });
  }
  const { id: profileId } = await connected(server.port);
  await listed(profileId, '#');
  const pumps = { text: 'PUMP', sort: 'size', descending: true } as const;
  const found = await frameWith(profileId, ({ total }) => total === 3, pumps);
  expect(found.rows.map(({ topic }) => topic)).toEqual(['a/pump', 'b/Pump', 'd/pump']);
  const { calls } = engine.client;
  const select = (kind: 'only' | 'toggle' | 'range', row: number): Promise<void> =>
    calls.selectRetained({ profileId, select: { kind, row } });
  await select('only', 0);
  await select('range', 2);
  await select('toggle', 1);
  const chosen = await frameWith(profileId, ({ selected }) => selected === 2, pumps);
  expect(chosen.rows.map(({ isSelected }) => isSelected)).toEqual([true, false, true]);
  expect(chosen.selectedBytes).toBe(51);
  expect(await calls.retainedTopics({ profileId })).toBe('a/pump\nd/pump');
  await calls.clearRetainedSet({ profileId, ...order, scope: 'selected', expected: 2 });
  await ended(profileId);
  expect([...(await keptOn(server, '#')).keys()].sort()).toEqual(['b/Pump', 'c/valve']);
});

test('what a broker refuses is told by its reason, and a production broker asks for its name', async () => {
  const server = await broker({ acl: ['topic read #', 'topic write open/#'] });
  const publisher = await client(server);
  for (let at = 0; at < 5; at += 1) {
    await publisher.publishAsync(`open/${String(at)}`, 'x', { retain: true, qos: 1 });
  }
  const profile = await connected(server.port, { production: true });
  const profileId = profile.id;
  await listed(profileId, 'open/#');
  const { calls } = engine.client;
  await expect(calls.clearRetainedSet({ profileId, ...order, expected: 5 })).rejects.toThrow(
    'is marked as production',
  );
  const named = { ...order, confirmation: profile.name };
  const target = await broker({ acl: ['topic read #', 'topic write copy/0'] });
  const { id: targetId } = await connected(target.port);
  const mapping = { from: 'open/#', to: 'copy/$1' };
  await calls.copyRetained({ profileId, ...named, expected: 5, targetId, mapping });
  const { job } = await ended(profileId);
  expect(job).toMatchObject({ phase: 'done', done: 1, failed: 4 });
  expect(job?.failures[0]?.reason).toContain('0x87');
  expect(job?.failures[0]?.messages).toBe(4);
});

test('a copy to another broker is planned, renamed and complete', async () => {
  const server = await broker();
  const target = await broker();
  const publisher = await client(server);
  for (let at = 0; at < 200; at += 1) {
    const properties = { userProperties: { n: String(at) } };
    const options = { retain: true, qos: (at % 3) as 0 | 1 | 2, properties };
    await publisher.publishAsync(`line/${String(at)}`, Buffer.from([at, 0, 255]), options);
  }
  const { id: profileId } = await connected(server.port);
  const { id: targetId } = await connected(target.port);
  await listed(profileId, 'line/#');
  const { calls } = engine.client;
  const plan = { profileId, scope: 'shown', mapping: null } as const;
  expect(await calls.planRetainedCopy({ ...plan, targetId: profileId })).toMatchObject({
    problem: expect.stringContaining('same broker') as string,
  });
  const doubled = { from: 'line/+', to: 'one' };
  expect(await calls.planRetainedCopy({ ...plan, targetId, mapping: doubled })).toMatchObject({
    doubled: 199,
    problem: expect.stringContaining('replace it') as string,
  });
  const mapping = { from: 'line', to: 'backup/line' };
  expect(await calls.planRetainedCopy({ ...plan, targetId, mapping })).toMatchObject({
    ...{ messages: 200, renamed: 200, bytes: 600, problem: null },
  });
  await calls.copyRetained({ profileId, ...order, expected: 200, targetId, mapping });
  expect((await ended(profileId)).job).toMatchObject({ phase: 'done', done: 200, failed: 0 });
  const copies = await keptOn(target, '#');
  const originals = [...(await keptOn(server, '#'))].map(
    ([topic, kept]) => [`backup/${topic}`, kept] as const,
  );
  expect(copies).toEqual(new Map(originals));
});
