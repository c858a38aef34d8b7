import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Profile } from '../../app/profile';
import { DEFAULT_WILL } from '../../app/will';
import { testConnection } from '../helpers/connection';
import type { TestConnection } from '../helpers/connection';
import { freePort, startMosquitto } from '../helpers/mosquitto';
import type { Mosquitto, MosquittoOptions } from '../helpers/mosquitto';
import { connack, friendly, startScriptedBroker } from '../helpers/scripted-broker';
import type { ScriptedBroker } from '../helpers/scripted-broker';
import { PATIENCE } from '../helpers/patience';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function mosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  return broker;
}

async function scripted(
  ...settings: Parameters<typeof startScriptedBroker>
): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker(...settings);
  cleanUps.push(() => broker.close());
  return broker;
}

function connection(...settings: Parameters<typeof testConnection>): TestConnection {
  const made = testConnection(...settings);
  cleanUps.push(() => made.disconnect());
  return made;
}

function failureOf(
  ...settings: Parameters<typeof testConnection>
): ReturnType<TestConnection['fails']> {
  const made = connection(...settings);
  made.connect();
  return made.fails();
}

/** An HTTP server that is no broker. */
async function httpServer(status: number): Promise<number> {
  const server = createServer((_request, response) =>
    response.writeHead(status).end('no broker here'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe('a first try that fails', () => {
  it('says that nothing is listening', async () => {
    const port = await freePort();
    expect(await failureOf({ port })).toMatchObject({
      code: 'nothing-listening',
      title: `Nothing is listening on 127.0.0.1:${String(port)}.`,
      technical: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('says so for IPv6 and for names with several addresses', async () => {
    const port = await freePort();
    for (const host of ['::1', 'localhost']) {
      const { code } = await failureOf({ host, port });
      // Without IPv6 on this computer its address cannot even be tried.
      expect(
        host === '::1' ? ['nothing-listening', 'host-unreachable'] : ['nothing-listening'],
      ).toContain(code);
    }
  });

  it('says that there is no such host', async () => {
    expect(await failureOf({ host: 'no-such-host.invalid', port: 1883 })).toMatchObject({
      code: 'unknown-host',
      title: 'There is no host named no-such-host.invalid.',
    });
  });

  it('says that another kind of server is there', async () => {
    const port = await httpServer(200);
    expect(await failureOf({ port })).toMatchObject({
      code: 'protocol-error',
      technical: expect.stringContaining('48 54 54 50') as string,
    });
    expect(await failureOf({ port, protocol: 'mqtts' })).toMatchObject({ code: 'tls-failed' });
  });

  it('says that a WebSocket is refused, and why', async () => {
    const missing = await failureOf({
      port: await httpServer(404),
      protocol: 'ws',
      path: '/wrong',
    });
    expect(missing).toMatchObject({ code: 'websocket-refused' });
    expect(missing.advice).toContain('/wrong');
    const forbidden = await failureOf({ port: await httpServer(403), protocol: 'ws' });
    expect(forbidden.advice).toContain('not allowed');
    const { port } = await mosquitto();
    expect(await failureOf({ port, protocol: 'ws' })).toMatchObject({ code: 'websocket-refused' });
    expect(await failureOf({ port: await freePort(), protocol: 'ws' })).toMatchObject({
      code: 'nothing-listening',
    });
  });

  it.each([
    ['3.1.1', 1, 'protocol-version-refused'],
    ['3.1.1', 2, 'client-id-refused'],
    ['3.1.1', 3, 'server-unavailable'],
    ['3.1.1', 4, 'bad-credentials'],
    ['3.1.1', 5, 'not-authorised'],
    ['5', 0x84, 'protocol-version-refused'],
    ['5', 0x85, 'client-id-refused'],
    ['5', 0x86, 'bad-credentials'],
    ['5', 0x87, 'not-authorised'],
    ['5', 0x88, 'server-unavailable'],
    ['5', 0x9c, 'another-server'],
  ] as const)(
    'says what a CONNACK of MQTT %s with code %i means',
    async (version, code, expected) => {
      const broker = await scripted(version, (packet, client) => {
        if (packet?.cmd === 'connect') client.send(connack({ returnCode: code, reasonCode: code }));
      });
      expect(await failureOf({ port: broker.port, version })).toMatchObject({ code: expected });
    },
  );

  it('says that a broker does not speak MQTT 5 when it answers with the CONNACK of 3.1.1', async () => {
    const broker = await scripted('3.1.1', (packet, client) => {
      if (packet?.cmd === 'connect') client.send(Buffer.from([0x20, 2, 0, 1]));
    });
    expect(await failureOf({ port: broker.port, version: '5' })).toMatchObject({
      code: 'protocol-version-refused',
    });
  });

  it('says that the server hung up', async () => {
    const broker = await scripted('5', (packet, client) => {
      if (packet?.cmd === 'connect') client.socket.end();
    });
    expect(await failureOf({ port: broker.port })).toMatchObject({ code: 'closed-by-server' });
  });

  it('gives up when no answer comes', async () => {
    const broker = await scripted('5', () => undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = connection({ port: broker.port, version: '5' });
    client.connect();
    await broker.heard('connect');
    await vi.advanceTimersByTimeAsync(9_900);
    expect(client.state.kind).toBe('connecting');
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(await client.fails()).toMatchObject({
      code: 'timeout',
      technical: 'no CONNACK after 10000 ms',
    });
  });

  it('says that settings do not work together', async () => {
    const { port } = await mosquitto();
    // A text of MQTT has at most 65,535 bytes (§1.5.3).
    const failure = await failureOf({ port, version: '3.1.1' }, { password: 'x'.repeat(70_000) });
    expect(failure).toMatchObject({ code: 'invalid-settings', retryable: false });
  });

  it('can be ended while it is under way', async () => {
    const broker = await scripted('5', () => undefined);
    const client = connection({ port: broker.port });
    client.connect();
    await client.disconnect();
    expect(client.states.map(({ kind }) => kind)).toEqual(['connecting', 'disconnected']);
    client.connect();
    await broker.heard('connect');
    await client.disconnect();
    expect(client.state.kind).toBe('disconnected');
    await vi.waitFor(() => {
      expect(broker.openSockets()).toBe(0);
    }, PATIENCE);
  });
});

describe('TLS', () => {
  const secure = (
    broker: Mosquitto,
    more: Partial<Profile> = {},
  ): Partial<Profile> & { port: number } => ({
    port: broker.port,
    protocol: 'mqtts',
    host: 'localhost',
    ...more,
  });
  const trusting = (broker: Mosquitto) => ({ authorities: [broker.certificates?.ca ?? ''] });

  it('trusts a known authority, by name and by address, and no other', async () => {
    const broker = await mosquitto({ tls: true });
    for (const host of ['localhost', '127.0.0.1']) {
      const client = connection(secure(broker, { host }), trusting(broker));
      client.connect();
      await client.reaches('connected');
    }
    expect(await failureOf(secure(broker))).toMatchObject({
      code: 'tls-untrusted',
      retryable: false,
    });
  });

  it('works under a WebSocket too', async () => {
    const broker = await mosquitto({ tls: true, websockets: true });
    const client = connection(secure(broker, { protocol: 'wss' }), trusting(broker));
    client.connect();
    await client.reaches('connected');
    expect(await failureOf(secure(broker, { protocol: 'wss' }))).toMatchObject({
      code: 'tls-untrusted',
    });
  });

  it('says that a certificate is for another name', async () => {
    const broker = await mosquitto({ tls: { names: 'DNS:broker.example' } });
    expect(await failureOf(secure(broker), trusting(broker))).toMatchObject({
      code: 'tls-host-mismatch',
      retryable: false,
    });
  });

  it('says that a certificate has expired', async () => {
    const broker = await mosquitto({ tls: { expired: true } });
    expect(await failureOf(secure(broker), trusting(broker))).toMatchObject({
      code: 'tls-expired',
    });
  });

  it('says that the other end does not use it, or wants it', async () => {
    const plain = await mosquitto();
    expect(await failureOf(secure(plain))).toMatchObject({ code: 'tls-failed' });
    const encrypted = await mosquitto({ tls: true });
    const { code, title, advice } = await failureOf({ port: encrypted.port });
    expect(['protocol-error', 'closed-by-server', 'connection-reset']).toContain(code);
    expect(`${title} ${advice}`).toContain('mqtts');
  });
});

describe('a connection that is lost', () => {
  it('tells a SUBSCRIBE that was refused without ending', async () => {
    const broker = await scripted('5', (packet, client) => {
      if (packet?.cmd === 'connect') client.send(connack());
      if (packet?.cmd !== 'subscribe') return;
      const granted = packet.subscriptions.map(({ topic, qos }) => (topic === '#' ? 0x87 : qos));
      client.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
    });
    const client = connection({
      port: broker.port,
      subscriptions: [
        { filter: '#', qos: 0 },
        { filter: 'plant/#', qos: 1 },
        { filter: '__proto__', qos: 0 },
      ],
    });
    client.connect();
    const { subscriptions } = await client.reaches('connected');
    expect(subscriptions).toEqual([
      { filter: '#', granted: null, reason: 'The broker refused it: not authorised (0x87).' },
      { filter: 'plant/#', granted: 1, reason: null },
      { filter: '__proto__', granted: 0, reason: null },
    ]);
  });

  it('says that the broker hung up on the subscriptions', async () => {
    const broker = await scripted('5', (packet, client) => {
      if (packet?.cmd === 'connect') client.send(connack());
      if (packet?.cmd === 'subscribe') client.socket.destroy();
    });
    const client = connection({ port: broker.port }, { reconnectDelayMs: () => 60_000 });
    client.connect();
    const { failure } = await client.reaches('reconnecting');
    expect(failure).toMatchObject({ code: 'closed-by-server' });
    expect(failure.advice).toContain('#');
  });

  it.each(['reset', 'closed'] as const)(
    'names the size of a large last will where the CONNECT is answered by being %s',
    async (how) => {
      const broker = await scripted('5', (packet, { socket }) => {
        if (packet?.cmd !== 'connect') return;
        if (how === 'reset') socket.resetAndDestroy();
        else socket.end();
      });
      const failureWith = async (bytes: number) => {
        const payload = { kind: 'text', text: 'x'.repeat(bytes) } as const;
        const will = { ...DEFAULT_WILL, topic: 'a', payload };
        const client = connection({ port: broker.port, version: '5', will });
        client.connect();
        return (await client.reaches('failed')).failure;
      };
      const { advice, largeWillBytes } = await failureWith(60_000);
      expect(advice).toContain('Or the last will of 60,000 bytes makes the greeting (CONNECT)');
      expect(largeWillBytes).toBe(60_000);
      const small = await failureWith(100);
      expect(small.advice).not.toContain('last will');
      expect(small).not.toHaveProperty('largeWillBytes');
    },
  );

  it.each([
    [0x8e, 'session-taken-over', 'failed'],
    [0x87, 'not-authorised', 'failed'],
    [0x8b, 'server-unavailable', 'reconnecting'],
    [0x98, 'closed-by-server', 'reconnecting'],
    [0x9d, 'another-server', 'failed'],
  ] as const)('says what a DISCONNECT with reason %i means', async (reasonCode, code, kind) => {
    const broker = await scripted('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'subscribe') {
        client.send({ cmd: 'disconnect', reasonCode, properties: { reasonString: 'because' } });
      }
    });
    const client = connection({ port: broker.port }, { reconnectDelayMs: () => 60_000 });
    client.connect();
    const { failure } = await client.reaches(kind);
    expect(failure.code).toBe(code);
    expect(failure.advice).toContain('“because”');
  });

  it('notices that the broker stopped answering', async () => {
    const broker = await scripted('5', friendly);
    const client = connection(
      { port: broker.port, keepAlive: 1 },
      { reconnectDelayMs: () => 60_000 },
    );
    client.connect();
    await client.reaches('connected');
    const { failure } = await client.reaches('reconnecting');
    expect(failure.code).toBe('keep-alive-timeout');
    expect(failure.silentMs).toBeGreaterThan(900);
    expect(failure.advice).toMatch(/^Nothing came for [1-9]\d* s, not even the answer to a ping/u);
    expect(broker.packets.some(({ cmd }) => cmd === 'pingreq')).toBe(true);
  });

  it('never stays deaf after something malformed: it is closed, told, and brought back', async () => {
    // One less than it takes to give up.
    const malformed = [
      // A PUBLISH with QoS 3, with a property that does not exist, with a topic that is cut off; a second CONNACK.
      Buffer.from([0x36, 5, 0, 1, 0x61, 0, 0]),
      Buffer.from([0x30, 6, 0, 1, 0x61, 2, 0x7f, 0]),
      Buffer.from([0x20, 3, 0, 0, 0]),
      Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
    ];
    const broker = await scripted('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd !== 'subscribe') return;
      client.send({
        cmd: 'publish',
        topic: 'good',
        payload: String(client.connection),
        qos: 0,
        dup: false,
        retain: false,
      });
      const bytes = malformed[client.connection - 1];
      if (bytes !== undefined) client.send(bytes);
    });
    const client = connection({ port: broker.port }, { reconnectDelayMs: () => 10 });
    client.connect();
    await client.until(
      'all rounds',
      () => client.payloadsOf('good').length === malformed.length + 1,
    );
    expect(client.payloadsOf('good')).toEqual(['1', '2', '3', '4', '5']);
    expect(client.refused).toHaveLength(malformed.length);
    const codes = client.states.flatMap((state) =>
      state.kind === 'reconnecting' ? [state.failure.code] : [],
    );
    expect(new Set(codes)).toEqual(new Set(['protocol-error']));
    expect(client.state.kind).toBe('connected');
  });

  it('hears a QoS 2 message once although the connection was lost before its release', async () => {
    const broker = await scripted('3.1.1', (packet, client) => {
      const again = client.connection > 1;
      if (packet?.cmd === 'connect') client.send(connack({ sessionPresent: again }));
      // What the session is subscribed to is not asked for again.
      if (packet?.cmd === 'connect' && again) client.send({ cmd: 'pubrel', messageId: 77 });
      if (packet?.cmd === 'subscribe') {
        client.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [2] });
        client.send({
          cmd: 'publish',
          topic: 'once',
          payload: 'x',
          qos: 2,
          messageId: 77,
          dup: false,
          retain: false,
        });
      }
      if (packet?.cmd === 'pubrec' && !again) client.socket.destroy();
      if (packet?.cmd === 'pubcomp' && client.connection === 2)
        client.send({ cmd: 'pubrel', messageId: 77 });
    });
    const client = connection({
      port: broker.port,
      version: '3.1.1',
      cleanStart: false,
      clientId: 'one',
    });
    client.connect();
    await broker.heard('pubcomp', 2);
    expect(client.payloadsOf('once')).toEqual(['x']);
  });

  it('sends a message again, as a duplicate, when the session is still there', async () => {
    const broker = await scripted('3.1.1', (packet, client) => {
      if (packet?.cmd === 'connect')
        client.send(connack({ sessionPresent: client.connection > 1 }));
      if (packet?.cmd === 'subscribe') friendly(packet, client);
      if (packet?.cmd !== 'publish') return;
      if (client.connection === 1) client.socket.destroy();
      else client.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    });
    const client = connection({
      port: broker.port,
      version: '3.1.1',
      cleanStart: false,
      clientId: 'one',
    });
    client.connect();
    await client.reaches('connected');
    const result = await client.publish({
      topic: 'a',
      payload: Buffer.from('x'),
      qos: 1,
      retain: false,
    });
    expect(result).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('sent again') as string,
    });
    expect(await broker.heard('publish', 2)).toMatchObject({ topic: 'a', dup: true });
    await client.reaches('connected');
  });
});
