import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { QoS } from '../../app/message';
import { testConnection } from '../helpers/connection';
import type { TestConnection } from '../helpers/connection';
import { freePort, startMosquitto } from '../helpers/mosquitto';
import type { Mosquitto, MosquittoOptions } from '../helpers/mosquitto';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function mosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  return broker;
}

function connection(...settings: Parameters<typeof testConnection>): TestConnection {
  const made = testConnection(...settings);
  cleanUps.push(() => made.disconnect());
  return made;
}

const message = (topic: string, payload: string, qos: QoS = 0, retain = false) => ({
  topic,
  payload: Buffer.from(payload),
  qos,
  retain,
});

describe.each(['3.1.1', '5'] as const)('a connection with MQTT %s', (version) => {
  it('says what was granted and hears each message once, at every QoS', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port, version });
    client.connect();
    expect(client.state.kind).toBe('connecting');
    const state = await client.reaches('connected');
    expect(state).toMatchObject({
      version,
      sessionPresent: false,
      subscriptions: [{ filter: '#', granted: 2, reason: null }],
    });
    expect(Math.abs(Date.now() - state.sinceMs)).toBeLessThan(5_000);
    for (const qos of [0, 1, 2] as const) {
      const result = await client.publish(message(`plant/qos${String(qos)}`, 'hello', qos));
      expect(result.kind).toBe(qos === 0 ? 'sent' : 'acknowledged');
    }
    await client.publish(message('end', '', 2));
    await client.until('the last message', () => client.payloadsOf('end').length > 0);
    expect(client.messages.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['plant/qos0', 0],
      ['plant/qos1', 1],
      ['plant/qos2', 2],
      ['end', 2],
    ]);
  });

  it('hears retained messages, and large payloads byte by byte', async () => {
    const broker = await mosquitto();
    const payload = randomBytes(3_000_000);
    const sender = connection({ port: broker.port, version });
    sender.connect();
    await sender.reaches('connected');
    await sender.publish({ topic: 'blob', payload, qos: 1, retain: true });
    const client = connection({ port: broker.port, version });
    client.connect();
    await client.until('the retained message', () => client.messages.length > 0);
    expect(client.messages[0]).toMatchObject({ topic: 'blob', retain: true });
    expect(client.messages[0]!.payload.equals(payload)).toBe(true);
  });

  it('is told that a wrong password was refused, and does not try again', async () => {
    const broker = await mosquitto({ users: new Map([['anna', 'right']]) });
    const wrong = connection(
      { port: broker.port, version, username: 'anna' },
      { password: 'open-sesame' },
    );
    wrong.connect();
    const failure = await wrong.fails();
    expect(failure).toMatchObject({ code: 'not-authorised', retryable: false });
    expect(failure.advice).toContain('password');
    expect(JSON.stringify(wrong.states)).not.toContain('open-sesame');
    expect(wrong.states.map(({ kind }) => kind)).toEqual(['connecting', 'failed']);

    const right = connection(
      { port: broker.port, version, username: 'anna' },
      { password: 'right' },
    );
    right.connect();
    await right.reaches('connected');
  });

  it('comes back after the broker was stopped and started, and subscribes again', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port, version });
    client.connect();
    await client.reaches('connected');
    await broker.stop();
    const lost = await client.reaches('reconnecting');
    expect(lost.retryAtMs - Date.now()).toBeLessThanOrEqual(100);
    expect(lost.failure.retryable).toBe(true);
    await client.until('a failed try', () => {
      const { state } = client;
      return state.kind === 'reconnecting' && state.failure.code === 'nothing-listening';
    });
    await broker.start();
    await client.reaches('connected');
    await client.publish(message('back', 'again', 1));
    await client.until('its own message', () => client.messages.length > 0);
    expect(client.payloadsOf('back')).toEqual(['again']);
  });

  it('gets what was sent while it was away, when the session is kept', async () => {
    const broker = await mosquitto();
    const away = connection({ port: broker.port, version, cleanStart: false, clientId: 'keeper' });
    away.connect();
    await away.reaches('connected');
    await away.disconnect();
    const sender = connection({ port: broker.port, version });
    sender.connect();
    await sender.reaches('connected');
    for (const text of ['one', 'two', 'three'])
      await sender.publish(message('while/away', text, 1));
    away.connect();
    expect(await away.reaches('connected')).toMatchObject({ sessionPresent: true });
    await away.until('three messages', () => away.messages.length >= 3);
    expect(away.payloadsOf('while/away')).toEqual(['one', 'two', 'three']);
  });

  it('refuses a topic name that MQTT does not allow, and says why', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port, version });
    client.connect();
    await client.reaches('connected');
    const refused = await client.publish(message('plant/#', 'x'));
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(refused).toHaveProperty('reason', expect.stringContaining('wildcards'));
    expect(client.state.kind).toBe('connected');
  });

  it('goes through a WebSocket', async () => {
    const broker = await mosquitto({ websockets: true });
    const client = connection({ port: broker.port, version, protocol: 'ws', path: '/mqtt' });
    client.connect();
    await client.reaches('connected');
    const payload = randomBytes(20_000);
    await client.publish({ topic: 'web', payload, qos: 2, retain: false });
    await client.until('its own message', () => client.messages.length > 0);
    expect(client.messages[0]!.payload.equals(payload)).toBe(true);
  });
});

