/** The publish desk, asked through the contract; what was sent is what a client of its own receives. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from 'vitest';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { JobSummary, PublishDraft } from '../../app/contract-desk';
import { EMPTY_DRAFT, NO_PROPERTIES } from '../../app/desk/draft';
import { bytesOf } from '../helpers/decoding';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';

interface Received {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
  readonly atMs: number;
}

let bundles: Bundles;
let broker: Mosquitto;
let client: MqttClient;
let engine: TestEngine;
let folder: string;
let profileId: string;
const received: Received[] = [];

beforeAll(async () => {
  bundles = await bundleHistory({ decoding: true });
  broker = await startMosquitto();
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-desk-'));
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, {
    protocolVersion: 5,
  });
  client.on('message', (topic, payload, packet) => {
    received.push({ topic, payload, packet, atMs: performance.now() });
  });
  await client.subscribeAsync('desk/#', { qos: 2 });
});
beforeEach(async () => {
  received.length = 0;
  engine = await openEngine({ threads: bundles.threads });
  profileId = await connected();
});
afterEach(async () => {
  await engine.dispose();
});
afterAll(async () => {
  await client.endAsync(true);
  await broker.dispose();
  await bundles.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function connected(
  fields: Partial<Parameters<TestEngine['addProfile']>[0]> = {},
): Promise<string> {
  const { id } = await engine.addProfile({ port: broker.port, version: '5', ...fields });
  await engine.client.calls.connect({ profileId: id });
  await engine.waitFor('status', { profileId: id }, ({ state }) => state.kind === 'connected');
  return id;
}

function draft(change: Partial<PublishDraft>): PublishDraft {
  return { ...EMPTY_DRAFT, topic: 'desk/a', qos: 1, ...change };
}

async function send(
  change: Partial<PublishDraft>,
  answers: ReadonlyArray<readonly [string, string]> = [],
): Promise<Received> {
  const count = received.length;
  await engine.client.calls.publishDraft({ profileId, draft: draft(change), answers });
  await arrived(count + 1);
  const last = received[count];
  if (!last) throw new Error('Nothing arrived');
  return last;
}

async function arrived(count: number): Promise<void> {
  await expect.poll(() => received.length).toBeGreaterThanOrEqual(count);
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  engine.core.desk.files.allow(path);
  return path;
}

describe('a draft', () => {
  test('goes as the bytes of its format, and is shown before as what goes', async () => {
    const schema = {
      ...{ id: 'plant', name: 'reading.proto', kind: 'protobuf' as const },
      files: [
        {
          name: 'reading.proto',
          bytes: bytesOf('syntax = "proto3"; package plant; message Reading { float value = 1; }'),
        },
      ],
    };
    await engine.client.calls.saveDecodingSchema({ schema });
    const avro = {
      ...{ id: 'avro', name: 'r.avsc', kind: 'avro' as const },
      files: [{ name: 'r.avsc', bytes: bytesOf('{"type":"array","items":"long"}') }],
    };
    await engine.client.calls.saveDecodingSchema({ schema: avro });
    const cases: readonly (readonly [Partial<PublishDraft>, string])[] = [
      [{ payload: 'ä\r\n{{now}}', variables: false }, Buffer.from('ä\r\n{{now}}').toString('hex')],
      [{ payload: '{"a": 1.0}', format: 'json' }, Buffer.from('{"a": 1.0}').toString('hex')],
      [{ payload: '<a/>', format: 'xml' }, Buffer.from('<a/>').toString('hex')],
      [{ payload: '00 ff 10', format: 'hex' }, '00ff10'],
      [{ payload: 'AP8Q', format: 'base64' }, '00ff10'],
      [{ payload: '{"a":1}', format: 'cbor' }, 'a1616101'],
      [{ payload: '{"a":1}', format: 'msgpack' }, '81a16101'],
      [
        {
          payload: '{"value": 1.5}',
          format: 'protobuf',
          options: { schema: 'plant', messageType: 'plant.Reading' },
        },
        '0d0000c03f',
      ],
      [{ payload: '[1, -1]', format: 'avro', options: { schema: 'avro' } }, '04020100'],
      [{ payload: '{"seq": 3}', format: 'sparkplug' }, '1803'],
      [
        { payload: '{"a":1}', format: 'cbor', packing: ['hex-text'] },
        Buffer.from('a1616101').toString('hex'),
      ],
      [{ payload: '' }, ''],
    ];
    for (const [change, expected] of cases) {
      const shown = await engine.client.calls.compose({ profileId, draft: draft(change) });
      expect(shown.problems).toEqual([]);
      const { payload } = await send(change);
      expect(payload.toString('hex')).toBe(expected);
      expect(Buffer.from(shown.payload).toString('hex')).toBe(expected);
      expect(shown.sizeBytes).toBe(payload.length);
    }
  });

  test('is not sent while something is wrong, and says where', async () => {
    const wrong = draft({
      topic: 'desk/#',
      payload: '{"a": {{now seconds}},\n "b" 2}',
      format: 'json',
    });
    const { problems, sizeBytes } = await engine.client.calls.compose({ profileId, draft: wrong });
    expect(sizeBytes).toBeNull();
    expect(problems).toEqual([
      expect.objectContaining({ field: 'topic' }),
      expect.objectContaining({ field: 'payload', line: 2, column: 6 }),
    ]);
    const order = { profileId, draft: draft({ payload: '{{nwo}}' }), answers: [] };
    await expect(engine.client.calls.publishDraft(order)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringMatching(
        /Nothing was sent. Payload, line 1, column 1: “nwo”/,
      ) as string,
    });
    expect(received).toEqual([]);
  });

  test('carries every property as it was written', async () => {
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: '60',
      contentType: 'text/plain; n={{counter}}',
      responseTopic: 'desk/answers',
      correlationData: { notation: 'hex' as const, text: '00 ff 80' },
      userProperties: [
        ['b', '1'],
        ['a', 'ä'],
        ['a', ''],
        ['__proto__', 'x'],
      ] as const,
    };
    const { packet } = await send({ payload: 'x', properties, qos: 2, retain: true });
    expect(packet.qos).toBe(2);
    expect(packet.properties).toMatchObject({
      payloadFormatIndicator: true,
      contentType: 'text/plain; n=1',
      responseTopic: 'desk/answers',
      correlationData: Buffer.from('00ff80', 'hex'),
    });
    expect(packet.properties?.messageExpiryInterval).toBeGreaterThan(0);
    expect(Object.entries(packet.properties?.userProperties ?? {})).toEqual([
      ['b', '1'],
      ['a', ['ä', '']],
      ['__proto__', 'x'],
    ]);
    await send({ payload: '', retain: true });

    const bad = {
      ...NO_PROPERTIES,
      messageExpiryInterval: '-1',
      responseTopic: 'a/#',
      userProperties: [['\0', 'x']] as const,
    };
    const shown = await engine.client.calls.compose({
      profileId,
      draft: draft({ properties: bad }),
    });
    expect(shown.problems.map(({ field }) => field)).toEqual([
      'responseTopic',
      'messageExpiryInterval',
      'userProperties.0.0',
    ]);
  });

  test('takes a payload from a file that was chosen, and from a stored message, byte by byte', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index * 7);
    const path = await file('payload.bin', bytes);
    const source = { kind: 'file' as const, path, name: 'payload.bin', sizeBytes: bytes.length };
    expect((await send({ source })).payload.equals(bytes)).toBe(true);
    const other = { ...source, path: join(folder, 'other.bin') };
    await writeFile(other.path, 'secret');
    const shown = await engine.client.calls.compose({ profileId, draft: draft({ source: other }) });
    expect(shown.problems[0]?.message).toMatch(/Choose the file again/);

    const listening = await connected({ subscriptions: [{ filter: 'desk/#', qos: 1 }] });
    await send({ topic: 'desk/stored', source });
    const frame = await engine.waitFor(
      'topic',
      { profileId: listening, topic: 'desk/stored', maxBytes: 1 },
      ({ last }) => last !== null,
    );
    const stored = {
      kind: 'message' as const,
      profileId: listening,
      messageId: frame.last?.id ?? 0,
      sizeBytes: 0,
    };
    expect((await send({ source: stored })).payload.equals(bytes)).toBe(true);
  });

  test('that is large says how much of it is on its way', async () => {
    const sockets: Socket[] = [];
    const slow = await startScriptedBroker('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'subscribe') sockets.push(client.socket.pause());
      if (packet?.cmd === 'publish')
        client.send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 });
    });
    onTestFinished(() => slow.close());
    const id = await connected({ port: slow.port });
    await expect.poll(() => sockets.length).toBe(1);
    const path = await file('large.bin', Buffer.alloc(30_000_000));
    const source = { kind: 'file' as const, path, name: 'large.bin', sizeBytes: 30_000_000 };
    const sent = engine.client.calls.publishDraft({
      ...{ profileId: id, answers: [], draft: draft({ source }) },
    });
    // What the sockets' buffers take is on its way; the rest waits for a broker that does not read.
    const { sending } = await engine.waitFor('sending', { profileId: id }, (frame) => {
      const writtenBytes = frame.sending?.writtenBytes ?? 0;
      return writtenBytes > 0 && writtenBytes < 30_000_000;
    });
    expect(sending?.sizeBytes).toBe(30_000_000);
    for (const socket of sockets) socket.resume();
    expect(await sent).toMatchObject({ kind: 'acknowledged' });
    await engine.waitFor('sending', { profileId: id }, (frame) => frame.sending === null);
  });

  test('has counters that go on with each message, and answers that are remembered', async () => {
    const payload = '{{counter 10 5}} {{ask "device" "press"}}';
    const first = await engine.client.calls.compose({ profileId, draft: draft({ payload }) });
    expect(first.text).toBe('10 press');
    expect(first.questions).toEqual([{ name: 'device', initial: 'press' }]);
    expect((await send({ payload }, [['device', 'saw']])).payload.toString()).toBe('10 saw');
    const second = await engine.client.calls.compose({ profileId, draft: draft({ payload }) });
    expect(second.text).toBe('15 saw');
    expect((await send({ payload }, [['device', 'mill']])).payload.toString()).toBe('15 mill');
  });

  test('completes topics from the tree, level by level', async () => {
    const listening = await connected({ subscriptions: [{ filter: 'desk/#', qos: 1 }] });
    for (const topic of ['desk/line1/press', 'desk/line2', 'desk/Lift'])
      await send({ topic, payload: 'x' });
    await engine.waitFor('status', { profileId: listening }, ({ topics }) => topics >= 3);
    const complete = async (text: string): Promise<string[]> =>
      (await engine.client.calls.completeTopic({ profileId: listening, text, limit: 10 })).map(
        ({ path }) => path,
      );
    expect(await complete('de')).toEqual(['desk']);
    expect((await complete('desk/li')).sort()).toEqual(['desk/Lift', 'desk/line1', 'desk/line2']);
    expect(await complete('desk/line1/')).toEqual(['desk/line1/press']);
    expect(await complete('none/')).toEqual([]);
  });
});

describe('templates', () => {
  test('are kept, exported, and imported without taking anything’s place', async () => {
    const { calls } = engine.client;
    const template = {
      id: 't1',
      name: 'Start',
      folder: ' line1 / press ',
      draft: draft({ payload: '{{uuid}}' }),
    };
    await calls.saveTemplate({ template });
    await calls.saveTemplate({
      template: { ...template, id: 't2', name: 'Stop', folder: 'line1' },
    });
    const { templates } = await engine.waitFor(
      'templates',
      {},
      (frame) => frame.templates.length === 2,
    );
    expect(templates.map(({ folder, name }) => `${folder}: ${name}`)).toEqual([
      'line1: Stop',
      'line1/press: Start',
    ]);
    const all = await calls.exportTemplates({ folder: null });
    const one = await calls.exportTemplates({ folder: 'line1/press' });
    expect((await calls.previewTemplates({ bytes: one })).map(({ state }) => state)).toEqual([
      'same',
    ]);
    await calls.saveTemplate({ template: { ...template, draft: draft({ payload: 'changed' }) } });
    expect(
      (await calls.previewTemplates({ bytes: all })).map(({ name, state }) => [name, state]),
    ).toEqual([
      ['Stop', 'same'],
      ['Start (2)', 'renamed'],
    ]);
    expect(await calls.importTemplates({ bytes: all })).toBe(1);
    expect((await calls.template({ id: 't1' })).draft.payload).toBe('changed');
    const gone = await calls.deleteTemplate({ id: 't2' });
    await calls.saveTemplate({ template: gone });
    await expect(
      calls.previewTemplates({ bytes: bytesOf('{"format":"other"}') }),
    ).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await engine.close();
    const again = await openEngine({ threads: bundles.threads, home: engine.home });
    const frame = await again.waitFor('templates', {}, () => true);
    expect(frame.templates.map(({ name }) => name)).toEqual(['Stop', 'Start', 'Start (2)']);
    await again.close();
  });
});

describe('a job', () => {
  async function job(fits: (summary: JobSummary) => boolean): Promise<JobSummary> {
    const { jobs } = await engine.waitFor('jobs', {}, (frame) => frame.jobs.some(fits));
    const found = jobs.find(fits);
    if (!found) throw new Error('No such job');
    return found;
  }

  test('keeps its pace from its start on, however late a message was', async () => {
    const everyMs = 40;
    const schedule = { kind: 'repeat' as const, everyMs, times: 25 };
    const startedMs = performance.now();
    await engine.client.calls.startJob({
      ...{ profileId, draft: draft({ qos: 0, payload: '{{counter 100 2}}' }), answers: [] },
      ...{ schedule, confirmation: null },
    });
    const done = await job(({ state }) => state === 'done');
    expect(done).toMatchObject({ sent: 25, failed: 0, total: 25, problem: null });
    await arrived(25);
    expect(received.map(({ payload }) => payload.toString())).toEqual(
      Array.from({ length: 25 }, (_, index) => String(100 + 2 * index)),
    );
    // Never early, and a delay of one is not added to the next: measured at the receiver, from the start.
    for (const [index, { atMs }] of received.entries())
      expect(atMs - startedMs).toBeGreaterThanOrEqual(index * everyMs - 1);
    expect(done.elapsedMs).toBeGreaterThanOrEqual(24 * everyMs);
  });

  test('sends the rows of a file one by one, and says which could not be sent', async () => {
    const path = await file(
      'rows.csv',
      '\ufeffid;text\r\n1;"a;b"\r\n2;"say ""x"""\r\n#;c\r\n3;"two\nlines"\r\n',
    );
    expect(await engine.client.calls.csvHead({ path })).toEqual({
      columns: ['id', 'text'],
      rows: [
        ['1', 'a;b'],
        ['2', 'say "x"'],
        ['#', 'c'],
      ],
    });
    await engine.client.calls.startJob({
      ...{ profileId, answers: [], confirmation: null },
      draft: draft({ topic: 'desk/{{csv id}}', payload: '{"t": "{{csv text}}"}', format: 'json' }),
      schedule: { kind: 'rows', everyMs: 0, path },
    });
    const done = await job(({ state }) => state === 'done');
    expect(done).toMatchObject({ sent: 3, failed: 1 });
    expect(done.problem).toMatch(/^Message 3 was not sent: .*wildcards/);
    await arrived(3);
    expect(received.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([
      ['desk/1', '{"t": "a;b"}'],
      ['desk/2', '{"t": "say \\"x\\""}'],
      ['desk/3', '{"t": "two\\nlines"}'],
    ]);
    const damaged = await file('damaged.csv', 'id\n1\n1,2\n');
    await engine.client.calls.startJob({
      ...{ profileId, answers: [], confirmation: null, draft: draft({}) },
      schedule: { kind: 'rows', everyMs: 0, path: damaged },
    });
    expect((await job(({ state }) => state === 'failed')).problem).toMatch(/Line 3 has 2 fields/);
  });

  test('waits while there is no connection, and goes on when it is back', async () => {
    await engine.client.calls.startJob({
      ...{ profileId, answers: [], confirmation: null, draft: draft({ payload: '{{counter}}' }) },
      schedule: { kind: 'repeat', everyMs: 20, times: null },
    });
    await arrived(3);
    await engine.client.calls.disconnect({ profileId });
    expect((await job(({ state }) => state === 'waiting')).problem).toMatch(/^Not connected/);
    await engine.client.calls.connect({ profileId });
    const count = received.length;
    await arrived(count + 3);
    const { id } = await job(({ state }) => state === 'running');
    await engine.client.calls.stopJob({ jobId: id });
    await job(({ state }) => state === 'stopped');
    const numbers = received.map(({ payload }) => Number(payload.toString()));
    // What was not acknowledged when the connection closed is sent again; nothing is left out.
    const distinct = [...new Set(numbers)];
    expect(distinct).toEqual(distinct.map((_, index) => index + 1));
    await engine.client.calls.clearJobs();
    await engine.waitFor('jobs', {}, ({ jobs }) => jobs.length === 0);
  });

  test('needs the name of a production connection, and a message that can be sent', async () => {
    const production = await connected({ name: 'Plant', production: true });
    const schedule = { kind: 'repeat' as const, everyMs: 10, times: null };
    const order = { draft: draft({}), answers: [], schedule, confirmation: null };
    const { calls } = engine.client;
    await expect(calls.startJob({ ...order, profileId: production })).rejects.toMatchObject({
      code: 'confirmation-needed',
    });
    await calls.startJob({ ...order, profileId: production, confirmation: 'Plant' });
    const wrong = { ...order, profileId, draft: draft({ payload: '{{nwo}}' }) };
    await expect(calls.startJob(wrong)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(engine.core.desk.jobs.isRunning).toBe(true);
  });
});

describe('a request', () => {
  test('is answered: both are shown, others’ answers are not counted, nothing stays subscribed', async () => {
    const responder = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, {
      protocolVersion: 5,
    });
    responder.on('message', (_topic, _payload, { properties }) => {
      const { responseTopic = '', correlationData } = properties ?? {};
      const answer = { properties: { correlationData: correlationData ?? Buffer.alloc(0) } };
      responder.publish(responseTopic, 'not yours', {
        properties: { correlationData: Buffer.from('x') },
      });
      responder.publish(responseTopic, 'first', answer);
      responder.publish(responseTopic, Buffer.from([0, 255]), answer);
    });
    await responder.subscribeAsync('desk/ask', { qos: 1 });
    const { calls } = engine.client;
    const asking = await connected({ subscriptions: [] });
    const order = {
      profileId: asking,
      draft: draft({ topic: 'desk/ask', payload: 'how?' }),
      answers: [],
    };
    await calls.startRequest({ ...order, timeoutMs: 10_000 });
    const { request } = await engine.waitFor(
      'request',
      { profileId: asking },
      (frame) => frame.request?.answerCount === 2,
    );
    expect(request).toMatchObject({
      state: 'answered',
      ignored: 1,
      isListening: true,
      problem: null,
    });
    expect(request?.responseTopic).toMatch(/^mqtt-loupe\/response\/[0-9a-f]{16}$/);
    expect(request?.answers.map(({ payload }) => Buffer.from(payload).toString('hex'))).toEqual([
      Buffer.from('first').toString('hex'),
      '00ff',
    ]);
    for (const { latencyMs } of request?.answers ?? []) expect(latencyMs).toBeGreaterThan(0);
    await calls.cancelRequest({ profileId: asking });
    const unsubscribed = `mqtt-loupe/response/${request?.responseTopic.slice(-16) ?? ''}`;
    await expect
      .poll(() => broker.log())
      .toMatch(new RegExp(`UNSUBSCRIBE[\\s\\S]*${unsubscribed}`));
    await responder.endAsync(true);
  });

  test('ends with its time, with the connection, or when it is cancelled; an own subscription stays', async () => {
    const own = await connected({ subscriptions: [{ filter: 'desk/own/#', qos: 1 }] });
    const { calls } = engine.client;
    const order = {
      profileId: own,
      draft: draft({ properties: { ...NO_PROPERTIES, responseTopic: 'desk/own/r' } }),
      answers: [],
    };
    await calls.startRequest({ ...order, timeoutMs: 100 });
    const ended = await engine.waitFor(
      'request',
      { profileId: own },
      ({ request }) => request?.state === 'timeout',
    );
    expect(ended.request?.answerCount).toBe(0);
    expect(broker.log()).not.toMatch(/desk\/own\/r \(QoS/);
    await calls.startRequest({ ...order, timeoutMs: 60_000 });
    await calls.cancelRequest({ profileId: own });
    await engine.waitFor(
      'request',
      { profileId: own },
      ({ request }) => request?.state === 'cancelled',
    );
    await calls.startRequest({ ...order, timeoutMs: 60_000 });
    await engine.waitFor(
      'request',
      { profileId: own },
      ({ request }) => request?.state === 'waiting',
    );
    await calls.disconnect({ profileId: own });
    const lost = await engine.waitFor(
      'request',
      { profileId: own },
      ({ request }) => request?.state === 'failed',
    );
    expect(lost.request?.problem).toMatch(/closed while/);
    const old = await connected({ version: '3.1.1' });
    await expect(
      calls.startRequest({ ...order, profileId: old, timeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/need MQTT 5/) as string,
    });
  });
});
