/** A replay: how exactly it keeps time, and how fast it goes beside mqtt.js that only publishes. */
import {
  profileFlags,
  runsOf,
  startBroker,
  withFolder,
  type BenchOptions,
  type Scenario,
} from '../bench';
import { Program } from '../processes';
import type { SendResult } from '../programs/replay-sender';
import { holds, type Row } from '../rows';
import { median } from '../statistics';

const TOPICS = 1_000;

type Values = Readonly<Record<string, string | number>>;

async function replayed(values: Values, options: BenchOptions): Promise<SendResult> {
  return await withFolder(
    async (home) =>
      await new Program('replay', { ...values, home }, profileFlags(options)).result<SendResult>(),
  );
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const broker = await startBroker();
  try {
    const { port } = broker;
    const rows = [await measureTime(port, options)];
    for (const qos of [0, 1]) rows.push(...(await measureThroughput(port, qos, options)));
    return rows;
  } finally {
    await broker.dispose();
  }
}

async function measureTime(port: number, options: BenchOptions): Promise<Row> {
  const expect = options.quick ? 10_000 : 30_000;
  const timer = await new Program('bare-timer', { expect }).result<SendResult>();
  const { lateP99Ms } = await replayed(
    { port, qos: 0, expect, topics: TOPICS, speed: '1' },
    options,
  );
  return {
    ...{ scenario: 'replay × 1', metric: '1,000 msg/s: late, p99', unit: 'ms' },
    ...{ reference: timer.lateP99Ms, ours: lateP99Ms, target: { kind: 'at-most', value: 5 } },
  };
}

async function measureThroughput(
  port: number,
  qos: number,
  options: BenchOptions,
): Promise<readonly Row[]> {
  const expect = options.quick ? 200_000 : 500_000;
  const values = { port, qos, expect, topics: TOPICS };
  const ours: number[] = [];
  const bare: number[] = [];
  let complete = true;
  for (let run = 0; run < runsOf(options); run += 1) {
    bare.push((await new Program('publish-bare', values).result<SendResult>()).rate);
    const result = await replayed({ ...values, speed: 'max' }, options);
    ours.push(result.rate);
    complete &&= result.sent === expect && result.acknowledged === (qos === 0 ? 0 : expect);
  }
  const scenario = `replay fastest, QoS ${String(qos)}`;
  return [
    {
      ...{ scenario, metric: 'published, read from the history', unit: 'msg/s' },
      ...{ reference: median(bare), ours: median(ours) },
      target: { kind: 'ratio-at-least', value: 0.7 },
    },
    holds(scenario, 'everything sent and acknowledged', complete),
  ];
}

export const replay: Scenario = { name: 'replay', needsWindow: false, run: measure };
