/** The reference: mqtt.js that publishes, as fast as the broker takes it, and nothing else. */
import mqtt from 'mqtt';
import { tell, type ProgramOptions } from './arguments';
import type { SendResult } from './replay-sender';

/** As many as a replay has under way. */
const WINDOW = 1_000;
const TURN = 256;

export function benchTopic(at: number): string {
  return `bench/line${String(at % 10)}/sensor${String(at)}`;
}

/** 100 bytes. */
export function benchPayload(at: number): Buffer {
  return Buffer.from(
    `{"seq":${String(1_000_000_000 + at)},"time":1790000000123,"value":43.5384,"load":0.1376,"state":"running","unit":"Cel"}`,
  );
}

export async function publishBare({ port, qos, expect, topics }: ProgramOptions): Promise<void> {
  const client = await mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    protocolVersion: 5,
    reconnectPeriod: 0,
  });
  // What it sends is ready before, as it is for nobody who replays.
  const messages = Array.from({ length: expect }, (_, at) => ({
    topic: benchTopic(at % topics),
    payload: benchPayload(at),
  }));
  const beganMs = performance.now();
  await new Promise<void>((resolve) => {
    let next = 0;
    let done = 0;
    let pumping = false;
    const pump = (): void => {
      if (pumping) return;
      pumping = true;
      const most = qos === 0 ? 1 : WINDOW;
      for (let turn = 0; turn < TURN && next < expect && next - done < most; turn += 1) {
        const { topic = '', payload = '' } = messages[next++] ?? {};
        client.publish(topic, payload, { qos }, settled);
      }
      pumping = false;
      if (next < expect && next - done < most) setImmediate(pump);
    };
    const settled = (): void => {
      done += 1;
      if (done === expect) resolve();
      else if (!pumping) pump();
    };
    pump();
  });
  const seconds = (performance.now() - beganMs) / 1_000;
  const result: SendResult = {
    sent: expect,
    acknowledged: qos === 0 ? 0 : expect,
    rate: expect / seconds,
    lateP99Ms: 0,
  };
  tell({ result });
  await client.endAsync(true);
}
