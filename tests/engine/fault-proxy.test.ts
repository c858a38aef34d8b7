/**
 * Between us and a real Mosquitto stands a network that resets, truncates, stalls, delays and splits, at every byte. Whatever
 * it does, the connection comes back, QoS 1 and 2 lose nothing, and what is counted is what is stored.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import mqtt from 'mqtt';
import { defaultProfileFields, type MqttVersion } from '../../app/profile';
import { Clock } from '../../main/engine/clock';
import type { History } from '../../main/engine/history/history';
import { MemoryFile } from '../../main/engine/memory-file';
import { ProfileRuntime } from '../../main/engine/profile-runtime';
import { startFaultProxy, type Fault } from '../helpers/fault-proxy';
import { FLAG_DUP } from '../../main/engine/history/history';
import {
  bundleHistory,
  openForTest,
  rowsOf,
  storedMessages,
  temporaryFolder,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { checked } from '../helpers/history-lines';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';

/** CONNECT and SUBSCRIBE, or CONNACK, SUBACK and the first messages, are within so many bytes. */
const EVERY_BYTE_OF = 80;
const PROFILE = 'faults';
const PAUSE_MS = 5;

let bundles: Bundles;
let broker: Mosquitto;
beforeAll(async () => {
  [bundles, broker] = await Promise.all([
    bundleHistory(),
    startMosquitto({ logging: 'subscriptions', config: ['max_queued_messages 0'] }),
  ]);
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
});

interface Recording {
  /** What was heard, each message once. */
  readonly heard: ReadonlySet<string>;
  readonly runtime: ProfileRuntime;
  readonly history: History;
  readonly file: string;
}

/** A profile that keeps its session, and tries again at once. */
async function record(port: number, version: MqttVersion, keepAlive: number): Promise<Recording> {
  const home = await temporaryFolder();
  const { history, file } = await openForTest({ file: join(home, 'history.db'), ...bundles });
  const heard = new Set<string>();
  const runtime: ProfileRuntime = new ProfileRuntime({
    profile: {
      ...defaultProfileFields(),
      ...{ id: PROFILE, name: 'Faults', host: '127.0.0.1', port, version, keepAlive },
      cleanStart: false,
      subscriptions: [{ filter: `numbers/${String(port)}/#`, qos: 2 }],
    },
    history,
    memory: new MemoryFile(home, () => undefined),
    clock: new Clock(),
    ids: { next: history.nextId },
    secret: () => Promise.resolve(undefined),
    onMessage: (message, done, receive) => {
      heard.add(`${message.topic} ${message.payload.toString()}`);
      receive(message, done);
    },
    onState: () => {
      setImmediate(() => {
        if (runtime.state.kind === 'reconnecting') void runtime.retryNow();
      });
    },
  });
  onTestFinished(() => runtime.close());
  await runtime.connect();
  await until(() => {
    const { state } = runtime;
    return state.kind === 'connected' && state.subscriptions[0]?.granted === 2;
  }, 'it is connected');
  return { runtime, history, file, heard };
}

/** Numbered messages in turns of QoS 1 and 2, as long as it is wanted; returns how many of each. */
async function sendWhile(port: number, isWanted: () => boolean): Promise<number> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  let sent = 0;
  try {
    do {
      for (const qos of [1, 2] as const)
        await client.publishAsync(`numbers/${String(port)}/${String(qos)}`, String(sent), { qos });
      sent += 1;
      // A broker that is busy with what we send has no time for what the faults need.
      await wait(PAUSE_MS);
    } while (isWanted());
    return sent;
  } finally {
    await client.endAsync();
  }
}

interface Stored {
  readonly number: number;
  readonly dup: boolean;
}

