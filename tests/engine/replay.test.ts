import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import type { ReplayFrame, ReplaySettings } from '../../app/contract-replay';
import type { QoS } from '../../app/message';
import { DEFAULT_RULES, type ReplayRules } from '../../app/replay/rules';
import { everything, type Selection } from '../../app/selection';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bytes, until, type Bundles, type TestMessage } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import {
  BEGAN_US,
  bundleReplay,
  capture,
  demoFileOf,
  randomStream,
  recordStream,
  startProxy,
  type Arrived,
} from '../helpers/replay';

/** On a machine that does many things at once a message can be so late; it is never early. */
const TOLERANCE_MS = 250;

let bundles: Bundles;
let broker: Mosquitto;

beforeAll(async () => {
  bundles = await bundleReplay();
  broker = await startMosquitto({
    config: ['max_queued_messages 0', 'max_inflight_messages 0'],
    logging: 'subscriptions',
  });
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
});

async function openWindow(): Promise<TestEngine> {
  const engine = await openEngine({ threads: bundles.threads, demoFile: demoFileOf(bundles) });
  onTestFinished(() => engine.dispose());
  return engine;
}

/** A recorded stream, opened read-only; what of it is meant. */
async function openRecording(
  engine: TestEngine,
  messages: readonly TestMessage[],
): Promise<Selection> {
  const path = await recordStream(bundles.threads, messages);
  const { profileIds } = await engine.client.calls.openHistoryFile({ path });
  return everything(profileIds[0]!);
}

/** A connection that only publishes. */
async function connectTarget(
  engine: TestEngine,
  port: number,
  more: Partial<Parameters<TestEngine['addProfile']>[0]> = {},
): Promise<string> {
  const { id } = await engine.addProfile({ port, subscriptions: [], ...more });
  await engine.client.calls.connect({ profileId: id });
  const wanted = more.subscriptions?.length ?? 0;
  await engine.waitFor(
    'status',
    { profileId: id },
    ({ state }) => state.kind === 'connected' && state.subscriptions.length === wanted,
  );
  return id;
}

type Choices = Partial<Omit<ReplaySettings, 'rules'>> & { readonly rules?: Partial<ReplayRules> };

async function prepare(
  engine: TestEngine,
  selection: Selection,
  targetId: string | null,
  { rules = {}, ...choices }: Choices = {},
): Promise<void> {
  const { calls } = engine.client;
  await calls.prepareReplay({ selection, title: 'Recorded' });
  const { settings } = engine.core.replay.frame(0);
  await calls.setReplay({
    settings: { ...settings, targetId, ...choices, rules: { ...DEFAULT_RULES, ...rules } },
  });
}

function frameThat(
  engine: TestEngine,
  fits: (frame: ReplayFrame) => boolean,
): Promise<ReplayFrame> {
  return engine.waitFor('replay', {}, fits);
}

async function runToEnd(engine: TestEngine): Promise<NonNullable<ReplayFrame['run']>> {
  await engine.client.calls.startReplay({ confirmation: null });
  const { run } = await frameThat(engine, (frame) => frame.run?.phase === 'done');
  return run!;
}

/** Brokers keep the order of messages of one QoS [MQTT-4.6.0-6]. */
function contents(qos: QoS, messages: readonly Arrived[]): unknown[] {
  return messages
    .filter((message) => message.qos === qos)
    .map(({ topic, payload, retain, properties }) => [
      topic,
      payload.toString('base64'),
      retain,
      properties?.contentType,
      properties?.correlationData?.toString('base64'),
      JSON.stringify(properties?.userProperties),
    ]);
}

function wanted(qos: QoS, messages: readonly TestMessage[]): unknown[] {
  return messages
    .filter(({ flags = 0 }) => (flags & 3) === qos)
    .map(({ topic, payload, flags = 0, properties }) => [
      topic,
      Buffer.from(payload).toString('base64'),
      (flags & 4) !== 0,
      properties?.contentType,
      properties?.correlationData && Buffer.from(properties.correlationData).toString('base64'),
      properties?.userProperties && '{"site":["lyon","again"],"__proto__":"x"}',
    ]);
}

