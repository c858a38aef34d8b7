/** What a profile says of a connection reaches the broker, and what the broker says of itself is kept to. */
import mqtt from 'mqtt';
import type { Packet } from 'mqtt-packet';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_CONNECT_SETTINGS } from '../../app/connect-settings';
import type { MqttVersion, Profile } from '../../app/profile';
import { DEFAULT_WILL } from '../../app/will';
import { checkWillFile } from '../../main/engine/mqtt/will-payload';
import {
  testConnection,
  type TestConnection,
  type TestConnectionOptions,
} from '../helpers/connection';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import {
  connack,
  friendly,
  startScriptedBroker,
  type ScriptedBroker,
  type ScriptedClient,
} from '../helpers/scripted-broker';

async function mosquitto(): Promise<Mosquitto> {
  const broker = await startMosquitto();
  onTestFinished(() => broker.dispose());
  return broker;
}

async function scripted(
  version: '3.1.1' | '5',
  script: (packet: Packet | null, client: ScriptedClient) => void,
): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker(version, script);
  onTestFinished(() => broker.close());
  return broker;
}

function connection(
  profile: Partial<Profile> & Pick<Profile, 'port'>,
  options: TestConnectionOptions = {},
): TestConnection {
  const client = testConnection(profile, options);
  onTestFinished(() => client.disconnect());
  return client;
}

type ConnectPacket = Extract<Packet, { cmd: 'connect' }>;

describe('the automatic version', () => {
  test('is 5 where the broker speaks it, and remembered', async () => {
    const broker = await mosquitto();
    const found: MqttVersion[] = [];
    const client = connection(
      { port: broker.port, version: 'automatic' },
      { onVersion: (version) => found.push(version) },
    );
    client.connect();
    expect((await client.reaches('connected')).version).toBe('5');
    expect(found).toEqual(['5']);
  });

  test.each([
    ['refuses it in words', 'connack'],
    ['hangs up', 'close'],
  ])('falls back to 3.1.1 when the broker %s', async (_name, how) => {
    const levels: number[] = [];
    const broker = await scripted('3.1.1', (packet, client) => {
      if (packet?.cmd !== 'connect') {
        friendly(packet, client);
        return;
      }
      levels.push(packet.protocolVersion ?? 0);
      if (packet.protocolVersion === 4) client.send(connack());
      else if (how === 'close') client.socket.destroy();
      // As brokers of 3.1.1 answer: without the properties of 5.
      else client.socket.end(Buffer.from([0x20, 2, 0, 1]));
    });
    const found: MqttVersion[] = [];
    const client = connection(
      { port: broker.port, version: 'automatic' },
      { onVersion: (version) => found.push(version) },
    );
    client.connect();
    expect((await client.reaches('connected')).version).toBe('3.1.1');
    expect(levels).toEqual([5, 4]);
    expect(found).toEqual(['3.1.1']);

    const next = connection(
      { port: broker.port, version: 'automatic' },
      { knownVersion: () => '3.1.1' },
    );
    next.connect();
    await next.reaches('connected');
    expect(levels).toEqual([5, 4, 4]);
  });

  test('tells the first refusal when no version is accepted', async () => {
    let tries = 0;
    const broker = await scripted('3.1.1', (packet, client) => {
      if (packet?.cmd !== 'connect') return;
      tries += 1;
      client.socket.destroy();
    });
    const client = connection({ port: broker.port, version: 'automatic' });
    client.connect();
    expect((await client.fails()).code).toBe('closed-by-server');
    expect(tries).toBe(3);
  });

  test('a wrong password is told at once, not tried with another version', async () => {
    let tries = 0;
    const broker = await scripted('5', (packet, client) => {
      if (packet?.cmd !== 'connect') return;
      tries += 1;
      client.send(connack({ reasonCode: 0x86 }));
    });
    const client = connection({ port: broker.port, version: 'automatic' });
    client.connect();
    expect((await client.fails()).code).toBe('bad-credentials');
    expect(tries).toBe(1);
  });
});

test('Mosquitto accepts MQTT 3.1 with its own protocol name', async () => {
  const broker = await mosquitto();
  const client = connection({ port: broker.port, version: '3.1' });
  client.connect();
  expect((await client.reaches('connected')).version).toBe('3.1');
});

