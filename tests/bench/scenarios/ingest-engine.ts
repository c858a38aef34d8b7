/** The engine without a window against bare mqtt.js, on the same stream. */
import { spawn } from 'node:child_process';
import type { Mosquitto } from '../../helpers/mosquitto';
import {
  profileFlags,
  runsOf,
  startBroker,
  subscribed,
  withFolder,
  type BenchOptions,
  type Scenario,
} from '../bench';
import type { LoadResult } from '../generator/generate-load';
import { killWithUs, Program, startLoad } from '../processes';
import type { BareResult } from '../programs/bare-receiver';
import type { EngineResult } from '../programs/engine-receiver';
import { holds, type Row } from '../rows';
import { median } from '../statistics';

const NAME = 'ingest-engine';
const TOPICS = 1_000;
/** A receiver that has all of the stream but this long ago heard nothing more has lost the rest. */
export const PATIENCE_MS = 120_000;

export interface Stream {
  readonly port: number;
  readonly qos: 0 | 1;
  readonly count: number;
}

interface Run {
  readonly rate: number;
  readonly cpuUs: number;
  readonly complete: boolean;
}

/** Messages of a stream: some seconds' worth, and fewer with QoS 1, which is slower. */
export function streamCount(qos: 0 | 1, { quick }: BenchOptions): number {
  const count = qos === 0 ? 500_000 : 200_000;
  return quick ? count / 2.5 : count;
}

/** Bare mqtt.js, counting. */
export async function runReference(stream: Stream): Promise<Run> {
  const { port, qos, count } = stream;
  const receiver = new Program('bare', { port, qos, expect: count });
  try {
    await receiver.ready();
    const sent = await startLoad({ port, qos, count, topics: TOPICS }).result;
    const { received, seconds, cpuMs } = await receiver.result<BareResult>(PATIENCE_MS);
    const complete = received === count && sent.sent === count;
    return { rate: received / seconds, cpuUs: (cpuMs * 1000) / received, complete };
  } finally {
    await receiver.kill();
  }
}

export interface EngineRun extends Run {
  readonly searched: number;
}

/** Our engine, storing. @param more `searching`: with a search all the while */
export async function runEngine(
  stream: Stream,
  options: BenchOptions,
  more: { readonly searching?: boolean } = {},
): Promise<EngineRun> {
  return await withFolder(async (home) => {
    const { port, qos, count } = stream;
    const receiver = new Program(
      'engine',
      { port, qos, expect: count, home, ...more },
      profileFlags(options),
    );
    try {
      await receiver.ready();
      const sent = await startLoad({ port, qos, count, topics: TOPICS }).result;
      const result = await receiver.result<EngineResult>(PATIENCE_MS);
      return {
        rate: result.stored / result.seconds,
        cpuUs: (result.cpuMs * 1000) / result.received,
        searched: result.searched,
        complete: isComplete(sent, result),
      };
    } finally {
      await receiver.kill();
    }
  });
}

/** Received = stored = sent, by counting and by the hash of everything that was read back. */
export function isComplete(
  sent: LoadResult,
  { received, stored, refused, readBack }: EngineResult,
): boolean {
  const counts = [received, stored, readBack.messages, received + refused];
  return counts.every((count) => count === sent.sent) && readBack.hash === sent.hash;
}

/** Messages a second that `mosquitto_sub` takes and prints into nothing. */
async function runMosquittoSub(
  stream: Stream,
  broker: Mosquitto,
  earlier: number,
): Promise<number> {
  const { port, qos, count } = stream;
  const args = ['-p', String(port), '-q', String(qos), '-t', 'bench/#', '-C', String(count)];
  const child = spawn('mosquitto_sub', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  killWithUs(child);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      resolve(performance.timeOrigin + performance.now());
    });
  });
  await subscribed(broker, earlier + 1);
  const sent = await startLoad({ port, qos, count, topics: TOPICS }).result;
  return (count * 1000) / ((await ended) - sent.startedMs);
}

async function measure(qos: 0 | 1, options: BenchOptions): Promise<Row[]> {
  const broker = await startBroker();
  try {
    const stream = { port: broker.port, qos, count: streamCount(qos, options) };
    const references: Run[] = [];
    const runs: Run[] = [];
    for (let run = 0; run < runsOf(options); run += 1) {
      references.push(await runReference(stream));
      runs.push(await runEngine(stream, options));
    }
    const subscriber = await runMosquittoSub(stream, broker, 2 * runs.length);
    const rows = rowsOf(`${NAME} QoS ${String(qos)}`, references, runs, 0.85);
    return [...rows, subscriberRow(qos, subscriber, runs)];
  } finally {
    await broker.dispose();
  }
}

/** The rows that both ingest scenarios have. */
export function rowsOf(
  scenario: string,
  references: readonly Run[],
  runs: readonly Run[],
  atLeast: number,
): Row[] {
  const of = (list: readonly Run[], key: 'rate' | 'cpuUs'): number =>
    median(list.map((one) => one[key]));
  return [
    {
      ...{ scenario, metric: 'rate, by bare mqtt.js', unit: 'msg/s' },
      ...{ reference: of(references, 'rate'), ours: of(runs, 'rate') },
      target: { kind: 'ratio-at-least', value: atLeast },
    },
    {
      ...{ scenario, metric: 'CPU a message, by bare mqtt.js', unit: 'µs' },
      ...{ reference: of(references, 'cpuUs'), ours: of(runs, 'cpuUs'), target: null },
    },
    holds(
      scenario,
      'reference received all',
      references.every((run) => run.complete),
    ),
    holds(
      scenario,
      'received = stored = sent, by hash',
      runs.every((run) => run.complete),
    ),
  ];
}

function subscriberRow(qos: 0 | 1, reference: number, runs: readonly Run[]): Row {
  return {
    ...{ scenario: `${NAME} QoS ${String(qos)}`, metric: 'rate, by mosquitto_sub', unit: 'msg/s' },
    ...{ reference, ours: median(runs.map((run) => run.rate)), target: null },
  };
}

export const ingestEngine: Scenario = {
  name: NAME,
  needsWindow: false,
  run: async (options) => [...(await measure(0, options)), ...(await measure(1, options))],
};