function numbered(count: number, topic: string, qos: QoS = 0): TestMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    topic,
    timeUs: BEGAN_US + index * 1_000,
    flags: qos,
    packetId: qos === 0 ? 0 : 1 + (index % 65_535),
    payload: bytes(String(index)),
  }));
}

describe('a recorded stream that is replayed', () => {
  test.each([
    ['at real time', 1, 3_000_000],
    ['ten times as fast', 10, 20_000_000],
    ['as fast as possible', 'max', 20_000_000],
  ] as const)('%s arrives as it was', async (_, speed, spanUs) => {
    // Of its own, because some messages are retained. A window of messages under way would not keep their order
    // (mosquitto.conf, max_inflight_messages).
    const fresh = await startMosquitto({
      config: ['max_queued_messages 0', 'max_inflight_messages 0'],
    });
    onTestFinished(() => fresh.dispose());
    const messages = randomStream(11, 400, spanUs);
    const engine = await openWindow();
    const selection = await openRecording(engine, messages);
    const targetId = await connectTarget(engine, fresh.port);
    const { arrived } = await capture(fresh.port, 'plant/#');
    await prepare(engine, selection, targetId, { speed });
    const run = await runToEnd(engine);
    await until(() => arrived.length >= messages.length, 'all messages arrived');

    for (const qos of [0, 1, 2] as const) {
      expect(contents(qos, arrived)).toEqual(wanted(qos, messages));
    }
    expect(run).toMatchObject({ sent: 400, total: 400, failed: 0, loopsDone: 1 });
    expect(run.acknowledged).toBe(messages.filter(({ flags = 0 }) => (flags & 3) > 0).length);
    if (speed === 'max') return;
    // Of QoS 0, which comes without waiting for anything; all times from the first one on.
    const sources = messages.filter(({ flags = 0 }) => (flags & 3) === 0);
    const targets = arrived.filter(({ qos }) => qos === 0);
    const late = sources.map(
      ({ timeUs = 0 }, at) =>
        targets[at]!.atMs - targets[0]!.atMs - (timeUs - sources[0]!.timeUs!) / 1_000 / speed,
    );
    // One that a busy machine held up says nothing; nine of ten are in time.
    const off = late.map(Math.abs).sort((one, other) => one - other);
    expect(off[Math.floor(off.length * 0.9)]).toBeLessThan(TOLERANCE_MS);
  });

  test('can be paused, stepped through, sought in and stopped', async () => {
    const messages = numbered(10, 'steps/a').map((one, at) => ({
      ...one,
      timeUs: BEGAN_US + at * 3_600_000_000,
    }));
    const engine = await openWindow();
    const { calls } = engine.client;
    const selection = await openRecording(engine, messages);
    const targetId = await connectTarget(engine, broker.port);
    const { arrived } = await capture(broker.port, 'steps/#', 'capture-steps');
    const texts = (): string[] => arrived.map(({ payload }) => payload.toString());
    await prepare(engine, selection, targetId);
    await calls.startReplay({ confirmation: null });
    await until(() => texts().length === 1, 'the first one came at once');
    await calls.pauseReplay();
    await calls.stepReplay();
    await calls.stepReplay();
    await until(() => texts().length === 3, 'two steps came');
    await frameThat(engine, ({ run }) => run?.phase === 'paused' && run.sent === 3);
    // To the last but one; the next one is an hour away.
    await calls.seekReplay({ timeUs: BEGAN_US + 8 * 3_600_000_000 });
    await calls.resumeReplay();
    await until(() => texts().length === 4, 'what was sought came');
    expect(texts()).toEqual(['0', '1', '2', '8']);
    await calls.stopReplay();
    const { run } = await frameThat(engine, (frame) => frame.run?.phase === 'stopped');
    expect(run).toMatchObject({ sent: 4, positionUs: BEGAN_US + 8 * 3_600_000_000 });
  });

  test('goes round as often as wanted, between its marks, with short pauses', async () => {
    const messages = numbered(100, 'loop/a').map((one, at) => ({
      ...one,
      timeUs: BEGAN_US + at * 60_000_000,
    }));
    const engine = await openWindow();
    const selection = await openRecording(engine, messages);
    const targetId = await connectTarget(engine, broker.port);
    const { arrived } = await capture(broker.port, 'loop/#', 'capture-loop');
    await prepare(engine, selection, targetId, {
      loops: 3,
      maxPauseMs: 5,
      fromUs: messages[10]!.timeUs,
      toUs: messages[19]!.timeUs,
    });
    const run = await runToEnd(engine);
    expect(run).toMatchObject({ sent: 30, loopsDone: 3 });
    await until(() => arrived.length === 30, 'three rounds came');
    const round = Array.from({ length: 10 }, (_, at) => String(at + 10));
    expect(arrived.map(({ payload }) => payload.toString())).toEqual([
      ...round,
      ...round,
      ...round,
    ]);
  });
});

