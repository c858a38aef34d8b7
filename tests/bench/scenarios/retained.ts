/** A broker full of retained topics: the engine against bare mqtt.js, and what the tree then costs and can. */
import {
  profileFlags,
  runsOf,
  startBroker,
  withFolder,
  type BenchOptions,
  type Scenario,
} from '../bench';
import { Program, startLoad } from '../processes';
import type { BareResult } from '../programs/bare-receiver';
import type { RetainedResult } from '../programs/retained-engine';
import { holds, type Row } from '../rows';
import { median } from '../statistics';

const PATIENCE_MS = 300_000;
const OPERATION_MS = 200;
const SIZE = 100;

async function runReference(port: number, topics: number): Promise<BareResult> {
  const program = new Program('bare', { port, expect: topics });
  try {
    return await program.result<BareResult>(PATIENCE_MS);
  } finally {
    await program.kill();
  }
}

async function runEngine(
  port: number,
  topics: number,
  options: BenchOptions,
): Promise<RetainedResult> {
  return await withFolder(async (home) => {
    const values = { port, expect: topics, topics, size: SIZE, home };
    const program = new Program('retained', values, ['--expose-gc', ...profileFlags(options)]);
    try {
      return await program.result<RetainedResult>(PATIENCE_MS);
    } finally {
      await program.kill();
    }
  });
}

async function measure(topics: number, slower: number, options: BenchOptions): Promise<Row[]> {
  const broker = await startBroker();
  try {
    const { port } = broker;
    await startLoad({ port, topics, count: topics, size: SIZE, retain: true }).result;
    const references: BareResult[] = [];
    const runs: RetainedResult[] = [];
    for (let run = 0; run < runsOf(options); run += 1) {
      references.push(await runReference(port, topics));
      runs.push(await runEngine(port, topics, options));
    }
    return rowsOf(topics, slower, references, runs);
  } finally {
    await broker.dispose();
  }
}

function rowsOf(
  topics: number,
  slower: number,
  references: readonly BareResult[],
  runs: readonly RetainedResult[],
): Row[] {
  const scenario = `retained ${topics.toLocaleString('en')}`;
  const bytes = (key: 'heapBytesPerTopic' | 'rssBytesPerTopic'): number =>
    median(runs.map((run) => run[key]));
  const complete = runs.every(
    (run) => run.received === topics && run.stored === topics && run.topics === topics,
  );
  const names = runs[0]?.operations.map(([name]) => name) ?? [];
  return [
    {
      ...{ scenario, metric: 'connect to complete, by bare mqtt.js', unit: 's' },
      reference: median(references.map((run) => run.sinceConnectSeconds)),
      ours: median(runs.map((run) => run.sinceConnectSeconds)),
      target: { kind: 'ratio-at-most', value: slower },
    },
    holds(
      scenario,
      'reference received all',
      references.every((run) => run.received === topics),
    ),
    holds(scenario, 'all in the tree and stored', complete),
    {
      ...{ scenario, metric: 'heap a topic, beyond name and value', unit: 'B', reference: null },
      ...{ ours: bytes('heapBytesPerTopic'), target: { kind: 'at-most', value: 350 } },
    },
    {
      ...{ scenario, metric: 'RSS a topic, beyond name and value', unit: 'B', reference: null },
      ...{ ours: bytes('rssBytesPerTopic'), target: null },
    },
    ...names.map((name, index): Row => ({
      ...{ scenario, metric: name, unit: 'ms', reference: null },
      ours: median(runs.map((run) => run.operations[index]?.[1] ?? Number.NaN)),
      target: { kind: 'at-most', value: OPERATION_MS },
    })),
  ];
}

export const retained: Scenario = {
  name: 'retained',
  needsWindow: false,
  run: async (options) => [
    ...(await measure(100_000, 1.3, options)),
    ...(options.full ? await measure(1_000_000, 1.5, { ...options, quick: true }) : []),
  ],
};