test('the properties of the CONNECT are those of the profile', async () => {
  const broker = await scripted('5', friendly);
  const client = connection({
    port: broker.port,
    version: '5',
    clientId: 'bench',
    connect: {
      sessionExpirySeconds: 77,
      receiveMaximum: 10,
      announceMaximumPacket: true,
      topicAliasMaximum: 5,
      requestProblemInformation: false,
      requestResponseInformation: true,
      userProperties: [
        ['line', '1'],
        ['__proto__', 'x'],
        ['line', '2'],
      ],
      clientIdSuffix: true,
    },
  });
  client.connect();
  const state = await client.reaches('connected');
  const packet = (await broker.heard('connect')) as ConnectPacket;
  expect(packet.clientId).toMatch(/^bench-[0-9a-f]{8}$/u);
  expect(state.server.clientId).toBe(packet.clientId);
  expect(packet.properties).toMatchObject({
    sessionExpiryInterval: 77,
    receiveMaximum: 10,
    maximumPacketSize: 64 * 1024 * 1024,
    topicAliasMaximum: 5,
    requestProblemInformation: false,
    requestResponseInformation: true,
  });
  const { userProperties } = packet.properties ?? {};
  expect(userProperties?.['line']).toEqual(['1', '2']);
  expect(Object.entries(userProperties ?? {})).toContainEqual(['__proto__', 'x']);
});

test('what the broker says in its CONNACK is kept', async () => {
  const broker = await scripted('5', (packet, client) => {
    if (packet?.cmd !== 'connect') friendly(packet, client);
    else
      client.send(
        connack({
          properties: {
            assignedClientIdentifier: 'given-7',
            serverKeepAlive: 33,
            sessionExpiryInterval: 12,
            maximumQoS: 1,
            retainAvailable: false,
            maximumPacketSize: 2_000,
            receiveMaximum: 3,
            topicAliasMaximum: 9,
            wildcardSubscriptionAvailable: false,
            sharedSubscriptionAvailable: false,
            subscriptionIdentifiersAvailable: false,
            responseInformation: 'answers/7',
            serverReference: 'other:1883',
            reasonString: 'welcome',
            userProperties: { region: ['eu', 'north'] },
          },
        }),
      );
  });
  const client = connection({
    port: broker.port,
    version: '5',
    subscriptions: [
      { filter: 'plain/topic', qos: 1, identifier: 5 },
      { filter: 'plant/#', qos: 0 },
      { filter: '$share/group/plain', qos: 0 },
    ],
  });
  client.connect();
  const { server, subscriptions } = await client.reaches('connected');
  expect(server).toEqual({
    clientId: 'given-7',
    assignedClientId: true,
    keepAliveSeconds: 33,
    serverKeepAlive: true,
    sessionExpirySeconds: 12,
    maximumQoS: 1,
    retainAvailable: false,
    maximumPacketBytes: 2_000,
    receiveMaximum: 3,
    topicAliasMaximum: 9,
    wildcardSubscriptions: false,
    sharedSubscriptions: false,
    subscriptionIdentifiers: false,
    responseInformation: 'answers/7',
    serverReference: 'other:1883',
    reasonString: 'welcome',
    authenticationMethod: null,
    userProperties: [
      ['region', 'eu'],
      ['region', 'north'],
    ],
  });
  // What it cannot do it is not asked for.
  expect(subscriptions.map(({ granted }) => granted)).toEqual([1, null, null]);
  expect(subscriptions[1]?.reason).toContain('takes no wildcards');
  expect(subscriptions[2]?.reason).toContain('no shared subscriptions');
  const asked = broker.packets.filter(({ cmd }) => cmd === 'subscribe');
  expect(asked).toHaveLength(1);
  expect(asked[0]).not.toHaveProperty('properties.subscriptionIdentifier');
  for (const [message, words] of [
    [{ qos: 2, retain: false, payload: 'x' }, 'at most QoS 1'],
    [{ qos: 0, retain: true, payload: 'x' }, 'does not keep retained'],
    [{ qos: 0, retain: false, payload: 'x'.repeat(3_000) }, 'at most 2,000 bytes'],
  ] as const) {
    const payload = Buffer.from(message.payload);
    const result = await client.publish({ ...message, topic: 'a', payload });
    expect(result).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(words) as string,
    });
  }
  expect(client.state.kind).toBe('connected');
});

