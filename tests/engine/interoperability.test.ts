/** The same things asked of different brokers; docs/brokers.md says what came of it. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Profile } from '../../app/profile';
import { grantedReason } from '../../app/subscription';
import { testConnection, type TestConnection } from '../helpers/connection';
import { startMosquitto } from '../helpers/mosquitto';
import {
  hasNats,
  hasRabbitMq,
  startAedes,
  startNats,
  startRabbitMq,
  type OtherBroker,
} from '../helpers/other-brokers';
import { PATIENCE } from '../helpers/patience';

interface Kind {
  readonly name: string;
  readonly isThere: () => boolean;
  readonly start: () => Promise<OtherBroker>;
  /** What the automatic version comes to. */
  readonly version: '5' | '3.1.1';
  readonly versions: readonly ('3.1' | '3.1.1' | '5')[];
  /** The highest QoS at which it delivers. */
  readonly maximumQoS: 1 | 2;
  /** Whether a shared subscription gets messages; all four grant it. */
  readonly shares: boolean;
  /** Whether it keeps retained messages for a filter with wildcards. */
  readonly retainedByWildcard: boolean;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Mosquitto',
    isThere: () => true,
    start: () => startMosquitto(),
    ...{
      version: '5',
      versions: ['3.1', '3.1.1', '5'],
      maximumQoS: 2,
      retainedByWildcard: true,
      shares: true,
    },
  },
  {
    name: 'aedes',
    isThere: () => true,
    start: startAedes,
    ...{
      version: '3.1.1',
      versions: ['3.1', '3.1.1'],
      maximumQoS: 2,
      retainedByWildcard: true,
      shares: false,
    },
  },
  {
    name: 'NATS',
    isThere: hasNats,
    start: startNats,
    ...{
      version: '3.1.1',
      versions: ['3.1.1'],
      maximumQoS: 1,
      retainedByWildcard: true,
      shares: false,
    },
  },
  {
    name: 'RabbitMQ',
    isThere: hasRabbitMq,
    start: startRabbitMq,
    ...{
      version: '3.1.1',
      versions: ['3.1', '3.1.1'],
      maximumQoS: 1,
      retainedByWildcard: false,
      shares: false,
    },
  },
];

const START_MS = 120_000;

