/** What tests of a replay need: its thread as it is shipped, recorded streams, and a client that writes down what arrives. */
import mqtt from 'mqtt';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import { nodeConfig } from '../../build/vite.node.mjs';
import { defaultProfileFields } from '../../app/profile';
import { FLAG_RETAIN } from '../../main/engine/history/history';
import { appendAll, bundleHistory, openForTest, type Bundles, type TestMessage } from './history';
import { randomFrom } from './random';

/** The history's threads, and the replay's. */
export async function bundleReplay(): Promise<Bundles> {
  const bundles = await bundleHistory();
  await bundleInto(bundles.threads, 'main/engine/replay/source-worker.ts', 'replay-source.cjs');
  await bundleInto(bundles.threads, 'main/engine/demo/demo-worker.ts', 'demo-broker.cjs');
  return bundles;
}

async function bundleInto(folder: string, source: string, output: string): Promise<void> {
  const config = nodeConfig({ source, output });
  await build({ ...config, build: { ...config.build, outDir: folder, sourcemap: false } });
}

export const BEGAN_US = Date.UTC(2026, 10, 20, 9, 12) * 1_000;

/** Messages of all kinds over a span of time, the same for the same seed. */
export function randomStream(seed: number, count: number, spanUs: number): TestMessage[] {
  const random = randomFrom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const times = Array.from({ length: count }, () => below(spanUs)).sort((a, b) => a - b);
  return times.map((sinceUs, index) => {
    const qos = below(3);
    const size = random() < 0.02 ? 70_000 : below(300);
    return {
      topic: `plant/line${String(below(4))}/${['press', 'motor', '线', ''][below(4)]!}`,
      timeUs: BEGAN_US + sinceUs,
      flags: qos | (random() < 0.1 ? FLAG_RETAIN : 0),
      packetId: qos === 0 ? 0 : 1 + (index % 65_535),
      payload: Buffer.from(Array.from({ length: size }, () => below(256))),
      ...(random() < 0.2
        ? {
            properties: {
              contentType: 'application/octet-stream',
              responseTopic: 'answers/here',
              correlationData: Uint8Array.of(1, 0, 255),
              userProperties: [
                ['site', 'lyon'],
                ['site', 'again'],
                ['__proto__', 'x'],
              ] as const,
            },
          }
        : {}),
    };
  });
}

/** Stores messages in a file of their own, as a server would have recorded them, and returns its path. */
export async function recordStream(
  threads: string,
  messages: readonly TestMessage[],
  profileId = 'plant',
): Promise<string> {
  const { history, file } = await openForTest({ threads });
  const session = history.beginSession(profileId, messages[0]?.timeUs ?? BEGAN_US);
  const settings = { ...defaultProfileFields(), id: profileId, name: 'Recorded', host: 'lyon' };
  history.describeProfile(profileId, JSON.stringify(settings));
  for (let from = 0; from < messages.length; from += 500) {
    await appendAll(history, profileId, session, messages.slice(from, from + 500));
  }
  history.endSession(session, messages.at(-1)?.timeUs ?? BEGAN_US);
  await history.close();
  return file;
}

export interface Arrived {
  readonly atMs: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly properties: mqtt.IPublishPacket['properties'];
}

export interface Capture {
  readonly arrived: readonly Arrived[];
  readonly client: mqtt.MqttClient;
}

/** Subscribes with mqtt.js alone and writes down what arrives, with the flag retain as it was published. */
export async function capture(port: number, filter = '#', clientId = 'capture'): Promise<Capture> {
  const client = await mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    protocolVersion: 5,
    clientId,
    clean: false,
    reconnectPeriod: 50,
    properties: { sessionExpiryInterval: 600 },
  });
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  const arrived: Arrived[] = [];
  client.on('message', (topic, payload, packet) => {
    const { qos, retain, properties } = packet;
    arrived.push({ atMs: performance.now(), topic, payload, qos, retain, properties });
  });
  await client.subscribeAsync(filter, { qos: 2, rap: true });
  return { arrived, client };
}

export interface Proxy {
  readonly port: number;
  /** Ends all connections, without a word to either side. */
  cut(): void;
}

/** Stands between a client and a broker of this computer. */
export async function startProxy(brokerPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const broker = connect(brokerPort, '127.0.0.1');
    for (const [one, other] of [
      [socket, broker],
      [broker, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return { port: (server.address() as AddressInfo).port, cut };
}

export function demoFileOf({ threads }: Bundles): string {
  return join(threads, 'demo-broker.cjs');
}