test('rules, rounds and marks are of one source: another begins without, the same again keeps them', async () => {
  const engine = await openWindow();
  const selection = await openRecording(engine, numbered(9, 'plant/line1/temperature', 1));
  const targetId = await connectTarget(engine, broker.port);
  const set = { speed: 10, loops: 3, fromUs: BEGAN_US, rules: { include: ['nowhere/#'] } } as const;
  await prepare(engine, selection, targetId, set);
  const settings = () => engine.core.replay.frame(0).settings;
  const { calls } = engine.client;
  await calls.prepareReplay({ selection: { ...selection }, title: 'Recorded' });
  expect(settings()).toMatchObject({ loops: 3, rules: { include: ['nowhere/#'] } });

  await calls.closeReplay();
  const branch = { ...selection, filters: ['plant/#'] };
  await calls.prepareReplay({ selection: branch, title: 'Branch' });
  expect(settings()).toMatchObject({ targetId, speed: 10, loops: 1, fromUs: null });
  expect(settings().rules).toEqual(DEFAULT_RULES);
  await frameThat(engine, ({ dryRun }) => dryRun.kind === 'done');
  const run = await runToEnd(engine);
  expect(run).toMatchObject({ sent: 9, total: 9 });
  // What is set afterwards is for the next one.
  const rules = { ...DEFAULT_RULES, include: ['nowhere/#'] };
  await calls.setReplay({ settings: { ...settings(), loops: 5, rules } });
  await calls.dryRunReplay();
  const { run: over } = await frameThat(engine, ({ dryRun }) => dryRun.kind === 'done');
  expect(over).toMatchObject({ sent: 9, total: 9 });
  await calls.setReplay({ settings: { ...settings(), loops: 1, rules: DEFAULT_RULES } });

  const { earlier } = engine.core.replay.frame(0);
  expect(earlier).toMatchObject({ title: 'Recorded', settings: set });
  // What nobody touched does not take the place of what was set.
  await calls.prepareReplay({ selection: { ...selection, filters: ['$SYS/#'] }, title: 'Broker' });
  expect(settings().rules.skipSystem).toBe(false);
  await calls.prepareReplay({ selection: branch, title: 'Branch' });
  expect(engine.core.replay.frame(0).earlier?.title).toBe('Recorded');
});

