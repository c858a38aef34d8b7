/** Whatever MQTT allows as a topic name is another topic, everywhere, and keeps its name. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import mqtt from 'mqtt';
import type { TreeRow } from '../../app/contract';
import { topicText } from '../../app/topic-bytes';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';
import { infoOf, messagesOf, problemsOf } from '../helpers/stored';

let cli: CommandLine;
let bundles: Bundles;
let broker: Mosquitto;
beforeAll(async () => {
  [cli, bundles, broker] = await Promise.all([
    bundleCommandLine(),
    bundleHistory(),
    startMosquitto(),
  ]);
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
  await cli.dispose();
});

const levels = (count: number, name = 'l'): string => Array<string>(count).fill(name).join('/');

/** Names that Mosquitto lets pass. */
const usual = [
  'plain',
  '/',
  '//',
  '///',
  '/leading',
  'trailing/',
  'a//b',
  'a/b',
  'a/b/',
  'A/b',
  '__proto__',
  'constructor',
  'constructor/prototype',
  '__proto__/constructor/toString',
  'hasOwnProperty',
  'emoji/👩‍👩‍👧‍👦/🏳️‍🌈',
  'astral/𝒳',
  'rtl/עברית/العربية',
  'rtl/\u202eeman\u202c',
  'composed/\u00e9',
  'composed/e\u0301',
  'width/ｆｕｌｌ',
  'width/full',
  ' leading space',
  'leading space',
  'leading space ',
  'space/ /level',
  '\u00a0no-break',
  '\ufeffmark',
  'mark',
  'zero\u200bwidth',
  'zerowidth',
  'İstanbul/ß/SS',
  '$private/x',
  '<script>alert(1)</script>',
  `'; DROP TABLE topics; --`,
  'percent%2Fslash',
  'back\\slash',
  'quote"comma,',
  levels(200),
  `long/${'x'.repeat(65_530)}`,
  `wide/${'é'.repeat(32_765)}`,
];
/** Names that MQTT allows and Mosquitto does not: control characters ([MQTT-1.5.4-2] forbids only U+0000), more levels. */
const unusual = [
  'tab\there',
  'line\nbreak',
  'carriage\r\nreturn',
  'escape\u001b[31mred',
  'bell\u0007',
  'delete\u007f',
  'c1\u0085next',
  'not a character \uffff',
  'not a character \ufffe',
  levels(201),
  levels(5_000, ''),
];

interface Heard {
  readonly engine: TestEngine;
  readonly profileId: string;
}

async function openSubscribed(port: number): Promise<Heard> {
  const engine = await openEngine({ threads: bundles.threads });
  const subscriptions = [
    { filter: '#', qos: 1 as const },
    { filter: '$private/#', qos: 1 as const },
  ];
  const { id } = await engine.addProfile({ port, subscriptions });
  await engine.client.calls.connect({ profileId: id });
  return { engine, profileId: id };
}

/** All rows of the tree with everything expanded, page by page. */
async function allRows({ engine, profileId }: Heard): Promise<TreeRow[]> {
  await engine.client.calls.setAllExpanded({ profileId, expanded: true });
  const rows: TreeRow[] = [];
  for (;;) {
    const params = {
      profileId,
      first: rows.length,
      count: 500,
      sort: 'name' as const,
      filter: '',
      selected: null,
      holdOrder: false,
    };
    const from = rows.length;
    // The last page begins earlier, so that it is full.
    const page = await engine.waitFor('tree', params, (frame) => frame.first <= from);
    rows.push(...page.rows.slice(from - page.first));
    if (rows.length >= page.total) return rows;
  }
}

