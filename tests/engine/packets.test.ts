import { createServer, type AddressInfo, type Server } from 'node:net';
import mqtt from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { afterEach, expect, test } from 'vitest';
import type { PacketFilter, PacketRow, PacketsParams } from '../../app/contract-packets';
import { decodePacket } from '../../app/mqtt/decode-packet';
import type { KeptPacket } from '../../main/engine/packets/kept';
import { PacketLog } from '../../main/engine/packets/packet-log';
import { StreamWatch } from '../../main/engine/packets/stream-watch';
import { testConnection } from '../helpers/connection';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory } from '../helpers/history';
import { startMosquitto, type Mosquitto, type MosquittoOptions } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';

const cleanUps: (() => Promise<unknown>)[] = [];
const PASSWORD = 'canary-5d1c';

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(
  options: MosquittoOptions = {},
): Promise<{ readonly engine: TestEngine; readonly broker: Mosquitto }> {
  const bundles = await bundleHistory();
  cleanUps.push(() => bundles.dispose());
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  const engine = await openEngine({
    threads: bundles.threads,
    ...(options.users === undefined ? {} : { password: PASSWORD }),
  });
  cleanUps.push(() => engine.dispose());
  return { engine, broker };
}

const ALL: PacketFilter = { direction: null, types: [], topic: '', errorsOnly: false };

function packets(profileId: string, more: Partial<PacketsParams> = {}): PacketsParams {
  return {
    profileId,
    filter: ALL,
    run: 0,
    first: 0,
    count: 300,
    follow: false,
    selected: null,
    ...more,
  };
}

/** `> CONNECT`, `< CONNACK`; what happened to the connection in its words. */
function wordsOf(row: PacketRow): string {
  if (row.kind === 'event') return row.words.split(/ to |\. /u)[0] ?? '';
  return `${row.direction === 'out' ? '>' : '<'} ${row.summary.type ?? 'nothing'}`;
}

function find(rows: readonly PacketRow[], words: string): Extract<PacketRow, { kind: 'packet' }> {
  const row = rows.find((one) => wordsOf(one) === words);
  if (row?.kind !== 'packet') throw new Error(`No ${words} in ${rows.map(wordsOf).join(', ')}`);
  return row;
}

test('every packet of a connection is seen, from CONNECT on, with the time to its acknowledgement', async () => {
  const users = new Map([['lena', PASSWORD]]);
  const { engine, broker } = await start({ users, acl: ['user lena', 'topic readwrite a/#'] });
  const { calls } = engine.client;
  const subscriptions = [{ filter: 'a/#', qos: 2 as const }];
  const { id } = await engine.addProfile({
    ...{ port: broker.port, username: 'lena', version: '5', subscriptions },
  });
  await calls.setCapture({ profileId: id, mode: 'on' });
  await calls.connect({ profileId: id });
  await engine.waitFor('packets', packets(id), ({ rows }) =>
    rows.map(wordsOf).includes('< SUBACK'),
  );
  for (const qos of [0, 1, 2] as const) {
    const payload = new TextEncoder().encode(`qos ${String(qos)}`);
    await calls.publish({ profileId: id, topic: 'a/b', payload, qos, retain: false });
  }
  const denied = { topic: 'b', payload: new Uint8Array(1), qos: 1, retain: false } as const;
  expect((await calls.publish({ profileId: id, ...denied })).kind).toBe('refused');
  await engine.waitFor(
    'packets',
    packets(id),
    // Our own messages come back, the one with QoS 2 in four packets.
    ({ rows }) => rows.filter((row) => wordsOf(row) === '> PUBCOMP').length === 1,
  );
  await calls.disconnect({ profileId: id });
  const { rows, kept, dropped } = await engine.waitFor('packets', packets(id), (frame) =>
    frame.rows.map(wordsOf).includes('Connection closed by this program'),
  );

  expect(rows.slice(0, 5).map(wordsOf)).toEqual([
    'Connection opened',
    ...['> CONNECT', '< CONNACK', '> SUBSCRIBE', '< SUBACK'],
  ]);
  expect(rows.slice(-2).map(wordsOf)).toEqual([
    '> DISCONNECT',
    'Connection closed by this program',
  ]);
  for (const asking of ['> CONNECT', '> SUBSCRIBE', '> PUBREL', '< PUBREL']) {
    expect(find(rows, asking).latencyUs, asking).toBeGreaterThan(0);
  }
  const published = rows.filter((row) => wordsOf(row) === '> PUBLISH');
  expect(published).toHaveLength(4);
  for (const row of published) {
    if (row.kind !== 'packet') continue;
    const { flags, topic, packetId } = row.summary;
    expect(topic).toMatch(/^(a\/b|b)$/u);
    // QoS 0 is acknowledged by nothing.
    expect(row.latencyUs === null).toBe(flags?.qos === 0);
    expect(packetId === null).toBe(flags?.qos === 0);
  }
  const latencyUs = find(rows, '> SUBSCRIBE').latencyUs ?? 0;
  expect(latencyUs).toBe(find(rows, '< SUBACK').timeUs - find(rows, '> SUBSCRIBE').timeUs);
  expect(find(rows, '< SUBACK').summary.reason?.words).toBe('granted QoS 2');
  expect(kept.packets).toBe(rows.length);
  expect(dropped).toEqual({ packets: 0, bytes: 0 });

  const refused = rows.filter(
    (row) => row.kind === 'packet' && row.summary.reason?.words === 'not authorised',
  );
  expect(refused.map(wordsOf)).toEqual(['< PUBACK']);
  const errors = packets(id, { filter: { ...ALL, errorsOnly: true } });
  expect((await engine.waitFor('packets', errors, () => true)).rows).toEqual(refused);
  const acknowledgement = await calls.packet({ profileId: id, id: refused[0]?.id ?? 0 });
  const answered = await calls.packet({ profileId: id, id: acknowledgement.answers ?? 0 });
  expect(answered.row.summary.topic).toBe('b');
  expect(answered.answeredBy).toBe(acknowledgement.row.id);

  await expectNoSecrets(engine, id, find(rows, '> CONNECT').id);
});

