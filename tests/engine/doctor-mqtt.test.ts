import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { doctorReport } from '../../app/doctor/report';
import { DEFAULT_WILL } from '../../app/will';
import { changes, examine, factOf, failedStep, stepOf } from '../helpers/doctor';
import { startMosquitto, type Mosquitto, type MosquittoOptions } from '../helpers/mosquitto';
import { connack, friendly, startScriptedBroker } from '../helpers/scripted-broker';
import { testConnection } from '../helpers/connection';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function mosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  return broker;
}

async function scripted(
  ...settings: Parameters<typeof startScriptedBroker>
): ReturnType<typeof startScriptedBroker> {
  const broker = await startScriptedBroker(...settings);
  cleanUps.push(() => broker.close());
  return broker;
}

describe('a CONNACK that refuses', () => {
  it.each([
    ['3.1.1', 1, 'does not speak MQTT 3.1.1'],
    ['3.1.1', 2, 'refused the client id'],
    ['3.1.1', 3, 'takes no connections at the moment'],
    ['3.1.1', 4, 'refused the username or password'],
    ['3.1.1', 5, 'refused the login: not authorised'],
    ['5', 0x80, 'refused the connection: unspecified error'],
    ['5', 0x81, 'did not understand the greeting: malformed packet'],
    ['5', 0x82, 'did not understand the greeting: protocol error'],
    ['5', 0x83, 'refused the connection: implementation specific error'],
    ['5', 0x84, 'does not speak MQTT 5'],
    ['5', 0x85, 'refused the client id'],
    ['5', 0x86, 'refused the username or password'],
    ['5', 0x87, 'refused the login: not authorised'],
    ['5', 0x88, 'takes no connections at the moment: server unavailable'],
    ['5', 0x89, 'takes no connections at the moment: server busy'],
    ['5', 0x8a, 'refused the login: banned'],
    ['5', 0x8c, 'does not take this way to sign in'],
    ['5', 0x90, 'refused what the connection asks for: topic name invalid'],
    ['5', 0x95, 'refused what the connection asks for: packet too large'],
    ['5', 0x97, 'takes no connections at the moment: quota exceeded'],
    ['5', 0x99, 'refused what the connection asks for: payload format invalid'],
    ['5', 0x9a, 'refused what the connection asks for: retain not supported'],
    ['5', 0x9b, 'refused what the connection asks for: QoS not supported'],
    ['5', 0x9c, 'sends its clients to another server: use another server'],
    ['5', 0x9d, 'sends its clients to another server: server moved'],
    ['5', 0x9f, 'takes no connections at the moment: connection rate exceeded'],
  ] as const)('of MQTT %s with code %i', async (version, code, title) => {
    const broker = await scripted(version, (packet, { send }) => {
      if (packet?.cmd === 'connect') send(connack({ returnCode: code, reasonCode: code }));
    });
    const frame = await examine({ port: broker.port, version });
    expect(failedStep(frame)).toBe('connect');
    expect(frame.verdict?.title).toContain(title);
    expect(frame.verdict?.causes.length).toBeGreaterThan(0);
  });

  it('offers the other version, and tries it by itself where the choice is left open', async () => {
    const broker = await scripted('3.1.1', (packet, { send, connection }) => {
      if (packet?.cmd === 'connect' && packet.protocolVersion === 5)
        send(Buffer.from([0x20, 2, 0, 1]));
      else friendly(packet, { send, connection } as never);
      if (packet?.cmd === 'pingreq') send({ cmd: 'pingresp' });
    });
    const fixed = await examine({ port: broker.port, version: '5' }, { publishes: false });
    expect(changes(fixed)).toContainEqual({ version: '3.1.1' });
    const open = await examine({ port: broker.port }, { publishes: false });
    expect(open.verdict?.tone).toBe('good');
    expect(factOf(open, 'connect', 'MQTT 5')).toContain('trying 3.1.1');
  });

  it('tries MQTT 3.1 too where the choice is left open, and else tells the first refusal', async () => {
    const broker = await scripted('3.1.1', (packet, { send }) => {
      if (packet?.cmd === 'pingreq') send({ cmd: 'pingresp' });
      if (packet?.cmd !== 'connect') return;
      send(Buffer.from([0x20, 2, 0, packet.protocolVersion === 3 ? 0 : 1]));
    });
    const open = await examine({ port: broker.port, subscriptions: [] }, { publishes: false });
    expect(open.verdict?.tone).toBe('good');
    expect(stepOf(open, 'connect').summary).toBe('Accepted, MQTT 3.1');
    const none = await scripted('3.1.1', (packet, { send }) => {
      if (packet?.cmd === 'connect') send(Buffer.from([0x20, 2, 0, 1]));
    });
    const refused = await examine({ port: none.port });
    expect(refused.verdict?.title).toContain('does not speak MQTT 5');
    expect(refused.verdict?.causes[0]).toContain('MQTT 5, 3.1.1 and 3.1 were tried');
  });

  it('tells a missing password from a wrong one', async () => {
    const { port } = await mosquitto({ users: new Map([['anna', 'right']]) });
    const anonymous = await examine({ port });
    expect(anonymous.verdict?.causes[0]).toContain('none is set');
    const missing = await examine({ port, username: 'anna' });
    expect(missing.verdict?.causes[0]).toContain('No password was sent');
    const wrong = await examine({ port, username: 'anna' }, { secrets: { password: 'wrong' } });
    expect(wrong.verdict?.causes[0]).toContain('is wrong');
    expect(wrong.verdict?.fixes[0]).toMatchObject({ kind: 'open-settings', section: 'sign-in' });
    const right = await examine({ port, username: 'anna' }, { secrets: { password: 'right' } });
    expect(right.verdict?.tone).toBe('good');
  });

  it('that names another server asks before anything goes there', async () => {
    const other = await scripted('5', () => undefined);
    const broker = await scripted('5', (packet, { send }) => {
      const serverReference = `127.0.0.1:${String(other.port)}`;
      if (packet?.cmd === 'connect')
        send(connack({ reasonCode: 0x9d, properties: { serverReference } }));
    });
    const frame = await examine(
      { port: broker.port, version: '5', username: 'anna' },
      { secrets: { password: 'secret' } },
    );
    const [fix] = frame.verdict?.fixes ?? [];
    expect(fix).toMatchObject({ change: { host: '127.0.0.1', port: other.port } });
    expect(fix?.kind === 'change' && fix.confirm).toContain('username and password');
    expect(other.packets).toEqual([]);
  });
});