test('a dry run counts what is then sent, and sends nothing', async () => {
  const messages: TestMessage[] = [
    ...numbered(50, 'plant/line1/temperature', 1),
    { topic: '$SYS/broker/uptime', payload: bytes('1'), timeUs: BEGAN_US + 60_000 },
    { topic: 'plant/line1/debug', payload: bytes('noise'), timeUs: BEGAN_US + 70_000 },
    { topic: 'plant/line1/own', payload: bytes('x'), timeUs: BEGAN_US + 80_000, flags: 0x10 },
    { topic: 'plant/line1/echo', payload: bytes('x'), timeUs: BEGAN_US + 85_000, flags: 0x20 },
    { topic: `plant/${'l'.repeat(40_000)}/x`, payload: bytes('x'), timeUs: BEGAN_US + 90_000 },
    { topic: 'plant/line1/json', payload: bytes('{"v":1.0}'), timeUs: BEGAN_US + 95_000 },
  ];
  const engine = await openWindow();
  const selection = await openRecording(engine, messages);
  const targetId = await connectTarget(engine, broker.port);
  const { arrived } = await capture(broker.port, 'copy/#', 'capture-dry');
  await prepare(engine, selection, targetId, {
    speed: 'max',
    rules: {
      mappings: [{ from: 'plant/+/#', to: 'copy/$1/$2/$1' }],
      exclude: ['+/+/debug'],
      settings: [{ path: 'site', json: '"lyon"' }],
      qos: 1,
    },
  });
  await engine.client.calls.dryRunReplay();
  const { dryRun } = await frameThat(
    engine,
    (frame) => frame.dryRun.kind === 'done' && !frame.dryRun.stale,
  );
  if (dryRun.kind !== 'done') throw new Error('No dry run');
  const { result } = dryRun;
  expect(result).toMatchObject({
    scanned: 56,
    messages: 51,
    skipped: { system: 1, excluded: 1, own: 1, replayed: 1, range: 0 },
    invalid: 1,
    unapplied: 50,
    byQos: [0, 51, 0],
    topics: 2,
  });
  expect(result.invalidTopics[0]?.problem).toContain('65,535');
  expect(result.density.counts.reduce((sum, count) => sum + count, 0)).toBe(56);
  const topics = await engine.client.calls.dryRunTopics({ limit: 10 });
  expect(topics[0]).toEqual({
    topic: 'plant/line1/temperature',
    sentAs: 'copy/line1/temperature/line1',
    messages: 50,
    bytes: 90,
    firstUs: BEGAN_US,
    lastUs: BEGAN_US + 49_000,
  });
  const preview = await engine.client.calls.previewReplay({
    rules: engine.core.replay.frame(0).settings.rules,
    limit: 20,
  });
  expect(preview.map(({ after }) => after.kind)).toEqual([
    'send',
    'invalid',
    'send',
    'skip',
    'skip',
    'skip',
    'skip',
  ]);
  expect(preview[2]?.after).toMatchObject({
    topic: 'copy/line1/json/line1',
    payload: bytes('{"v":1.0,"site":"lyon"}'),
  });
  expect(arrived).toEqual([]);

  const run = await runToEnd(engine);
  await until(() => arrived.length >= result.messages, 'all came');
  expect(run).toMatchObject({ sent: result.messages, bytes: result.bytes, failed: result.invalid });
  expect(arrived.filter(({ topic }) => topic === topics[0]?.sentAs)).toHaveLength(50);
  expect(arrived.every(({ qos }) => qos === 1)).toBe(true);
});

test('timestamps in payloads say now', async () => {
  const messages = [
    {
      topic: 'now/a',
      timeUs: BEGAN_US,
      payload: bytes(JSON.stringify({ at: new Date(BEGAN_US / 1_000).toISOString(), n: 1 })),
    },
  ];
  const engine = await openWindow();
  const selection = await openRecording(engine, messages);
  const targetId = await connectTarget(engine, broker.port);
  const { arrived } = await capture(broker.port, 'now/#', 'capture-now');
  await prepare(engine, selection, targetId, { rules: { shiftTimes: ['at'] } });
  const beforeMs = Date.now();
  await runToEnd(engine);
  await until(() => arrived.length === 1, 'it came');
  const { at } = JSON.parse(arrived[0]!.payload.toString()) as { at: string };
  expect(Date.parse(at)).toBeGreaterThanOrEqual(beforeMs - 1);
  expect(Date.parse(at)).toBeLessThanOrEqual(Date.now() + 1);
});

