import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeConfig } from '../../build/vite.node.mjs';
import { startDemoBroker } from '../../main/engine/demo/demo-broker';
import type { DemoBroker, DemoBrokerOptions } from '../../main/engine/demo/demo-broker';
import { testConnection } from '../helpers/connection';

const cleanUps: (() => Promise<unknown>)[] = [];
let folder = '';
let workerFile = '';

/** The worker as it is shipped: bundled to one CommonJS file. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-demo-'));
  workerFile = join(folder, 'demo-broker.cjs');
  const config = nodeConfig({
    source: 'main/engine/demo/demo-worker.ts',
    output: 'engine/demo-broker.cjs',
  });
  await build({ ...config, build: { ...config.build, outDir: folder } });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function demoBroker(options: DemoBrokerOptions = {}): Promise<DemoBroker> {
  const broker = await startDemoBroker({ workerFile, ...options });
  cleanUps.push(() => broker.stop());
  return broker;
}

function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

describe('the built-in broker', () => {
  it('carries a plant: about 50 messages a second of every kind', async () => {
    const { port } = await demoBroker({ seed: 7 });
    const client = testConnection({
      port,
      version: '3.1.1',
      subscriptions: [{ filter: '#', qos: 0 }],
    });
    cleanUps.push(() => client.disconnect());
    client.connect();
    await client.reaches('connected');
    await client.until(
      'what is retained',
      () => client.messages.filter(({ retain }) => retain).length >= 20,
    );
    const from = client.messages.length;
    const startMs = performance.now();
    await client.until('100 more messages', () => client.messages.length >= from + 100);
    const perSecond = 100_000 / (performance.now() - startMs);
    expect(perSecond).toBeGreaterThan(30);
    expect(perSecond).toBeLessThan(80);
    const topics = new Set(client.messages.map(({ topic }) => topic));
    expect(topics).toContain('building/会议室/name');
    expect(topics).toContain('building/仓库 🏭/name');
    const [temperature] = client.payloadsOf('plant/line1/press/temperature');
    expect(JSON.parse(temperature!)).toMatchObject({
      unit: '°C',
      value: expect.any(Number) as number,
    });
    const vibration = client.messages.find(({ topic }) => topic.endsWith('/vibration'));
    expect([...vibration!.payload.subarray(0, 2)]).toEqual([1, 16]);
  });

  it('takes what is published to it and passes it on, at every QoS', async () => {
    const { port } = await demoBroker();
    const client = testConnection({
      port,
      version: '3.1.1',
      subscriptions: [{ filter: 'mine/#', qos: 2 }],
    });
    cleanUps.push(() => client.disconnect());
    client.connect();
    await client.reaches('connected');
    for (const qos of [0, 1, 2] as const) {
      const result = await client.publish({
        topic: `mine/${String(qos)}`,
        payload: Buffer.from('x'),
        qos,
        retain: false,
      });
      expect(result.kind).toBe(qos === 0 ? 'sent' : 'acknowledged');
    }
    await client.until('all three', () => client.messages.length === 3);
    expect(client.messages.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['mine/0', 0],
      ['mine/1', 1],
      ['mine/2', 2],
    ]);
  });

  it('stops listening when it is stopped, also with a client connected', async () => {
    const broker = await demoBroker();
    const client = testConnection(
      { port: broker.port, version: '3.1.1' },
      { reconnectDelayMs: () => 60_000 },
    );
    cleanUps.push(() => client.disconnect());
    client.connect();
    await client.reaches('connected');
    expect(await accepts(broker.port)).toBe(true);
    await broker.stop();
    expect(await accepts(broker.port)).toBe(false);
    await client.reaches('reconnecting');
    await broker.stop();
  });

  it('says that MQTT 5 is not spoken there', async () => {
    const { port } = await demoBroker();
    const client = testConnection({ port, version: '5' });
    client.connect();
    expect(await client.fails()).toMatchObject({ code: 'protocol-version-refused' });
  });
});

describe('a built-in broker that crashes', () => {
  it('comes back on the same port, and says so when it does not any more', async () => {
    const crashing = join(folder, 'crashing.cjs');
    await writeFile(
      crashing,
      `const { parentPort, workerData } = require('node:worker_threads');
       const server = require('node:net').createServer((socket) => { socket.destroy(); throw new Error('crashed'); });
       server.listen(workerData.port, '127.0.0.1', () =>
         parentPort.postMessage({ kind: 'listening', port: server.address().port }));`,
    );
    let stopped = '';
    const broker = await demoBroker({
      workerFile: crashing,
      onStopped: (reason) => {
        stopped = reason;
      },
    });
    let crashes = 0;
    while (stopped === '') if (await accepts(broker.port)) crashes += 1;
    expect(crashes).toBeGreaterThanOrEqual(4);
    expect(stopped).toBe('The built-in broker stopped: crashed.');
    expect(await accepts(broker.port)).toBe(false);
  });

  it('says why it could not be started', async () => {
    const failing = join(folder, 'failing.cjs');
    await writeFile(failing, `throw new Error('no such module');`);
    await expect(startDemoBroker({ workerFile: failing })).rejects.toThrow(
      'The built-in broker did not start: no such module.',
    );
    await expect(startDemoBroker({ workerFile: join(folder, 'missing.cjs') })).rejects.toThrow(
      'did not start',
    );
  });
});