describe('the client id', () => {
  it('of a running connection is left alone', async () => {
    const { port } = await mosquitto();
    const running = testConnection({ port, clientId: 'press4' });
    cleanUps.push(() => running.disconnect());
    running.connect();
    await running.reaches('connected');
    const frame = await examine({ port, clientId: 'press4' });
    expect(frame.verdict?.tone).toBe('good');
    expect(running.state.kind).toBe('connected');
    expect(running.states.filter(({ kind }) => kind === 'reconnecting')).toEqual([]);
  });

  it('is offered for a test of its own where the broker allows only certain ones', async () => {
    const broker = await scripted('5', (packet, { send }) => {
      if (packet?.cmd === 'pingreq') send({ cmd: 'pingresp' });
      if (packet?.cmd !== 'connect') return;
      send(connack({ reasonCode: packet.clientId === 'press4' ? 0 : 0x85 }));
    });
    const settings = { port: broker.port, version: '5', clientId: 'press4' } as const;
    const frame = await examine({ ...settings, subscriptions: [] });
    const [fix] = frame.verdict?.fixes ?? [];
    expect(fix).toMatchObject({ kind: 'use-client-id' });
    expect(fix?.kind === 'use-client-id' && fix.confirm).toContain('“press4”');
    const own = await examine({ ...settings, subscriptions: [] }, { usesClientId: true });
    expect(own.clientId).toBe('press4');
    expect(stepOf(own, 'connect').status).toBe('ok');
  });

  it('with a session that is kept keeps it: nothing is subscribed or unsubscribed', async () => {
    const broker = await scripted('5', (packet, { send }) => {
      if (packet?.cmd === 'connect') send(connack({ sessionPresent: true }));
      if (packet?.cmd === 'pingreq') send({ cmd: 'pingresp' });
    });
    const frame = await examine(
      { port: broker.port, version: '5', clientId: 'press4', cleanStart: false },
      { usesClientId: true },
    );
    expect(frame.verdict?.tone).toBe('good');
    expect(stepOf(frame, 'subscribe').status).toBe('skipped');
    expect(broker.packets.map(({ cmd }) => cmd)).toEqual(['connect', 'pingreq', 'disconnect']);
    expect(broker.packets[0]).toMatchObject({
      clean: false,
      properties: { sessionExpiryInterval: 86_400 },
    });
  });
});