/** Each topic carried its own name as payload; looks for it at every place that shows topics. */
async function expectEverywhere(heard: Heard, topics: readonly string[]): Promise<void> {
  const { engine, profileId } = heard;
  const { client, home } = engine;
  await engine.waitFor('status', { profileId }, ({ stored }) => stored >= topics.length);
  const status = await engine.waitFor('status', { profileId }, () => true);
  expect(status).toMatchObject({ topics: topics.length, stored: topics.length, refused: 0 });

  const shown = (await allRows(heard)).filter(({ preview }) => preview !== null);
  expect(shown.map(({ path }) => path).sort()).toEqual([...topics].sort());
  expect(shown.every(({ path, name }) => path.split('/').at(-1) === name)).toBe(true);

  for (const topic of topics) {
    const bytes = Buffer.from(topic);
    const { last, count } = await engine.waitFor(
      'topic',
      { profileId, topic, maxBytes: 300_000 },
      (frame) => frame.known,
    );
    expect(count).toBe(1);
    expect(Buffer.from(last?.payload ?? []).equals(bytes)).toBe(true);
    const page = await client.calls.historyPage({
      profileId,
      topic,
      beforeId: null,
      limit: 10,
      previewBytes: 300_000,
    });
    expect(page.messages.map(({ payload }) => Buffer.from(payload).equals(bytes))).toEqual([true]);
  }

  await engine.close();
  const file = join(home, 'history.db');
  expect(await problemsOf(cli, file)).toEqual([]);
  expect(await infoOf(cli, file)).toMatchObject({
    messages: topics.length,
    topics: topics.length,
  });
  const lines = await messagesOf(cli, file);
  expect(lines.map(({ topic }) => topic)).toEqual(topics);
  expect(lines.map(({ payload }) => payload)).toEqual(topics);
  const listed = await cli.run(['topics', '--db', file, '--format', 'ndjson']);
  const names = listed.out.trimEnd().split('\n');
  expect(names.map((line) => (JSON.parse(line) as { topic: string }).topic)).toEqual(topics);
}

/** What a next start of the program knows of the topics. */
async function expectAfterRestart(home: string, profileId: string, topics: readonly string[]) {
  const engine = await openEngine({ home, threads: bundles.threads });
  try {
    await engine.waitFor('status', { profileId }, (frame) => frame.topics === topics.length);
    const rows = await allRows({ engine, profileId });
    const shown = rows.filter(({ preview }) => preview !== null).map(({ path }) => path);
    expect(shown.sort()).toEqual([...topics].sort());
  } finally {
    await engine.dispose();
  }
}

test('through a real broker: tree, views, history, command line, and the next start', async () => {
  expect(new Set(usual).size).toBe(usual.length);
  const heard = await openSubscribed(broker.port);
  const { engine, profileId } = heard;
  await engine.waitFor('status', { profileId }, ({ state }) => {
    return state.kind === 'connected' && state.subscriptions.length === 2;
  });
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  for (const topic of usual) await client.publishAsync(topic, topic, { qos: 1 });
  await client.endAsync();
  await expectEverywhere(heard, usual);
  await expectAfterRestart(engine.home, profileId, usual);
});

/** A broker that sends one message for each topic, its payload the topic's name. */
function sender(topics: readonly string[]): ReturnType<typeof startScriptedBroker> {
  return startScriptedBroker('5', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd !== 'subscribe') return;
    for (const topic of topics) {
      const more = { qos: 0 as const, dup: false, retain: false };
      client.send({ cmd: 'publish', topic, payload: topic, ...more });
    }
  });
}

test('through a broker that lets everything pass that MQTT allows', async () => {
  const all = [...usual, ...unusual];
  const scripted = await sender(all);
  try {
    const heard = await openSubscribed(scripted.port);
    await expectEverywhere(heard, all);
    await expectAfterRestart(heard.engine.home, heard.profileId, all);
  } finally {
    await scripted.close();
  }
});