async function expectNoSecrets(engine: TestEngine, profileId: string, id: number): Promise<void> {
  const connect = await engine.client.calls.packet({ profileId, id });
  const { fields } = decodePacket(connect.bytes, connect.options);
  expect(fields.find(({ name }) => name === 'User Name')?.value).toBe('lena');
  expect(fields.find(({ kind }) => kind === 'secret')?.value).toBe(
    `${String(PASSWORD.length)} bytes, not shown`,
  );
  expect(connect.masked).toHaveLength(1);
  const [{ from, to } = { from: 0, to: 0 }] = connect.masked;
  expect([...connect.bytes.subarray(from, to)]).toEqual(Array(PASSWORD.length).fill(0));
  for (const format of ['jsonl', 'pcap'] as const) {
    const file = await engine.client.calls.packetFile({ profileId, format });
    const text = Buffer.from(file).toString('latin1');
    expect(text).toContain(format === 'jsonl' ? '"type":"CONNECT"' : 'lena');
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(
      Buffer.from(PASSWORD)
        .toString('hex')
        .replace(/..(?!$)/gu, '$& '),
    );
  }
}

test('switched on while connected it begins with a whole packet, and stays on over a reconnect', async () => {
  const { engine, broker } = await start();
  const { calls } = engine.client;
  const { id } = await engine.addProfile({ port: broker.port });
  await calls.connect({ profileId: id });
  await engine.waitFor('status', { profileId: id }, ({ state }) => state.kind === 'connected');
  expect(engine.core.runtime(id).packets.ring.size).toBe(0);
  await calls.setCapture({ profileId: id, mode: 'on' });
  const payload = new Uint8Array(20_000);
  await calls.publish({ profileId: id, topic: 'large', payload, qos: 1, retain: false });
  const { rows } = await engine.waitFor('packets', packets(id), (frame) =>
    frame.rows.map(wordsOf).includes('< PUBLISH'),
  );
  expect(wordsOf(rows[0] as PacketRow)).toContain('Joined an open connection');
  const sent = await calls.packet({ profileId: id, id: find(rows, '> PUBLISH').id });
  expect(sent.row.sizeBytes).toBeGreaterThan(20_000);
  expect(sent.bytes.length).toBe(16 * 1024);
  const last = decodePacket(sent.bytes, sent.options).fields.at(-1);
  expect(last?.value).toBe(
    `${(sent.row.sizeBytes - 16 * 1024).toLocaleString('en')} more bytes were not kept`,
  );

  await broker.stop();
  await broker.start();
  await calls.retryNow({ profileId: id });
  const again = await engine.waitFor('packets', packets(id), (frame) =>
    frame.rows.map(wordsOf).includes('< CONNACK'),
  );
  const closed = again.rows.find((row) => row.kind === 'event' && row.isBad);
  expect(closed).toMatchObject({ kind: 'event' });
});