describe('a broker that does not answer the greeting', () => {
  it('because it hangs up', async () => {
    const broker = await scripted('5', (packet, { socket }) => {
      if (packet?.cmd === 'connect') socket.end();
    });
    const frame = await examine({ port: broker.port, version: '5' });
    expect(frame.verdict?.title).toContain('closed the connection instead of answering');
    expect(changes(frame)).toContainEqual({ version: '3.1.1' });
  });

  it('because it says nothing', async () => {
    const broker = await scripted('5', () => undefined);
    const frame = await examine(
      { port: broker.port, version: '5' },
      { limits: { connackMs: 500 } },
    );
    expect(frame.verdict?.title).toContain('takes the connection, but does not answer');
  });

  it('because it is none', async () => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('220 mail.example.com ESMTP\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
    const frame = await examine({ port: (server.address() as AddressInfo).port });
    expect(frame.verdict?.title).toContain('does not answer as an MQTT broker');
    expect(frame.verdict?.technical).toContain('32 32 30');
    expect(frame.verdict?.technical).toContain('(“220 mail.example.com ESMTP”)');
  });
});

describe('after the greeting', () => {
  it('a refused subscription is told with its reason, and the rest goes on', async () => {
    const { port } = await mosquitto({
      users: new Map([['anna', 'right']]),
      acl: ['user anna', 'topic readwrite mqtt-loupe/#'],
      config: ['allow_anonymous false'],
    });
    const broker = await scripted('5', (packet, { send }) => {
      friendly(packet?.cmd === 'subscribe' ? null : packet, { send } as never);
      if (packet?.cmd === 'pingreq') send({ cmd: 'pingresp' });
      if (packet?.cmd !== 'subscribe') return;
      const granted = packet.subscriptions.map(({ topic }) => (topic === '#' ? 0x87 : 1));
      send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted, reasonCode: 0 } as never);
    });
    const filters = ['#', 'plant/#'].map((filter) => ({ filter, qos: 1 as const }));
    const frame = await examine(
      { port: broker.port, version: '5', subscriptions: filters },
      { publishes: false },
    );
    expect(stepOf(frame, 'subscribe').status).toBe('warning');
    expect(stepOf(frame, 'ping').status).toBe('ok');
    expect(frame.verdict).toMatchObject({
      tone: 'warn',
      title: 'The broker refused the subscription #.',
    });
    expect(frame.verdict?.text).toContain('not authorised (0x87)');
    expect(factOf(frame, 'subscribe', 'plant/#')).toBe('granted');
    const real = await examine(
      { port, username: 'anna', subscriptions: filters },
      { secrets: { password: 'right' } },
    );
    // Mosquitto grants every filter and lets nothing through that may not be read.
    expect(stepOf(real, 'round-trip').status).toBe('ok');
  });

  it('a message that may not be published is told, and does no harm', async () => {
    const { port } = await mosquitto({
      users: new Map([['anna', 'right']]),
      acl: ['user anna', 'topic read #'],
    });
    const frame = await examine(
      { port, version: '5', username: 'anna' },
      { secrets: { password: 'right' } },
    );
    expect(stepOf(frame, 'round-trip').status).toBe('warning');
    expect(frame.verdict?.title).toBe(
      'The broker does not let this client publish the test message.',
    );
  });

  it('a broker that hangs up on a subscription', async () => {
    const broker = await scripted('5', (packet, { send, socket }) => {
      if (packet?.cmd === 'connect') send(connack());
      if (packet?.cmd === 'subscribe') socket.end();
    });
    const frame = await examine({ port: broker.port, version: '5' });
    expect(failedStep(frame)).toBe('subscribe');
    expect(frame.verdict?.title).toContain('closed the connection when it was asked');
  });

  it('a session that another client takes over', async () => {
    const broker = await scripted('5', (packet, { send }) => {
      if (packet?.cmd === 'connect') send(connack());
      if (packet?.cmd === 'subscribe') send({ cmd: 'disconnect', reasonCode: 0x8e });
    });
    const frame = await examine({ port: broker.port, version: '5', clientId: 'press4' });
    expect(frame.verdict?.title).toContain('Another client connected with the same client id');
    expect(changes(frame)).toContainEqual({ clientId: '' });
  });

  it('a broker that moves its clients after it let them in', async () => {
    const broker = await scripted('5', (packet, { send }) => {
      const properties = { serverReference: 'other.example.com:8883' };
      if (packet?.cmd === 'connect') send(connack());
      if (packet?.cmd === 'subscribe') send({ cmd: 'disconnect', reasonCode: 0x9c, properties });
    });
    const frame = await examine({ port: broker.port, version: '5' });
    expect(changes(frame)).toContainEqual({ host: 'other.example.com', port: 8883 });
  });

  it('a broker that breaks the rules is not taken for another program', async () => {
    const broker = await scripted('5', (packet, { send }) => {
      if (packet?.cmd === 'connect') send(connack());
      // A PUBLISH with QoS 3 [MQTT-3.3.1-4].
      if (packet?.cmd === 'subscribe') send(Buffer.from([0x36, 5, 0, 3, 97, 98, 99]));
    });
    const frame = await examine({ port: broker.port, version: '5' });
    expect(failedStep(frame)).toBe('subscribe');
    expect(frame.verdict?.title).toContain('sent something that is not valid MQTT');
    const old = await scripted('3.1.1', (packet, { send }) => {
      if (packet?.cmd === 'connect') send(Buffer.from([0x20, 2, 0, 77]));
    });
    const reserved = await examine({ port: old.port, version: '3.1.1' });
    expect(reserved.verdict?.title).toContain('sent something that is not valid MQTT');
  });

  it('a broker that stops answering', async () => {
    const broker = await scripted('5', (packet, client) => friendly(packet, client));
    const frame = await examine({ port: broker.port, version: '5' }, { limits: { pingMs: 500 } });
    expect(failedStep(frame)).toBe('ping');
    expect(frame.verdict?.title).toContain('does not answer when it is asked');
  });

  it('retained messages and the groups of shared subscriptions are not touched', async () => {
    const broker = await scripted('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'pingreq') client.send({ cmd: 'pingresp' });
    });
    const filters = ['plant/#', '$share/a/plant/#'].map((filter) => ({ filter, qos: 0 as const }));
    await examine(
      { port: broker.port, version: '5', subscriptions: filters },
      { publishes: false },
    );
    expect(broker.packets.find(({ cmd }) => cmd === 'subscribe')).toMatchObject({
      subscriptions: [{ topic: 'plant/#', rh: 2 }],
    });
    expect(broker.packets.map(({ cmd }) => cmd)).toContain('unsubscribe');
  });
});