describe('publishing', () => {
  it('is refused while not connected', async () => {
    const client = connection({ port: await freePort() });
    expect(await client.publish(message('a', 'b'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('Not connected') as string,
    });
  });

  it('notes that nobody is subscribed', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port, subscriptions: [{ filter: 'heard', qos: 0 }] });
    client.connect();
    await client.reaches('connected');
    expect(await client.publish(message('unheard', '', 1))).toMatchObject({
      kind: 'acknowledged',
      note: 'No client is subscribed to this topic.',
    });
    expect(await client.publish(message('heard', '', 1))).toMatchObject({
      kind: 'acknowledged',
      note: null,
    });
  });

  it('tells the reason of a refusal', async () => {
    const broker = await mosquitto({ acl: ['topic read #', 'topic write open/#'] });
    const client = connection({ port: broker.port });
    client.connect();
    await client.reaches('connected');
    for (const qos of [1, 2] as const) {
      const result = await client.publish(message('closed', '', qos));
      expect(result).toMatchObject({
        kind: 'refused',
        reason: 'The broker refused it: not authorised (0x87).',
      });
    }
    expect(await client.publish(message('open/a', '', 1))).toMatchObject({ kind: 'acknowledged' });
  });

  it('keeps to what the broker allows', async () => {
    const broker = await mosquitto({
      config: ['max_qos 1', 'retain_available false', 'max_packet_size 2000'],
    });
    const client = connection({ port: broker.port });
    client.connect();
    await client.reaches('connected');
    const reasonOf = async (result: ReturnType<TestConnection['publish']>): Promise<string> => {
      const outcome = await result;
      return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
    };
    expect(await reasonOf(client.publish(message('a', '', 2)))).toContain('at most QoS 1');
    expect(await reasonOf(client.publish(message('a', '', 0, true)))).toContain('retained');
    // 1 + 2 bytes of fixed header, topic with its length, packet identifier, property length.
    const fits = 2000 - 3 - 3 - 2 - 1;
    expect(await reasonOf(client.publish(message('a', 'x'.repeat(fits), 1)))).toBe('acknowledged');
    expect(await reasonOf(client.publish(message('a', 'x'.repeat(fits + 1), 1)))).toContain(
      '2,000 bytes',
    );
    expect(client.state.kind).toBe('connected');
  });

  it('sends many at once and gets an answer to each', async () => {
    const broker = await mosquitto({ config: ['max_inflight_messages 5'] });
    const client = connection({ port: broker.port });
    client.connect();
    await client.reaches('connected');
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) => client.publish(message('many', String(index), 1))),
    );
    expect(results.every(({ kind }) => kind === 'acknowledged')).toBe(true);
    await client.until('200 messages', () => client.messages.length === 200);
    expect(client.payloadsOf('many')).toEqual(
      Array.from({ length: 200 }, (_, index) => String(index)),
    );
  });

  it('gets a result when the connection is lost', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port });
    client.connect();
    await client.reaches('connected');
    const pending = client.publish(message('late', '', 2));
    await client.disconnect();
    expect(await pending).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('may have arrived') as string,
    });
  });
});

describe('disconnecting', () => {
  it('leaves no socket and no timer behind', async () => {
    const broker = await mosquitto();
    const countOf = (kind: string): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === kind).length;
    const before = { sockets: countOf('TCPSocketWrap'), timers: countOf('Timeout') };
    const client = connection({ port: broker.port });
    client.connect();
    await client.reaches('connected');
    expect(countOf('TCPSocketWrap')).toBe(before.sockets + 1);
    await client.publish(message('a', 'b', 1));
    await client.disconnect();
    expect(client.state.kind).toBe('disconnected');
    // Node counts a handle until the turn after its `close`.
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
    expect(countOf('TCPSocketWrap')).toBe(before.sockets);
    // A timer of something else may have ended meanwhile.
    expect(countOf('Timeout')).toBeLessThanOrEqual(before.timers);
    expect(broker.log()).toMatch(/Received DISCONNECT from mqtt-loupe-[0-9a-f]{8}/u);
  });

  it('ends the countdown of a lost connection', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port }, { reconnectDelayMs: () => 60_000 });
    client.connect();
    await client.reaches('connected');
    await broker.stop();
    const lost = await client.reaches('reconnecting');
    expect(lost.retryAtMs - Date.now()).toBeGreaterThan(50_000);
    await client.disconnect();
    expect(client.state.kind).toBe('disconnected');
  });

  it('is not needed to try again at once', async () => {
    const broker = await mosquitto();
    const client = connection({ port: broker.port }, { reconnectDelayMs: () => 60_000 });
    client.connect();
    await client.reaches('connected');
    await broker.stop();
    await client.reaches('reconnecting');
    await broker.start();
    client.retryNow();
    await client.reaches('connected');
  });
});
