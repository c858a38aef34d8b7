/** The history against the plainest table that could do the same: bytes on disk, and reads while it is written to. */
import { profileFlags, withFolder, type BenchOptions, type Scenario } from '../bench';
import { Program } from '../processes';
import type { StoreResult } from '../programs/store-bench';
import type { Row, Target } from '../rows';

const TOPICS = 1_000;
const SIZE = 100;

async function run(
  program: 'history' | 'plain-table',
  expect: number,
  random: boolean,
  options: BenchOptions,
): Promise<StoreResult> {
  return await withFolder(async (home) => {
    const values = { expect, random, topics: TOPICS, size: SIZE, home };
    const flags = program === 'history' ? profileFlags(options) : [];
    return await new Program(program, values, flags).result<StoreResult>();
  });
}

function messagesOf({ quick, full }: BenchOptions): number {
  if (full) return 10_000_000;
  return quick ? 1_000_000 : 3_000_000;
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const messages = messagesOf(options);
  const scenario = `history ${(messages / 1_000_000).toLocaleString('en')} M`;
  const reference = await run('plain-table', messages, false, options);
  const ours = await run('history', messages, false, options);
  const figures: [key: keyof StoreResult, metric: string, unit: string, target: Target | null][] = [
    ['bytesPerMessage', 'disk a message, JSON of 100 B', 'B', { kind: 'at-most', value: 60 }],
    ['writeRate', 'written in batches of 5,000', 'msg/s', null],
    ['longestAppendMs', 'one batch holds up its caller, longest', 'ms', null],
    ['openMs', 'opened', 'ms', null],
    ['latestMs', 'last 100 of a topic, p95', 'ms', { kind: 'at-most', value: 20 }],
    ['pageMs', 'a page of the past, p95', 'ms', { kind: 'at-most', value: 50 }],
    ['hoursMs', 'counts of a topic by the hour, p95', 'ms', { kind: 'at-most', value: 100 }],
    ['seriesMs', "a topic's whole day as a series, p95", 'ms', { kind: 'at-most', value: 300 }],
  ];
  const rows = figures.map(([key, metric, unit, target]): Row => ({
    ...{ scenario, metric, unit, target },
    ...{ reference: reference[key], ours: ours[key] },
  }));
  return [...rows, await measureIncompressible(options)];
}

async function measureIncompressible(options: BenchOptions): Promise<Row> {
  const messages = 200_000;
  const reference = await run('plain-table', messages, true, options);
  const ours = await run('history', messages, true, options);
  return {
    ...{ scenario: 'history incompressible', metric: 'disk a message, 100 random B', unit: 'B' },
    ...{ reference: reference.bytesPerMessage, ours: ours.bytesPerMessage },
    target: { kind: 'at-most', value: 1.05 * SIZE },
  };
}

export const history: Scenario = { name: 'history', needsWindow: false, run: measure };