describe('what happened to the connection before', () => {
  const failure = (
    code: 'session-taken-over' | 'keep-alive-timeout' | 'timeout' | 'connection-reset',
  ) => ({
    ...{ code, title: 'It was lost.', advice: '', technical: 'x', retryable: true },
  });

  it('is explained when all works now', async () => {
    const { port } = await mosquitto();
    const taken = await examine(
      { port, clientId: 'press4' },
      { earlier: failure('session-taken-over') },
    );
    expect(taken.verdict).toMatchObject({ tone: 'warn' });
    expect(changes(taken)).toContainEqual({ clientId: '' });
    const quiet = await examine({ port }, { earlier: failure('keep-alive-timeout') });
    expect(quiet.verdict?.title).toBe('It works now, but the connection was lost earlier.');
    expect(changes(quiet)).toContainEqual({ keepAlive: 30 });
    const will = { ...DEFAULT_WILL, topic: 'a' };
    const large = await examine(
      { port, will },
      { earlier: { ...failure('connection-reset'), largeWillBytes: 60_000 } },
    );
    expect(large.verdict).toMatchObject({ tone: 'warn' });
    expect(large.verdict?.causes[0]).toContain('larger than the broker takes');
    expect(large.verdict?.fixes[0]).toMatchObject({ kind: 'open-settings', section: 'will' });
    const gone = await examine({ port }, { earlier: failure('timeout') });
    expect(gone.verdict).toMatchObject({ tone: 'good' });
    expect(gone.verdict?.text).toContain('did not happen in this test');
  });
});

describe('the report', () => {
  it('has every step, and no secret even where the broker sends it back', async () => {
    const canary = 'canary-7f3a9c';
    const broker = await scripted('5', (packet, { send }) => {
      if (packet?.cmd !== 'connect') return;
      const password = String(packet.password);
      const userProperties = { echo: [password, Buffer.from(password).toString('base64')] };
      // So long that what is shown of it ends within the password.
      const responseInformation = `${'x'.repeat(995)}${password}`;
      send(
        connack({
          reasonCode: 0x86,
          properties: { reasonString: `no ${password}!`, userProperties, responseInformation },
        }),
      );
    });
    const frame = await examine(
      { port: broker.port, version: '5', username: 'anna' },
      { secrets: { password: canary } },
    );
    expect(broker.packets[0]).toMatchObject({ password: Buffer.from(canary) });
    const text = doctorReport(frame);
    for (const where of [text, JSON.stringify(frame)]) {
      expect(where).not.toContain(canary);
      expect(where).not.toContain(Buffer.from(canary).toString('base64'));
      expect(where).not.toContain('xcan');
    }
    expect(text).toContain('no •••!');
    expect(text).toContain('refused the username or password');
    expect(text).toMatch(/Connecting\s+failed\s+\d/u);
  });
});