describe('the last will', () => {
  /** Its message as others get it, after another client took the session over. */
  async function willOf(profile: Partial<Profile>): Promise<mqtt.IPublishPacket> {
    const broker = await mosquitto();
    const url = `mqtt://127.0.0.1:${String(broker.port)}`;
    const watcher = await mqtt.connectAsync(url, { protocolVersion: 5 });
    onTestFinished(() => watcher.endAsync(true));
    await watcher.subscribeAsync('wills/#', { qos: 2 });
    const heard = new Promise<mqtt.IPublishPacket>((resolve) => {
      watcher.once('message', (_topic, _payload, packet) => {
        resolve(packet);
      });
    });
    const client = connection({ port: broker.port, clientId: 'mortal', ...profile });
    client.connect();
    await client.reaches('connected');
    const thief = await mqtt.connectAsync(url, { clientId: 'mortal', reconnectPeriod: 0 });
    onTestFinished(() => thief.endAsync(true));
    return heard;
  }

  test('comes with all its properties', async () => {
    const packet = await willOf({
      version: '5',
      will: {
        ...DEFAULT_WILL,
        topic: 'wills/bench',
        payload: { kind: 'hex', text: '00 ff 7e' },
        qos: 1,
        retain: true,
        messageExpirySeconds: 300,
        contentType: 'application/octet-stream',
        responseTopic: 'wills/answers',
        correlationData: 'c-1',
        userProperties: [['why', 'test']],
      },
    });
    expect(packet.topic).toBe('wills/bench');
    expect(packet.payload).toEqual(Buffer.from([0, 255, 126]));
    expect(packet.properties).toMatchObject({
      messageExpiryInterval: expect.any(Number) as number,
      contentType: 'application/octet-stream',
      responseTopic: 'wills/answers',
      correlationData: Buffer.from('c-1'),
      userProperties: { why: 'test' },
    });
  });

  test('may be a file, with 3.1.1 too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-will-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'will.bin');
    await writeFile(path, 'gone\u0000');
    const will = { ...DEFAULT_WILL, topic: 'wills/file', payload: { kind: 'file', path } } as const;
    const packet = await willOf({ version: '3.1.1', will });
    expect(packet.payload.toString()).toBe('gone\u0000');
  });

  test('whose file is missing keeps the connection from being made, in words', async () => {
    const broker = await mosquitto();
    const payload = { kind: 'file', path: '/nowhere/will.bin' } as const;
    const client = connection({
      port: broker.port,
      will: { ...DEFAULT_WILL, topic: 'a', payload },
    });
    client.connect();
    const failure = await client.fails();
    expect(failure.code).toBe('invalid-settings');
    expect(failure.title).toMatch(/^The last will cannot be sent along/u);
    expect(failure.advice).toContain('Its file /nowhere/will.bin is not there any more.');
    expect(broker.log()).not.toContain('New client connected');
  });
});

describe('the file of a last will, looked at as it is typed', () => {
  test('is told by its size, or by why it cannot be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-will-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [fits, large] = [join(folder, 'fits.bin'), join(folder, 'large.bin')];
    await writeFile(fits, Buffer.alloc(65_535));
    await writeFile(large, Buffer.alloc(65_536));
    expect(await checkWillFile(fits)).toEqual({ problem: null, sizeBytes: 65_535 });
    const problem = async (path: string) => (await checkWillFile(path)).problem;
    expect(await problem(large)).toBe('It has 65,536 bytes, and a will may have at most 65,535.');
    expect(await problem(join(folder, 'none.bin'))).toBe('It is not there.');
    expect(await problem(join(fits, 'below.bin'))).toBe('It is not there.');
    expect(await problem(folder)).toBe('It is a folder.');
    expect(await problem('/dev/null')).toBe('It is not a file.');
  });
});