/** What is stored of a topic, in the order of arrival. */
function storedOf(file: string, topic: string): Stored[] {
  const [row] = rowsOf(file, 'SELECT key FROM topics WHERE name = ?', topic);
  return contentsOf(file)
    .filter(({ topicKey }) => topicKey === row?.['key'])
    .map(({ payload, flags }) => ({
      number: Number(payload.toString()),
      dup: (flags & FLAG_DUP) !== 0,
    }));
}

async function expectNothingLost(
  version: MqttVersion,
  faults: readonly Fault[],
  keepAlive = 60,
): Promise<string> {
  const proxy = await startFaultProxy(broker.port);
  onTestFinished(() => proxy.close());
  const { runtime, history, file, heard } = await record(proxy.port, version, keepAlive);
  proxy.faults.push(...faults);
  // The connection that stands has no fault: its end begins the first one that has.
  proxy.drop();
  const sent = await sendWhile(proxy.port, () => proxy.happened() < faults.length);
  const topic = (level: string): string => `numbers/${String(proxy.port)}/${level}`;
  await until(() => heard.size === 2 * sent, 'all has come');
  await runtime.close();
  const { received, stored, refused } = history.totals(PROFILE);
  await history.close();

  const numbers = Array.from({ length: sent }, (_, number) => number);
  // QoS 2 once each, QoS 1 at least once, and what came again says so. After a loss the broker decides on the order: it
  // sends again what was not acknowledged, and releases what was [MQTT-4.6.0-4].
  const twos = storedOf(file, topic('2'));
  expect(twos.map(({ number }) => number).sort((one, other) => one - other)).toEqual(numbers);
  const ones = storedOf(file, topic('1'));
  const seen = new Set<number>();
  const again = ones.filter(({ number }) => seen.has(number) || !seen.add(number));
  expect([...seen].sort((one, other) => one - other)).toEqual(numbers);
  expect(again.every(({ dup }) => dup)).toBe(true);
  const all = ones.length + twos.length;
  expect({ received, stored, refused }).toEqual({ received: all, stored: all, refused: 0 });
  expect(storedMessages(file)).toBe(all);
  expect(untrueCounters(file)).toEqual([]);
  expect(checked(file)).toEqual([]);
  return file;
}

const VERSIONS = ['3.1.1', '5'] as const;
const everyByte = (direction: Fault['direction']): Fault[] =>
  Array.from({ length: EVERY_BYTE_OF }, (_, afterBytes) => ({
    ...{ kind: afterBytes % 2 === 0 ? ('reset' as const) : ('truncate' as const) },
    ...{ direction, afterBytes },
  }));

test.each(VERSIONS)(
  'cut off at every byte of what the broker sends (MQTT %s)',
  async (version) => {
    await expectNothingLost(version, everyByte('down'));
  },
  60_000,
);

test.each(VERSIONS)(
  'cut off at every byte of what we send (MQTT %s)',
  async (version) => {
    await expectNothingLost(version, everyByte('up'));
  },
  60_000,
);

test.each(VERSIONS)(
  'byte by byte, delayed, and cut off then (MQTT %s)',
  async (version) => {
    const faults = (['up', 'down'] as const).flatMap((direction) =>
      (['split', 'delay'] as const).map((kind): Fault => ({ kind, direction, afterBytes: 0 })),
    );
    await expectNothingLost(version, faults);
  },
  60_000,
);

test.each(VERSIONS)(
  'half open: noticed within 1.5 × keep alive, and the gap begins with the silence (MQTT %s)',
  async (version) => {
    const faults = (['down', 'up'] as const).map((direction): Fault => ({
      kind: 'stall',
      direction,
      afterBytes: 300,
    }));
    const file = await expectNothingLost(version, faults, 2);
    const gaps = rowsOf(file, 'SELECT to_us - from_us AS length_us FROM gaps');
    const lengthsUs = gaps.map((gap) => Number(gap['length_us']));
    // It comes back at once: what is longer than a ping's time is what was lost before anybody knew.
    expect(Math.max(...lengthsUs)).toBeGreaterThan(2_000_000);
  },
  60_000,
);