describe.each(KINDS)('$name', (kind) => {
  let broker: OtherBroker | null = null;

  beforeAll(async () => {
    if (kind.isThere()) broker = await kind.start();
  }, START_MS);

  afterAll(async () => {
    await broker?.dispose();
  });

  function connection(profile: Partial<Profile> = {}): TestConnection {
    const client = testConnection({ port: broker?.port ?? 0, ...profile });
    onTestFinished(() => client.disconnect());
    client.connect();
    return client;
  }

  test.runIf(kind.isThere())('is found to speak its version', async () => {
    const client = connection({ version: 'automatic' });
    expect((await client.reaches('connected')).version).toBe(kind.version);
  });

  test.runIf(kind.isThere())('speaks these versions, and refuses the others in words', async () => {
    for (const version of ['3.1', '3.1.1', '5'] as const) {
      const client = connection({ version });
      if (kind.versions.includes(version)) {
        expect((await client.reaches('connected')).version).toBe(version);
        continue;
      }
      const failure = await client.fails();
      expect(['protocol-version-refused', 'closed-by-server', 'protocol-error']).toContain(
        failure.code,
      );
      expect(failure.advice).not.toBe('');
    }
  });

  test.runIf(kind.isThere())('carries messages of every QoS, whole', async () => {
    const subscriptions = [{ filter: 'loupe/+/value', qos: 2 as const }];
    const client = connection({ version: 'automatic', subscriptions });
    const { subscriptions: outcomes } = await client.reaches('connected');
    // A broker without QoS 2 grants less, or refuses, and says so.
    const [outcome] = outcomes;
    const granted = outcome?.granted ?? null;
    if (granted === null) expect(outcome?.reason).not.toBeNull();
    else expect(granted).toBeLessThanOrEqual(kind.maximumQoS);
    const payload = Buffer.from([0, 255, 10, 13, 128]);
    for (const qos of [0, 1, 2] as const) {
      if (qos > kind.maximumQoS) continue;
      const result = await client.publish({
        topic: `loupe/${String(qos)}/value`,
        payload,
        qos,
        retain: false,
      });
      expect(result.kind).toBe(qos === 0 ? 'sent' : 'acknowledged');
      if (granted === null) continue;
      await client.until(`QoS ${String(qos)}`, () =>
        client.messages.some(({ topic }) => topic === `loupe/${String(qos)}/value`),
      );
    }
    for (const message of client.messages) expect(message.payload).toEqual(payload);
  });

  test.runIf(kind.isThere() && kind.maximumQoS < 2)(
    'QoS 2: a subscription is granted less, and a publish that closes the connection says so',
    async () => {
      const subscriptions = [{ filter: 'loupe/qos2', qos: 2 as const }];
      const client = connection({ version: 'automatic', subscriptions });
      const { subscriptions: outcomes } = await client.reaches('connected');
      expect(outcomes[0]?.granted).toBe(1);
      const payload = Buffer.from('x');
      const result = await client.publish({ topic: 'loupe/qos2', payload, qos: 2, retain: false });
      expect(result).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('before the broker acknowledged') as string,
      });
    },
  );

  const spoken = kind.versions.filter((version) => version !== '3.1');
  test.runIf(kind.isThere()).each(spoken)('shares in MQTT %s, or that is said', async (wanted) => {
    const subscriptions = [{ filter: '$share/loupe/shared/#', qos: 1 as const }];
    const [first, second] = [
      connection({ version: wanted, subscriptions }),
      connection({ version: wanted, subscriptions }),
    ];
    const sender = connection({
      version: wanted,
      subscriptions: [{ filter: 'shared/#', qos: 1 }],
    });
    const { version, subscriptions: outcomes } = await first.reaches('connected');
    await second.reaches('connected');
    await sender.reaches('connected');
    const payload = Buffer.from('x');
    for (let sent = 0; sent < 4; sent += 1)
      await sender.publish({ topic: 'shared/x', payload, qos: 1, retain: false });
    await sender.until('all four', () => sender.messages.length === 4);
    const heard = (): number => first.messages.length + second.messages.length;
    await vi.waitFor(() => {
      expect(heard()).toBe(kind.shares ? 4 : 0);
    }, PATIENCE);
    // It is granted in any case: only the window's words tell.
    const granted = outcomes[0]?.granted ?? 0;
    expect(granted).toBe(1);
    expect(grantedReason(subscriptions[0]!, granted, version) === null).toBe(wanted === '5');
  });

  test.runIf(kind.isThere())('gives retained messages to who comes later', async () => {
    const first = connection({ version: 'automatic', subscriptions: [] });
    await first.reaches('connected');
    const payload = Buffer.from('kept');
    await first.publish({ topic: 'loupe/kept', payload, qos: 1, retain: true });
    const filter = kind.retainedByWildcard ? 'loupe/#' : 'loupe/kept';
    const second = connection({ version: 'automatic', subscriptions: [{ filter, qos: 1 }] });
    await second.until('the retained message', () => second.payloadsOf('loupe/kept').length > 0);
    expect(second.messages.find(({ topic }) => topic === 'loupe/kept')?.retain).toBe(true);
  });

  test.runIf(kind.isThere())('subscriptions change while connected', async () => {
    const client = connection({ version: 'automatic', subscriptions: [{ filter: 'a', qos: 0 }] });
    await client.reaches('connected');
    client.useProfile({
      ...client.profile,
      subscriptions: [
        { filter: 'b', qos: 1 },
        { filter: 'c', qos: 1 },
      ],
    });
    await client.until('the answers', () => {
      const { state } = client;
      return state.kind === 'connected' && state.subscriptions.length === 2;
    });
    for (const topic of ['a', 'b', 'c'])
      await client.publish({ topic, payload: Buffer.from(topic), qos: 1, retain: false });
    await client.until('c', () => client.payloadsOf('c').length === 1);
    expect(client.payloadsOf('b')).toEqual(['b']);
    expect(client.payloadsOf('a')).toEqual([]);
  });
});