/** What MQTT forbids as a topic name, and a broker forwards all the same; no two are the same bytes. */
const forbidden = [
  Buffer.from([0xff]),
  Buffer.from([0xfe]),
  Buffer.from([0x78, 0x2f, 0xc3, 0x28]),
  Buffer.from([0x78, 0x2f, 0xc3, 0x29]),
  Buffer.from('x/\ufffd('),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0xe2, 0x82, 0xff]),
  Buffer.from([0xf0, 0x9f, 0x8c]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x81]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from('\0'),
  Buffer.from('nul\0inside'),
  Buffer.from('nul'),
  Buffer.from('nul\0'),
  Buffer.from('\u{10ffff}'),
  Buffer.from('\u{10ff80}'),
  Buffer.from('\u{10ff7f}'),
  Buffer.from('\\xff'),
  Buffer.from('wild/+/x'),
  Buffer.from('wild/#'),
  Buffer.from('#'),
  Buffer.from('+'),
  Buffer.concat([Buffer.from('long/'), Buffer.alloc(65_530, 0xff)]),
  Buffer.concat([Buffer.from('long/'), Buffer.alloc(65_530, 0xfe)]),
];

test.each([0, 1, 2] as const)(
  'through a broker that lets everything pass, QoS %d: topics that MQTT forbids stay what they are',
  async (qos) => {
    const topics = forbidden.map((bytes) => topicText(bytes));
    expect(new Set(topics).size).toBe(forbidden.length);
    const scripted = await startScriptedBroker('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'pubrec')
        client.send({ cmd: 'pubrel', messageId: packet.messageId ?? 0, reasonCode: 0 });
      if (packet?.cmd !== 'subscribe') return;
      forbidden.forEach((bytes, index) => {
        const first = 0x30 | (qos << 1);
        const id = qos === 0 ? [] : [0, index + 1];
        const payload = Buffer.from(topics[index]!);
        const head = Buffer.concat([uint16(bytes.length), bytes, Buffer.from([...id, 0])]);
        client.send(
          Buffer.concat([
            Buffer.from([first]),
            variable(head.length + payload.length),
            head,
            payload,
          ]),
        );
      });
    });
    try {
      const heard = await openSubscribed(scripted.port);
      await expectEverywhere(heard, topics);
      await expectAfterRestart(heard.engine.home, heard.profileId, topics);
    } finally {
      await scripted.close();
    }
  },
);

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** A Variable Byte Integer of three bytes, whatever the value. */
function variable(value: number): Buffer {
  return Buffer.from([(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14]);
}

test('a topic of as many levels as fit into 65,535 bytes is found, and holds nothing up', async () => {
  const deepest = '/'.repeat(65_535);
  const more = { qos: 0 as const, dup: false, retain: false };
  const scripted = await startScriptedBroker('5', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd === 'subscribe')
      client.send({ cmd: 'publish', topic: 'a/b', payload: 'x', ...more });
    if (packet?.cmd === 'publish')
      client.send({ cmd: 'publish', topic: deepest, payload: deepest, ...more });
  });
  const { engine, profileId } = await openSubscribed(scripted.port);
  try {
    const { client } = engine;
    await engine.waitFor('status', { profileId }, ({ stored }) => stored === 1);
    // With an expanded branch every new node is asked for in what is remembered.
    await client.calls.revealTopic({ profileId, path: 'a/b' });
    const before = process.cpuUsage();
    await client.calls.publish({
      profileId,
      topic: 'go',
      payload: Buffer.alloc(0),
      qos: 0,
      retain: false,
    });
    await engine.waitFor('status', { profileId }, ({ stored }) => stored === 2);
    const found = await client.calls.revealTopic({ profileId, path: deepest });
    expect(found?.index).toBe(65_535);
    const { last } = await engine.waitFor(
      'topic',
      { profileId, topic: deepest, maxBytes: 300_000 },
      ({ known }) => known,
    );
    expect(Buffer.from(last?.payload ?? []).equals(Buffer.from(deepest))).toBe(true);
    // Of all threads together, which others that want the processor, too, do not change.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
    await engine.close();
    const lines = await messagesOf(cli, join(engine.home, 'history.db'));
    expect(lines.map(({ topic }) => topic)).toEqual(['a/b', deepest]);
  } finally {
    await engine.dispose();
    await scripted.close();
  }
});
