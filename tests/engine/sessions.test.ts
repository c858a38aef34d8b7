/** The client's side of an MQTT session goes on over connections, as the server's does (MQTT 5.0 §4.1). */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Packet } from 'mqtt-packet';
import { ClientSession } from '../../main/engine/mqtt/session-store';
import { testConnection, type TestConnection } from '../helpers/connection';
import {
  connack,
  friendly,
  startScriptedBroker,
  type ScriptedBroker,
  type ScriptedClient,
} from '../helpers/scripted-broker';

type Version = '3.1.1' | '5';

/** What of a packet says which exchange it belongs to. */
const briefly = (packet: Packet): string =>
  `${packet.cmd} ${String(packet.messageId)}${packet.cmd === 'publish' && packet.dup ? ' dup' : ''}`;

const isExchange = ({ cmd }: Packet): boolean =>
  cmd === 'publish' || cmd === 'pubrel' || cmd === 'pubrec' || cmd === 'pubcomp';

describe.each<Version>(['3.1.1', '5'])('with MQTT %s', (version) => {
  async function scripted(
    script: (packet: Packet | null, client: ScriptedClient) => void,
  ): Promise<ScriptedBroker> {
    const broker = await startScriptedBroker(version, (packet, client) => {
      if (packet?.cmd === 'connect')
        client.send(connack({ sessionPresent: client.connection > 1 }));
      else friendly(packet, client);
      script(packet, client);
    });
    onTestFinished(() => broker.close());
    return broker;
  }

  function connection(port: number, session: ClientSession, clientId = 'kept'): TestConnection {
    const settings = { port, version, clientId, cleanStart: false } as const;
    const client = testConnection(settings, { session });
    onTestFinished(() => client.disconnect());
    return client;
  }

  /** One message is released and another one not acknowledged when the connection is ended. */
  async function interrupted(broker: ScriptedBroker, session: ClientSession): Promise<void> {
    const first = connection(broker.port, session);
    first.connect();
    await first.reaches('connected');
    const outcomes: string[] = [];
    for (const topic of ['one', 'two']) {
      const head = { topic, qos: 2, retain: false, properties: null } as const;
      const message = { ...head, payload: Buffer.from(topic) };
      first.publishBulk(message, ({ kind }) => outcomes.push(kind));
    }
    await broker.heard('pubrel');
    await first.disconnect();
    expect(outcomes).toEqual(['lost', 'lost']);
  }

  const half = (packet: Packet | null, client: ScriptedClient): void => {
    const isFirst = client.connection === 1 && packet?.cmd === 'publish' && packet.topic === 'one';
    if (isFirst) client.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 });
    if (client.connection === 1 || packet === null) return;
    if (packet.cmd === 'pubrel') client.send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
    if (packet.cmd === 'publish') client.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 });
  };

  test('a connection that is begun anew goes on where the last one ended', async () => {
    const broker = await scripted(half);
    const session = new ClientSession();
    await interrupted(broker, session);
    const before = broker.packets.length;
    const next = connection(broker.port, session);
    const mark = next.sessionMark;
    next.connect();
    expect(await next.reaches('connected')).toMatchObject({ sessionPresent: true });
    expect(next.sessionMark).toBe(mark);
    const exchange = broker.packets.slice(before).filter(isExchange).map(briefly);
    expect(exchange).toEqual(['pubrel 1', 'publish 2 dup', 'pubrel 2']);
  });

  test('another client id has another session', async () => {
    const broker = await scripted(half);
    const session = new ClientSession();
    await interrupted(broker, session);
    const before = broker.packets.length;
    const other = connection(broker.port, session, 'other');
    const mark = other.sessionMark;
    other.connect();
    await other.reaches('connected');
    expect(other.sessionMark).not.toBe(mark);
    expect(broker.packets.slice(before).filter(isExchange)).toEqual([]);
  });

  test('a message that came before the connection ended does not come again with the next', async () => {
    const broker = await scripted((packet, client) => {
      const message = { topic: 'once', payload: 'x', qos: 2, retain: false, messageId: 3 } as const;
      const isAgain = client.connection > 1;
      if (packet?.cmd === (isAgain ? 'connect' : 'subscribe'))
        client.send({ cmd: 'publish', dup: isAgain, ...message });
      if (isAgain && packet?.cmd === 'pubrec') client.send({ cmd: 'pubrel', messageId: 3 });
      // The identifier is free again.
      if (packet?.cmd === 'pubcomp')
        client.send({ cmd: 'publish', dup: false, ...message, payload: 'y' });
    });
    const session = new ClientSession();
    const first = connection(broker.port, session);
    first.connect();
    await broker.heard('pubrec');
    await first.disconnect();
    expect(first.payloadsOf('once')).toEqual(['x']);
    const next = connection(broker.port, session);
    next.connect();
    await next.until('the next message', () => next.payloadsOf('once').length > 0);
    expect(next.payloadsOf('once')).toEqual(['y']);
  });
});
