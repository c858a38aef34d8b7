/** The reference: mqtt.js that counts, and nothing else. */
import mqtt from 'mqtt';
import { cpuMs, nowMs, tell, toldToStop, type ProgramOptions } from './arguments';

export interface BareResult {
  readonly received: number;
  /** From the first message to the last. */
  readonly seconds: number;
  /** From the call to connect to the last message. */
  readonly sinceConnectSeconds: number;
  readonly cpuMs: number;
}

export async function receiveBare(options: ProgramOptions): Promise<void> {
  const { port, qos, expect } = options;
  let received = 0;
  let firstMs = 0;
  let lastMs = 0;
  const cpu = process.cpuUsage();
  const connectMs = nowMs();
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    protocolVersion: 5,
    clientId: `bare-${String(process.pid)}`,
    reconnectPeriod: 0,
  });
  const complete = new Promise<void>((resolve) => {
    client.on('message', () => {
      if (received === 0) firstMs = nowMs();
      received += 1;
      if (received < expect) return;
      lastMs = nowMs();
      resolve();
    });
  });
  const failed = new Promise<never>((_resolve, reject) => {
    client.on('error', reject);
  });
  await Promise.race([
    failed,
    new Promise<void>((resolve) =>
      client.once('connect', () => {
        resolve();
      }),
    ),
  ]);
  await client.subscribeAsync('bench/#', { qos });
  tell({ ready: true });
  await Promise.race([complete, toldToStop(), failed]);
  if (lastMs === 0) lastMs = nowMs();
  const result: BareResult = {
    received,
    seconds: (lastMs - firstMs) / 1000,
    sinceConnectSeconds: (lastMs - connectMs) / 1000,
    cpuMs: cpuMs(cpu),
  };
  tell({ result });
  await client.endAsync(true);
}