describe('subscriptions while connected', () => {
  test('are added, paused and removed at once', async () => {
    const broker = await mosquitto();
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
    onTestFinished(() => publisher.endAsync(true));
    const profile = { port: broker.port, version: '5' as const };
    const client = connection({ ...profile, subscriptions: [{ filter: 'a', qos: 1 }] });
    client.connect();
    await client.reaches('connected');

    const use = async (subscriptions: Profile['subscriptions'], granted: number): Promise<void> => {
      client.useProfile({ ...client.profile, subscriptions });
      await client.until('the answers', () => {
        const { state } = client;
        return state.kind === 'connected' && state.subscriptions.length === granted;
      });
    };
    const publish = async (...topics: string[]): Promise<void> => {
      for (const topic of topics) await publisher.publishAsync(topic, topic, { qos: 1 });
      await publisher.publishAsync('end', '', { qos: 1 });
    };
    await use(
      [
        { filter: 'a', qos: 1 },
        { filter: 'b', qos: 1 },
        { filter: 'end', qos: 1 },
      ],
      3,
    );
    await publish('a', 'b');
    await client.until('the first end', () => client.payloadsOf('end').length === 1);
    expect([client.payloadsOf('a').length, client.payloadsOf('b').length]).toEqual([1, 1]);
    await use(
      [
        { filter: 'a', qos: 1, paused: true },
        { filter: 'b', qos: 1 },
        { filter: 'end', qos: 1 },
      ],
      2,
    );
    await use([{ filter: 'end', qos: 1 }], 1);
    await publish('a', 'b');
    await client.until('the second end', () => client.payloadsOf('end').length === 2);
    expect([client.payloadsOf('a').length, client.payloadsOf('b').length]).toEqual([1, 1]);
    await use(
      [
        { filter: 'a', qos: 0 },
        { filter: 'end', qos: 1 },
      ],
      2,
    );
    await publish('a');
    await client.until('the third end', () => client.payloadsOf('end').length === 3);
    expect(client.payloadsOf('a')).toHaveLength(2);
  });

  test('have the options that the profile says', async () => {
    const broker = await scripted('5', friendly);
    const client = connection({
      port: broker.port,
      version: '5',
      subscriptions: [
        { filter: 'a', qos: 0 },
        {
          filter: 'b',
          qos: 1,
          noLocal: true,
          retainAsPublished: false,
          retainHandling: 2,
          identifier: 12,
        },
        { filter: 'c', qos: 1, paused: true },
      ],
    });
    client.connect();
    await client.until('two answers', () => {
      const { state } = client;
      return state.kind === 'connected' && state.subscriptions.length === 2;
    });
    const asked = broker.packets.filter((packet) => packet.cmd === 'subscribe');
    expect(asked.flatMap(({ subscriptions }) => subscriptions)).toMatchObject([
      { topic: 'a', qos: 0, nl: false, rap: true, rh: 0 },
      { topic: 'b', qos: 1, nl: true, rap: false, rh: 2 },
    ]);
    expect(asked[1]?.properties).toMatchObject({ subscriptionIdentifier: 12 });
  });

  test('that the session still has are not asked for again; those that changed meanwhile are', async () => {
    const broker = await scripted('5', (packet, client) => {
      if (packet?.cmd === 'connect')
        client.send(connack({ sessionPresent: client.connection > 1 }));
      else friendly(packet, client);
      if (packet?.cmd === 'unsubscribe')
        client.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [0] });
    });
    const subscriptions = [
      { filter: 'stays', qos: 1 as const },
      { filter: 'goes', qos: 1 as const },
    ];
    const client = connection(
      {
        ...{ port: broker.port, version: '5', clientId: 'kept', cleanStart: false, subscriptions },
        connect: { ...DEFAULT_CONNECT_SETTINGS, sessionExpirySeconds: 60 },
      },
      { reconnectDelayMs: () => 60_000 },
    );
    client.connect();
    await client.reaches('connected');
    broker.dropAll();
    await client.reaches('reconnecting');
    client.useProfile({
      ...client.profile,
      subscriptions: [
        { filter: 'stays', qos: 1 },
        { filter: 'comes', qos: 1 },
      ],
    });
    client.retryNow();
    await client.until('both answers', () => {
      const { state } = client;
      return state.kind === 'connected' && state.subscriptions.length === 2;
    });
    const asked = broker.packets.filter((packet) => packet.cmd === 'subscribe');
    expect(asked.map((one) => one.subscriptions.map(({ topic }) => topic))).toEqual([
      ['stays', 'goes'],
      ['comes'],
    ]);
    const left = await broker.heard('unsubscribe');
    expect(left).toMatchObject({ unsubscriptions: ['goes'] });
  });

  test('that were removed between two runs come no more from a session that the broker still has', async () => {
    const broker = await mosquitto();
    const profile = {
      ...{ port: broker.port, version: '5' as const, clientId: 'kept', cleanStart: false },
      connect: { ...DEFAULT_CONNECT_SETTINGS, sessionExpirySeconds: 60 },
    };
    const stays = { filter: 'stays', qos: 1 as const };
    let left: readonly string[] = [];
    const first = connection(
      { ...profile, subscriptions: [stays, { filter: 'goes/#', qos: 1 }] },
      { onSubscribed: (filters) => (left = filters) },
    );
    first.connect();
    await first.reaches('connected');
    await first.until('the answers', () => left.length === 2);
    await first.disconnect();

    const second = connection(
      { ...profile, subscriptions: [stays] },
      { leftFilters: () => left, onSubscribed: (filters) => (left = filters) },
    );
    second.connect();
    expect((await second.reaches('connected')).sessionPresent).toBe(true);
    await second.until('the answers', () => left.length === 1);
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
    onTestFinished(() => publisher.endAsync(true));
    await publisher.publishAsync('goes/on', 'x', { qos: 1 });
    await publisher.publishAsync('stays', 'x', { qos: 1 });
    await second.until('what is wanted', () => second.messages.length > 0);
    expect(second.messages.map(({ topic }) => topic)).toEqual(['stays']);
  });

  test('shared ones split the messages of a group between two connections', async () => {
    const broker = await mosquitto();
    const subscriptions = [
      { filter: '$share/loupe/work/#', qos: 1 as const },
      { filter: 'end', qos: 1 as const },
    ];
    const both = [1, 2].map(() => connection({ port: broker.port, version: '5', subscriptions }));
    for (const one of both) {
      one.connect();
      await one.reaches('connected');
    }
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
    onTestFinished(() => publisher.endAsync(true));
    for (let index = 0; index < 10; index += 1)
      await publisher.publishAsync(`work/${String(index)}`, 'x', { qos: 1 });
    await publisher.publishAsync('end', '', { qos: 1 });
    for (const one of both) await one.until('the end', () => one.payloadsOf('end').length === 1);
    const counts = both.map(({ messages }) => messages.length - 1);
    expect(counts[0]! + counts[1]!).toBe(10);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });
});

