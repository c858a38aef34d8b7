/**
 * Every byte of every payload comes back, whatever its size. `MQTT_LOUPE_THOROUGH=1` also sends the largest that MQTT
 * can carry.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import mqtt from 'mqtt';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { openEngine } from '../helpers/engine';
import { bundleHistory, temporaryFolder, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { infoOf, messagesOf, payloadOf, problemsOf, summaryOf } from '../helpers/stored';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const TOPIC = 'payload/large';
/** Remaining Length is at most 268,435,455 (MQTT 5.0 §1.5.5): the topic and its length, then properties of 0 bytes. */
const LARGEST_BYTES = 268_435_455 - 2 - TOPIC.length - 1;

let cli: CommandLine;
let bundles: Bundles;
let broker: Mosquitto;
beforeAll(async () => {
  [cli, bundles, broker] = await Promise.all([
    bundleCommandLine(),
    bundleHistory(),
    startMosquitto({ config: ['max_queued_messages 0'] }),
  ]);
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
  await cli.dispose();
});

/** No two places of it are alike, so that a part that went astray is noticed. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let noise = size + 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(noise, at);
  }
  return bytes;
}

/** Text whose characters of three bytes lie across every boundary, whatever its place modulo 3. */
function textOf(size: number, ahead: number): Buffer {
  return Buffer.from('a'.repeat(ahead) + '日'.repeat(Math.floor((size - ahead) / 3)));
}

const edges = [64 * KIB, 128 * KIB, MIB].flatMap((size) => [size - 1, size, size + 1]);
const payloads = new Map<string, Buffer>([
  ['empty', Buffer.alloc(0)],
  ['nul', Buffer.from([0])],
  ['letter', Buffer.from('x')],
  ['last', Buffer.from([255])],
  ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
  ['text that looks like base64', Buffer.from('AAEC')],
  ['half a character', Buffer.from('日本').subarray(0, 4)],
  ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ['line ends', Buffer.from('\r\n\n\u2028\r')],
  ['byte order mark', Buffer.from('\ufeffx')],
  ...edges.map((size) => [`${String(size)} bytes`, bytesOf(size)] as const),
  ...[0, 1, 2].map((ahead) => [`text ${String(ahead)}`, textOf(300 * KIB, ahead)] as const),
  ['ten million', bytesOf(10_000_000)],
]);

function digest(bytes: Uint8Array): string {
  return `${String(bytes.length)} ${createHash('sha256').update(bytes).digest('hex')}`;
}

const sums = new Map([...payloads].map(([name, bytes]) => [`payload/${name}`, digest(bytes)]));

test('of any size, by QoS 0, 1 and 2: views, history, command line', async () => {
  const { port } = broker;
  const engine = await openEngine({ threads: bundles.threads });
  try {
    const { client } = engine;
    const subscriptions = [{ filter: 'payload/#', qos: 2 as const }];
    const { id: profileId } = await engine.addProfile({ port, subscriptions });
    await client.calls.connect({ profileId });
    await engine.waitFor('status', { profileId }, ({ state }) => {
      return state.kind === 'connected' && state.subscriptions.length > 0;
    });
    const sender = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`);
    const qosOf = new Map([...sums.keys()].map((topic, at) => [topic, (at % 3) as 0 | 1 | 2]));
    for (const [name, bytes] of payloads) {
      const topic = `payload/${name}`;
      await sender.publishAsync(topic, bytes, { qos: qosOf.get(topic) ?? 0 });
    }
    await sender.endAsync();
    await engine.waitFor('status', { profileId }, ({ stored }) => stored === payloads.size);

    const maxBytes = 16 * MIB;
    for (const [topic, sum] of sums) {
      const { last } = await engine.waitFor(
        'topic',
        { profileId, topic, maxBytes },
        ({ known }) => known,
      );
      expect(digest(last?.payload ?? Buffer.alloc(0)), topic).toBe(sum);
      const id = last?.id ?? 0;
      const message = await client.calls.message({ profileId, id, maxBytes });
      expect(digest(message.payload), topic).toBe(sum);
      const { messages } = await client.calls.historyPage({
        profileId,
        topic,
        beforeId: null,
        limit: 1,
        previewBytes: MIB,
      });
      const preview = payloads.get(topic.replace('payload/', ''))?.subarray(0, MIB);
      expect(digest(messages[0]?.payload ?? Buffer.alloc(0)), topic).toBe(
        digest(preview ?? Buffer.from('?')),
      );
    }
    await engine.close();
    const file = join(engine.home, 'history.db');
    expect(await problemsOf(cli, file)).toEqual([]);
    const lines = await messagesOf(cli, file);
    expect(new Map(lines.map((line) => [line.topic, digest(payloadOf(line))]))).toEqual(sums);
    expect(new Map(lines.map(({ topic, qos }) => [topic, qos]))).toEqual(qosOf);
    expect(lines.every((line) => line.size === payloadOf(line).length)).toBe(true);
  } finally {
    await engine.dispose();
  }
});

async function recordOne(bytes: Buffer): Promise<void> {
  const file = join(await temporaryFolder(), 'large.db');
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const args = [
    '--url',
    url,
    '-t',
    TOPIC,
    '-C',
    '1',
    '--db',
    file,
    '--json',
    '--max-packet',
    '256',
  ];
  const recording = cli.start(['record', ...args]);
  await recording.says(/recording payload/u);
  const sender = await mqtt.connectAsync(url);
  await sender.publishAsync(TOPIC, bytes, { qos: 0 });
  await sender.endAsync();
  expect(summaryOf(await recording.ended)).toMatchObject({ received: 1, stored: 1, refused: 0 });
  expect(await infoOf(cli, file)).toMatchObject({ messages: 1 });
  const [line] = await messagesOf(cli, file);
  expect(line?.size).toBe(bytes.length);
  expect(digest(line ? payloadOf(line) : Buffer.alloc(0))).toBe(digest(bytes));
}

test('of 64 MB and a byte', async () => {
  await recordOne(bytesOf(64 * MIB + 1));
});

test.runIf(process.env['MQTT_LOUPE_THOROUGH'] === '1')(
  'of as many bytes as fit into a packet',
  async () => {
    await recordOne(bytesOf(LARGEST_BYTES));
  },
);
