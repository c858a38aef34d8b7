/** Decoding in its thread, asked through the contract, over messages that came from a real broker. */
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import mqtt from 'mqtt';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MOST_DECODED_BYTES, type Decoded, type DecoderStep } from '../../app/decoding/decoded';
import type { TreeFrame } from '../../app/contract';
import type { DecodingRule } from '../../app/decoding/rules';
import type { DecodingTask } from '../../main/engine/decoding/decoding-protocol';
import { DecodingThread } from '../../main/engine/decoding/decoding-thread';
import { bytesOf, hex, jsonOf, textOf } from '../helpers/decoding';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { sparkplugPayload } from '../helpers/sparkplug';

let bundles: Bundles;
let broker: Mosquitto;
let client: mqtt.MqttClient;
const engines: TestEngine[] = [];

beforeAll(async () => {
  bundles = await bundleHistory({ decoding: true });
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});
afterAll(async () => {
  await client.endAsync(true);
  await broker.dispose();
  await bundles.dispose();
});

const rule: DecodingRule = {
  ...{ id: 'r', filter: 'raw/+', viewer: 'table', chartPath: null, unit: '°C', enabled: true },
  colour: null,
  steps: [{ decoder: 'numbers', options: { type: 'int16', order: 'little' } }],
};
const proto = bytesOf('syntax = "proto3"; package plant; message Reading { float value = 1; }');
const schema = {
  ...{ id: 'plant', name: 'reading.proto', kind: 'protobuf' as const },
  files: [{ name: 'reading.proto', bytes: proto }],
};

async function open(home?: string): Promise<TestEngine> {
  const engine = await openEngine({
    threads: bundles.threads,
    ...(home === undefined ? {} : { home }),
  });
  engines.push(engine);
  return engine;
}

/** A connected profile that has seen these messages, in this order. */
async function received(
  engine: TestEngine,
  messages: ReadonlyArray<readonly [topic: string, payload: Uint8Array]>,
): Promise<string> {
  const filters = ['raw/#', 'packed', 'spBv1.0/#'];
  const subscriptions = filters.map((filter) => ({ filter, qos: 1 as const }));
  const { id } = await engine.addProfile({ port: broker.port, subscriptions });
  await engine.client.calls.connect({ profileId: id });
  await engine.waitFor('status', { profileId: id }, ({ state }) => state.kind === 'connected');
  for (const [topic, payload] of messages) {
    await client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
  }
  const isThere = ({ received: count }: { received: number }): boolean => count >= messages.length;
  await engine.waitFor('status', { profileId: id }, isThere);
  return id;
}

function decode(
  engine: TestEngine,
  profileId: string,
  topic: string,
  more: { messageId?: number; steps?: readonly DecoderStep[]; trial?: DecodingRule } = {},
): Promise<Decoded> {
  const { messageId = null, steps = null, trial = null } = more;
  return engine.client.calls.decode({
    ...{ profileId, topic, messageId, steps, trial },
    maxBytes: MOST_DECODED_BYTES,
  });
}