test('topic aliases of the broker are resolved', async () => {
  const broker = await scripted('5', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd !== 'subscribe') return;
    const rest = { cmd: 'publish', qos: 0, dup: false, retain: false } as const;
    client.send(
      { ...rest, topic: 'long/name', payload: '1', properties: { topicAlias: 1 } },
      { ...rest, topic: '', payload: '2', properties: { topicAlias: 1 } },
      { ...rest, topic: 'long/name', payload: '3' },
      { ...rest, topic: '', payload: '4', properties: { topicAlias: 1 } },
    );
  });
  const client = connection({
    port: broker.port,
    version: '5',
    connect: { ...DEFAULT_CONNECT_SETTINGS, topicAliasMaximum: 4 },
  });
  client.connect();
  await client.until('all four', () => client.messages.length === 4);
  expect(client.payloadsOf('long/name')).toEqual(['1', '2', '3', '4']);
});

test('two clients with one id do not throw each other out for ever', async () => {
  const broker = await scripted('3.1.1', (packet, client) => {
    friendly(packet, client);
    if (packet?.cmd === 'subscribe') client.socket.end();
  });
  const client = connection(
    { port: broker.port, version: '3.1.1', clientId: 'everybody' },
    { reconnectDelayMs: () => 10 },
  );
  client.connect();
  const failure = await client.fails();
  expect(failure.code).toBe('client-id-in-use');
  expect(failure.advice).toContain('“everybody”');
  expect(client.states.filter(({ kind }) => kind === 'reconnecting')).not.toHaveLength(0);
});
