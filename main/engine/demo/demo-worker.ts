import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Aedes } from 'aedes';
import { messageOf } from '../../../app/errors';
import { STOP_MESSAGE } from './demo-messages';
import type { DemoWorkerData, DemoWorkerMessage } from './demo-messages';
import { createPlant, seededRandom } from './plant';
import type { PlantMessage } from './plant';
import { publishInOrder } from './publish-in-order';

/** Only programs on this computer can reach it. */
const LOOPBACK = '127.0.0.1';
const TICK_MS = 50;

/**
 * The built-in broker: aedes and the simulated plant in a thread of their own, so that they take no time from the engine.
 * It ends when the engine says so, or when the engine is gone.
 */
async function run({ port, seed }: DemoWorkerData): Promise<void> {
  const broker = await Aedes.createBroker({ id: 'mqtt-loupe-demo' });
  publishInOrder(broker);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  const listeningPort = await listen(server, port);
  const plant = createPlant({
    random: seed === null ? Math.random : seededRandom(seed),
    startMs: Date.now(),
  });
  publishAll(broker, plant.announcements());
  const timer = setInterval(() => {
    publishAll(broker, plant.advance(Date.now()));
  }, TICK_MS);
  parentPort?.on('message', (message: unknown) => {
    if (message !== STOP_MESSAGE) return;
    clearInterval(timer);
    server.close();
    for (const socket of sockets) socket.destroy();
    // Nothing is left to do, and aedes keeps timers of its own.
    broker.close(() => process.exit(0));
  });
  report({ kind: 'listening', port: listeningPort });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function publishAll(broker: Aedes, messages: readonly PlantMessage[]): void {
  for (const { topic, payload, retain } of messages) {
    const packet = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 0,
      retain,
      dup: false,
    } as const;
    broker.publish(packet, (error) => {
      if (error) throw error;
    });
  }
}

function report(message: DemoWorkerMessage): void {
  parentPort?.postMessage(message);
}

run(workerData as DemoWorkerData).catch((error: unknown) => {
  report({ kind: 'failed', reason: messageOf(error) });
  process.exit(1);
});