describe('through the contract', () => {
  test('rules and schemas are kept, exported and imported, and decode after a restart', async () => {
    const first = await open();
    const kept = await first.client.calls.saveDecodingSchema({ schema });
    expect(kept).toMatchObject({ types: ['plant.Reading'], files: ['reading.proto'] });
    const options = { schema: 'plant', messageType: 'plant.Reading' };
    const second = { ...rule, id: 'p', filter: 'raw/#', steps: [{ decoder: 'protobuf', options }] };
    await first.client.calls.saveDecodingRules({ rules: [rule, second] });
    const exported = await first.client.calls.exportDecoding();
    await first.close();

    const again = await open(first.home);
    const id = await received(again, [
      ['raw/number', hex('0100 ffff')],
      ['raw/a/reading', hex('0d0000ac41')],
    ]);
    const number = await decode(again, id, 'raw/number');
    expect([textOf(number), number.chosenBy, number.because]).toEqual(['[1,-1]', 'rule', 'raw/+']);
    expect(jsonOf(await decode(again, id, 'raw/a/reading'))).toEqual({ value: 21.5 });
    const off = { ...rule, steps: [{ decoder: 'hex', options: {} }] };
    expect((await decode(again, id, 'raw/number', { trial: off })).problem?.label).toBe('Hex text');

    const other = await open();
    expect(await other.client.calls.importDecoding({ bytes: exported })).toEqual({
      rules: 2,
      schemas: 1,
    });
    const otherId = await received(other, [['raw/a/reading', hex('0d0000ac41')]]);
    expect(jsonOf(await decode(other, otherId, 'raw/a/reading'))).toEqual({ value: 21.5 });
    await expect(other.client.calls.importDecoding({ bytes: bytesOf('{}') })).rejects.toMatchObject(
      {
        code: 'invalid-argument',
      },
    );
  });

  test('a schema that is wrong is not kept and says why', async () => {
    const engine = await open();
    const wrong = { ...schema, files: [{ name: 'a.proto', bytes: bytesOf('import "b.proto";') }] };
    await expect(engine.client.calls.saveDecodingSchema({ schema: wrong })).rejects.toThrow(
      /not kept.*a\.proto imports “b\.proto”/,
    );
    const isEmpty = ({ schemas }: { schemas: readonly unknown[] }): boolean => schemas.length === 0;
    await engine.waitFor('decoding', {}, isEmpty);
  });

  test('stored messages are decoded as the last one is; a gone one is told', async () => {
    const engine = await open();
    const id = await received(engine, [
      ['packed', gzipSync('{"n":1}')],
      ['packed', gzipSync('{"n":2}')],
    ]);
    expect(jsonOf(await decode(engine, id, 'packed'))).toEqual({ n: 2 });
    const page = await engine.client.calls.historyPage({
      ...{ profileId: id, topic: 'packed', beforeId: null, limit: 10, previewBytes: 10 },
    });
    const oldest = page.messages.at(-1)!.id;
    expect(jsonOf(await decode(engine, id, 'packed', { messageId: oldest }))).toEqual({ n: 1 });
    await expect(decode(engine, id, 'packed', { messageId: 999_999 })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('Sparkplug names come from the birth before a message, also for messages of the past', async () => {
    const engine = await open();
    const birth = (name: string): Uint8Array =>
      sparkplugPayload({ seq: 0, metrics: [{ name, alias: 1, datatype: 3, int_value: 0 }] });
    const data = (seq: number): Uint8Array =>
      sparkplugPayload({ seq, metrics: [{ alias: 1, int_value: seq }] });
    const id = await received(engine, [
      ['spBv1.0/g/NBIRTH/n', birth('Old')],
      ['spBv1.0/g/NDATA/n', data(1)],
      ['spBv1.0/g/NBIRTH/n', birth('New')],
      ['spBv1.0/g/DDATA/n/d', data(1)],
      ['spBv1.0/g/NDATA/n', data(5)],
    ]);
    const last = await decode(engine, id, 'spBv1.0/g/NDATA/n');
    expect(jsonOf(last)).toMatchObject({ metrics: [{ name: 'New', value: 5, datatype: 'Int32' }] });
    expect(last.notes.join()).toContain('5 after 1; at least 3 messages are missing');
    const page = await engine.client.calls.historyPage({
      ...{ profileId: id, topic: 'spBv1.0/g/NDATA/n', beforeId: null, limit: 10, previewBytes: 10 },
    });
    const messageId = page.messages.at(-1)!.id;
    const before = await decode(engine, id, 'spBv1.0/g/NDATA/n', { messageId });
    expect(jsonOf(before)).toMatchObject({ metrics: [{ name: 'Old', value: 1 }] });
    expect(before.notes.join()).not.toContain('gap');
  });
});

test('rows of the tree show what their values are decoded as: by topic, by content and by rule', async () => {
  const engine = await open();
  const id = await received(engine, [
    [
      'spBv1.0/g/NBIRTH/n',
      sparkplugPayload({
        seq: 0,
        metrics: [{ name: 'Temp', alias: 1, datatype: 9, float_value: 20.5 }],
      }),
    ],
    ['spBv1.0/g/NDATA/n', sparkplugPayload({ seq: 1, metrics: [{ alias: 1, float_value: 21.5 }] })],
    ['packed', gzipSync('{"value": 7, "unit": "bar"}')],
    ['raw/a', hex('0100 ffff')],
    ['raw/b', hex('ff00fe')],
  ]);
  await engine.client.calls.setAllExpanded({ profileId: id, expanded: true });
  const params = { profileId: id, first: 0, count: 50, sort: 'name' as const, filter: '' };
  const rows = async (...wanted: readonly string[]): Promise<readonly string[]> => {
    const shown = (frame: TreeFrame): string[] =>
      frame.rows.flatMap(({ preview }) => (preview === null ? [] : [preview]));
    const isThere = (frame: TreeFrame): boolean =>
      wanted.every((one) => shown(frame).includes(one));
    return shown(
      await engine.waitFor('tree', { ...params, selected: null, holdOrder: false }, isThere),
    );
  };
  await rows('7 bar', 'Temp 20.5', 'Temp 21.5', '01 00 ff ff · 4 B', 'ff 00 fe · 3 B');
  await engine.client.calls.saveDecodingRules({ rules: [rule] });
  // What a rule cannot decode stays bytes.
  await rows('7 bar', '[1,-1]', 'ff 00 fe · 3 B');
});

test('rows of stored messages: each with the birth before it, as chosen, or nothing', async () => {
  const engine = await open();
  const birth = (name: string): Uint8Array =>
    sparkplugPayload({ seq: 0, metrics: [{ name, alias: 1, datatype: 3, int_value: 0 }] });
  const data = (value: number): Uint8Array =>
    sparkplugPayload({ seq: 1, metrics: [{ alias: 1, int_value: value }] });
  const id = await received(engine, [
    ['spBv1.0/g/NBIRTH/n', birth('Old')],
    ['spBv1.0/g/NDATA/n', data(1)],
    ['spBv1.0/g/NBIRTH/n', birth('New')],
    ['spBv1.0/g/NDATA/n', data(2)],
    ['raw/a', hex('0100 ffff')],
    ['raw/a', hex('ff00fe')],
    ['packed', gzipSync('{"n":1}')],
    ['packed', gzipSync(`"${'x'.repeat(10_000_000)}"`)],
  ]);
  const idsOf = async (topic: string): Promise<readonly number[]> => {
    const { messages } = await engine.client.calls.historyPage({
      ...{ profileId: id, topic, beforeId: null, limit: 10, previewBytes: 0 },
    });
    return messages.map((message) => message.id).reverse();
  };
  const glances = async (topic: string, steps: readonly DecoderStep[] | null = null) => {
    const rows = (await idsOf(topic)).map((messageId) => ({ topic, messageId, steps }));
    const found = await engine.client.calls.glances({ profileId: id, rows });
    return found.map((preview) => preview?.text ?? null);
  };
  expect(await glances('spBv1.0/g/NDATA/n')).toEqual(['Old 1', 'New 2']);
  expect(await glances('raw/a')).toEqual([null, null]);
  expect(await glances('raw/a', rule.steps)).toEqual(['[1,-1]', null]);
  expect(await glances('packed')).toEqual(['{"n":1}', null]);
  const gone = { topic: 'raw/a', messageId: 999_999, steps: null };
  expect(await engine.client.calls.glances({ profileId: id, rows: [gone] })).toEqual([null]);
});

describe('the thread', () => {
  function thread(limitMs: number, heapMegabytes?: number): DecodingThread {
    const made = new DecodingThread({
      workerFile: join(bundles.threads, 'decoding.cjs'),
      schemas: () => [],
      limitMs,
      ...(heapMegabytes === undefined ? {} : { heapMegabytes }),
    });
    onTestFinished(() => made.close());
    return made;
  }

  function task(bytes: Uint8Array, decoder: string): DecodingTask & { kind: 'decode' } {
    const facts = { topic: 't', contentType: undefined, rule: null };
    const steps = [{ decoder, options: {} }];
    const maxBytes = MOST_DECODED_BYTES;
    return { kind: 'decode', bytes, facts: { ...facts, steps }, sparkplug: null, maxBytes };
  }

  /** Packed well, and slow when it is read. */
  const slowOne = gzipSync(`[${'"\\n",'.repeat(10_000_000)}1]`);
  /** Small, and large when it is read: half a million metrics without anything in them. */
  const largeOne = Buffer.alloc(1_000_000, Buffer.from([0x12, 0]));

  test('what takes too long is ended with words, and the next one is decoded', async () => {
    const decoding = thread(100);
    await decoding.run({ kind: 'list' });
    const slow = decoding.run(task(slowOne, 'gzip'));
    const next = decoding.run(task(bytesOf('0x7b7d'), 'hex'));
    await expect(slow).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(
        /^Decoding took longer than 0\.1\d* s, so it was ended\.$/,
      ) as string,
    });
    expect(textOf(await next)).toBe('{}');
  });

  test('what takes too much memory is ended with words, and the next one is decoded', async () => {
    const decoding = thread(100_000, 40);
    await expect(decoding.run(task(largeOne, 'sparkplug'))).rejects.toMatchObject({
      message: 'Decoding took too much memory, so it was ended.',
    });
    expect(textOf(await decoding.run(task(bytesOf('7b7d'), 'hex')))).toBe('{}');
  });

  test('a thread that cannot start fails who waits', async () => {
    const decoding = new DecodingThread({ workerFile: '/nowhere.cjs', schemas: () => [] });
    await expect(decoding.run({ kind: 'list' })).rejects.toMatchObject({ code: 'timeout' });
    await decoding.close();
  });
});