describe('a connection that is lost', () => {
  test.each([
    [1, false, 'QoS 1 with a session: nothing is lost'],
    [2, false, 'QoS 2 with a session: each message arrives once'],
    [1, true, 'QoS 1 without a session: nothing is lost'],
    [2, true, 'QoS 2 without a session: nothing is lost'],
  ] as const)('QoS %d, clean start %s: %s', async (qos, cleanStart, _) => {
    const topic = `lost/${String(qos)}/${String(cleanStart)}`;
    const messages = numbered(4_000, topic, qos);
    const proxy = await startProxy(broker.port);
    const engine = await openWindow();
    const selection = await openRecording(engine, messages);
    const targetId = await connectTarget(engine, proxy.port, {
      cleanStart,
      clientId: `replay-${topic.replaceAll('/', '-')}`,
    });
    const { arrived } = await capture(broker.port, topic, `capture-${topic}`);
    await prepare(engine, selection, targetId, { speed: 2 });
    await engine.client.calls.startReplay({ confirmation: null });
    // The last time with most of a second to go: it must not be over before it is noticed.
    for (const share of [0.2, 0.4, 0.6]) {
      await until(() => arrived.length >= messages.length * share, 'a part arrived');
      proxy.cut();
      await frameThat(engine, ({ run }) => run?.phase === 'interrupted');
      await engine.client.calls.retryNow({ profileId: targetId });
      await frameThat(engine, ({ run }) => run?.phase !== 'interrupted');
    }
    const { run } = await frameThat(engine, (frame) => frame.run?.phase === 'done');
    expect(run).toMatchObject({ sent: 4_000, acknowledged: 4_000, failed: 0 });
    await until(() => new Set(numbers(arrived)).size === 4_000, 'everything arrived');
    if (qos === 2 && !cleanStart) {
      expect(numbers(arrived)).toEqual(messages.map((_, at) => at));
    }
  });

  function numbers(arrived: readonly Arrived[]): number[] {
    return arrived.map(({ payload }) => Number(payload.toString()));
  }

  test('because the broker was restarted: it goes on where it was', async () => {
    const restarted = await startMosquitto({
      persistence: true,
      config: ['max_queued_messages 0'],
      logging: 'subscriptions',
    });
    onTestFinished(() => restarted.dispose());
    const messages = numbered(3_000, 'restart/a', 1);
    const engine = await openWindow();
    const selection = await openRecording(engine, messages);
    const targetId = await connectTarget(engine, restarted.port);
    const { arrived } = await capture(restarted.port, 'restart/#', 'capture-restart');
    await prepare(engine, selection, targetId, { speed: 2 });
    await engine.client.calls.startReplay({ confirmation: null });
    await until(() => arrived.length > 500, 'some arrived');
    await restarted.stop();
    const { run } = await frameThat(engine, (frame) => frame.run?.phase === 'interrupted');
    expect(run?.problem).not.toBeNull();
    // Nothing goes while there is no connection.
    const { sent } = engine.core.replay.frame(0).run!;
    await wait(100);
    expect(engine.core.replay.frame(0).run?.sent).toBe(sent);
    await restarted.start();
    await engine.client.calls.retryNow({ profileId: targetId });
    const { run: end } = await frameThat(engine, (frame) => frame.run?.phase === 'done');
    expect(end).toMatchObject({ sent: 3_000, acknowledged: 3_000 });
    await until(() => new Set(numbers(arrived)).size === 3_000, 'everything arrived');
  });
});

test('what comes back from the broker is marked, and is no source of the same replay', async () => {
  const engine = await openWindow();
  const { calls } = engine.client;
  const subscriptions = [{ filter: 'echo/#', qos: 1 as const }];
  const sourceId = await connectTarget(engine, broker.port, { subscriptions });
  const otherId = await connectTarget(engine, broker.port, { subscriptions });
  for (let at = 0; at < 5; at += 1) {
    await calls.publish({
      profileId: otherId,
      topic: 'echo/a',
      payload: bytes(`value ${String(at)}`),
      qos: 1,
      retain: false,
    });
  }
  const countOf = async (profileId: string, count: number): Promise<unknown> =>
    engine.waitFor(
      'topic',
      { profileId, topic: 'echo/a', maxBytes: 10 },
      (frame) => frame.count === count,
    );
  await countOf(sourceId, 5);
  await prepare(engine, everything(sourceId), sourceId, { loops: 3, speed: 'max' });
  const run = await runToEnd(engine);
  expect(run.sent).toBe(15);
  await countOf(sourceId, 20);
  await countOf(otherId, 20);
  for (const profileId of [sourceId, otherId]) {
    const { messages } = await calls.historyPage({
      profileId,
      topic: 'echo/a',
      beforeId: null,
      limit: 100,
      previewBytes: 10,
    });
    expect(messages.map(({ replayed }) => replayed === true)).toEqual(
      Array.from({ length: 20 }, (_, at) => at < 15),
    );
    expect(messages.map(({ direction }) => direction)).toEqual(
      Array.from({ length: 20 }, (_, at) => (profileId === otherId && at >= 15 ? 'out' : 'in')),
    );
  }
  // As many as were sent, and no more: the next one is another publisher's.
  await calls.publish({
    profileId: otherId,
    topic: 'echo/a',
    payload: bytes('value 0'),
    qos: 1,
    retain: false,
  });
  const frame = await engine.waitFor(
    'topic',
    { profileId: sourceId, topic: 'echo/a', maxBytes: 10 },
    ({ count }) => count === 21,
  );
  expect(frame.last?.replayed).toBeUndefined();
  // A later replay leaves out what this one sent.
  await calls.prepareReplay({ selection: everything(sourceId), title: 'again' });
  const { dryRun } = await frameThat(engine, ({ dryRun: { kind } }) => kind === 'done');
  expect(dryRun).toMatchObject({ result: { messages: 6, skipped: { replayed: 15 } } });
  await countOf(otherId, 21);
  // To the one that published them they are its own.
  await calls.prepareReplay({ selection: everything(otherId), title: 'own' });
  const { dryRun: own } = await frameThat(engine, (now) => now.dryRun.kind === 'done');
  expect(own).toMatchObject({ result: { messages: 0, skipped: { own: 6, replayed: 15 } } });
});