test('paused, packets are counted and not kept, and the gap is said', async () => {
  const { engine, broker } = await start();
  const { calls } = engine.client;
  const { id } = await engine.addProfile({ port: broker.port, subscriptions: [] });
  await calls.setCapture({ profileId: id, mode: 'on' });
  await calls.connect({ profileId: id });
  await engine.waitFor('packets', packets(id), ({ rows }) =>
    rows.map(wordsOf).includes('< CONNACK'),
  );
  await calls.setCapture({ profileId: id, mode: 'paused' });
  const message = { topic: 'a', payload: new Uint8Array(1), retain: false };
  await calls.publish({ profileId: id, ...message, qos: 1 });
  const paused = await engine.waitFor('packets', packets(id), ({ passed }) => passed === 2);
  expect(paused.rows.map(wordsOf)).not.toContain('> PUBLISH');
  await calls.setCapture({ profileId: id, mode: 'on' });
  await calls.publish({ profileId: id, ...message, qos: 1 });
  const { rows } = await engine.waitFor('packets', packets(id), (frame) =>
    frame.rows.map(wordsOf).includes('< PUBACK'),
  );
  expect(rows.slice(-3).map(wordsOf)).toEqual([
    'Paused: 2 packets passed and were not kept',
    '> PUBLISH',
    '< PUBACK',
  ]);
  await calls.clearPackets({ profileId: id });
  expect((await engine.waitFor('packets', packets(id), () => true)).rows).toEqual([]);
});

test('the list is filtered by type, direction and topic, and says where a packet stands in it', async () => {
  const { engine, broker } = await start();
  const { calls } = engine.client;
  const { id } = await engine.addProfile({
    ...{ port: broker.port, subscriptions: [{ filter: '#', qos: 0 as const }] },
  });
  await calls.setCapture({ profileId: id, mode: 'on' });
  await calls.connect({ profileId: id });
  await engine.waitFor('packets', packets(id), ({ rows }) =>
    rows.map(wordsOf).includes('< SUBACK'),
  );
  const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  for (let index = 0; index < 600; index++) {
    await publisher.publishAsync(`plant/line${String(index % 3)}/Speed`, String(index));
  }
  await publisher.endAsync();
  const of = (filter: Partial<PacketFilter>, more: Partial<PacketsParams> = {}): PacketsParams =>
    packets(id, { filter: { ...ALL, ...filter }, ...more });
  const { total } = await engine.waitFor('packets', packets(id), (frame) => frame.total === 605);
  expect(total).toBe(605);
  const sizes = async (params: PacketsParams): Promise<number> =>
    (await engine.waitFor('packets', params, () => true)).total;
  expect(await sizes(of({ types: ['PUBLISH'] }))).toBe(600);
  expect(await sizes(of({ direction: 'out' }))).toBe(2);
  expect(await sizes(of({ topic: 'LINE1/speed' }))).toBe(200);
  expect(await sizes(of({ topic: 'plant/+/Speed' }))).toBe(600);
  expect(await sizes(of({ errorsOnly: true }))).toBe(0);

  const follow = await engine.waitFor(
    'packets',
    of({ topic: 'line2' }, { count: 10, follow: true }),
    () => true,
  );
  expect([follow.first, follow.rows.length]).toEqual([190, 10]);
  const [row] = follow.rows;
  const selected = of({ topic: 'line2' }, { count: 10, selected: row?.id ?? 0 });
  expect((await engine.waitFor('packets', selected, () => true)).selectedRow).toBe(190);
});

const isKept = (entry: unknown): entry is KeptPacket =>
  (entry as KeptPacket | null)?.kind === 'packet';

function keptBy(log: PacketLog): KeptPacket[] {
  const { firstId, size } = log.ring;
  return Array.from({ length: size }, (_, at) => log.ring.get(firstId + at)).filter(isKept);
}

