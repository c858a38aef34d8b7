/** A jump to a moment of the past with 100,000 topics, against a pass over plain rows. */
import { profileFlags, withFolder, type BenchOptions, type Scenario } from '../bench';
import { Program } from '../processes';
import type { JumpResult } from '../programs/jump';
import { holds, type Row, type Target } from '../rows';

const TOPICS = 100_000;
const SIZE = 100;

async function run(
  program: 'jump' | 'jump-plain',
  expect: number,
  options: BenchOptions,
): Promise<JumpResult> {
  return await withFolder(async (home) => {
    const values = { expect, topics: TOPICS, size: SIZE, home };
    const flags = program === 'jump' ? profileFlags(options) : [];
    return await new Program(program, values, flags).result<JumpResult>();
  });
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const messages = options.full ? 10_000_000 : options.quick ? 1_000_000 : 3_000_000;
  const scenario = `jump ${(messages / 1_000_000).toLocaleString('en')} M`;
  const reference = await run('jump-plain', messages, options);
  const ours = await run('jump', messages, options);
  const figures: [
    key: Exclude<keyof JumpResult, 'isExact'>,
    metric: string,
    target: Target | null,
  ][] = [
    ['firstMs', 'the first jump of a program that just started', null],
    ['medianMs', 'to the rows of any moment, median', null],
    ['jumpMs', 'to the rows of any moment, p95', { kind: 'at-most', value: 300 }],
    ['dragMs', 'while dragging through all of it, p95', { kind: 'at-most', value: 100 }],
    ['latestMs', 'to any moment in the order of the newest, p95', null],
    ['heldUpMs', "the engine's thread does nothing else, longest", null],
  ];
  const rows = figures.map(([key, metric, target]): Row => ({
    ...{ scenario, metric, unit: 'ms', target },
    ...{ reference: reference[key], ours: ours[key] },
  }));
  return [...rows, holds(scenario, 'every answer is what was sent by then', ours.isExact)];
}

export const jump: Scenario = { name: 'jump', needsWindow: false, run: measure };