test('a replay to a production broker needs its name', async () => {
  const engine = await openWindow();
  const selection = await openRecording(engine, numbered(3, 'guard/a'));
  const targetId = await connectTarget(engine, broker.port, { name: 'Plant', production: true });
  await prepare(engine, selection, targetId);
  for (const confirmation of [null, '', 'plant']) {
    await expect(engine.client.calls.startReplay({ confirmation })).rejects.toMatchObject({
      code: 'confirmation-needed',
    });
  }
  expect(engine.core.replay.running).toBeNull();
  await engine.client.calls.startReplay({ confirmation: 'Plant' });
  await frameThat(engine, ({ run }) => run?.phase === 'done' && run.sent === 3);
});

test('what cannot be replayed is refused in words', async () => {
  const engine = await openWindow();
  const { calls } = engine.client;
  await expect(calls.startReplay({ confirmation: null })).rejects.toMatchObject({
    code: 'not-found',
  });
  const selection = await openRecording(engine, numbered(2_000, 'refused/a'));
  await prepare(engine, selection, null);
  await expect(calls.startReplay({ confirmation: null })).rejects.toThrow('Choose the connection');
  const { id } = await engine.addProfile({ port: broker.port });
  await prepare(engine, selection, id);
  await expect(calls.startReplay({ confirmation: null })).rejects.toMatchObject({
    code: 'not-connected',
  });
  await expect(
    prepare(engine, selection, id, { rules: { mappings: [{ from: 'a/#/b', to: 'x' }] } }),
  ).rejects.toMatchObject({ code: 'invalid-argument' });
  await prepare(engine, selection, await connectTarget(engine, broker.port), { speed: 1 });
  await calls.startReplay({ confirmation: null });
  for (const refused of [
    calls.startReplay({ confirmation: null }),
    calls.prepareReplay({ selection, title: 'x' }),
    calls.closeReplay(),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: 'replay-running' });
  }
  await calls.stopReplay();
});

test('the built-in broker takes a replay', async () => {
  const engine = await openWindow();
  const selection = await openRecording(engine, randomStream(5, 300, 3_000_000));
  const { profileId } = await engine.client.calls.openDemo();
  await engine.waitFor(
    'status',
    { profileId },
    ({ state }) => state.kind === 'connected' && state.subscriptions.length > 0,
  );
  await prepare(engine, selection, profileId, {
    speed: 10,
    rules: { mappings: [{ from: '#', to: 'replayed/$1' }] },
  });
  const run = await runToEnd(engine);
  expect(run).toMatchObject({ sent: 300, failed: 0 });
  await engine.waitFor(
    'topic',
    { profileId, topic: 'replayed', maxBytes: 10 },
    ({ below }) => below.messages === 300,
  );
});