test('what the guard refuses and what can not be read is kept, with the section that it breaks', async () => {
  const log = new PacketLog(() => performance.now() * 1000);
  log.setMode('on');
  const broker = await startScriptedBroker('5', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd !== 'subscribe') return;
    const payload = Buffer.alloc(5_000);
    const publish = { cmd: 'publish', topic: 'large', qos: 0, dup: false, retain: false } as const;
    client.send({ ...publish, payload });
    // QoS 3.
    client.send(Buffer.from([0x36, 6, 0, 1, 0x61, 0, 1, 0]));
  });
  cleanUps.push(() => broker.close());
  const connection = testConnection(
    { port: broker.port },
    { watcher: log, maxPacketBytes: 1_000, reconnectDelayMs: () => 60_000 },
  );
  cleanUps.push(() => connection.disconnect());
  connection.connect();
  await connection.reaches('reconnecting');
  const wrong = keptBy(log).filter(({ summary }) => summary.problem !== null);
  expect(wrong.map(({ summary }) => summary.problem?.words)).toEqual([
    expect.stringContaining('over the limit of 1,000 bytes'),
    'A PUBLISH with QoS 3.',
  ]);
  expect(wrong[1]?.summary.problem?.section).toBe('MQTT 5.0 §3.3.1.2 [MQTT-3.3.1-4]');
  expect([...(wrong[1]?.bytes ?? [])]).toEqual([0x36, 6, 0, 1, 0x61, 0, 1, 0]);
  const closed = log.ring.get(log.ring.nextId - 1);
  expect(closed).toMatchObject({ kind: 'event', isBad: true, packet: wrong[1]?.id });
});

test.each([
  [
    'a web server',
    Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n'),
    'HTTP/1.1 400 Bad Request',
  ],
  ['random bytes', Buffer.from([0, 0xff, 0x10, 3]), ''],
])('%s in place of a broker is kept by its first bytes', async (_name, bytes, about) => {
  const log = new PacketLog(() => 0);
  log.setMode('on');
  const broker = await startScriptedBroker('5', (packet, client) => {
    if (packet === null) client.send(bytes);
  });
  cleanUps.push(() => broker.close());
  const connection = testConnection({ port: broker.port }, { watcher: log });
  connection.connect();
  await connection.reaches('failed');
  const [wrong] = keptBy(log).filter(({ options }) => options.isFromServer);
  expect(wrong?.summary).toMatchObject({ type: null, about });
  expect(wrong?.summary.problem?.section).toBe('MQTT 5.0 §3.2 [MQTT-3.2.0-1]');
  expect(Buffer.from(wrong?.bytes ?? []).equals(bytes)).toBe(true);
});

test('a server that sends back what it gets does not bring the password into what is kept', async () => {
  const log = new PacketLog(() => 0);
  log.setMode('on');
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const connection = testConnection(
    { port, username: 'lena' },
    { watcher: log, password: PASSWORD },
  );
  connection.connect();
  await connection.reaches('failed');
  const kept = keptBy(log);
  expect(kept).toHaveLength(2);
  for (const { bytes, summary } of kept) {
    expect(`${Buffer.from(bytes).toString('latin1')}${JSON.stringify(summary)}`).not.toContain(
      PASSWORD,
    );
    expect(Buffer.from(bytes).toString('latin1')).toContain('lena');
  }
});

test('a topic alias is told with its topic, each direction and each connection for itself', () => {
  const publish = (topic: string, topicAlias: number): Buffer =>
    mqttPacket.generate(
      {
        ...{ cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false },
        properties: { topicAlias },
      },
      { protocolVersion: 5 },
    );
  const seen: string[] = [];
  const connection = (): StreamWatch =>
    new StreamWatch(
      { version: '5', maxPacketBytes: 1_000_000 },
      { isFirst: false, remainingBytes: 0, unread: [] },
      ({ summary, bytes, options }) => {
        const { fields } = decodePacket(bytes, options);
        const shown = fields.find(({ name }) => name === 'Topic of the alias')?.value;
        seen.push([summary.topic, summary.about, shown ?? '-'].join(' | '));
      },
    );
  const first = connection();
  first.received(publish('plant/line1', 3));
  first.received(publish('', 3));
  first.sent(publish('own', 3));
  first.sent(publish('', 3));
  first.received(publish('plant/line2', 3));
  first.received(publish('', 3));
  connection().received(publish('', 3));
  expect(seen).toEqual([
    'plant/line1 | topic alias 3 | -',
    'plant/line1 | topic alias 3 | plant/line1',
    'own | topic alias 3 | -',
    'own | topic alias 3 | own',
    'plant/line2 | topic alias 3 | -',
    'plant/line2 | topic alias 3 | plant/line2',
    ' | topic alias 3, set before packets were kept | set before packets were kept',
  ]);
});
