/** Searching all that is stored, against LIKE over one row a message; and what a search costs who stores meanwhile. */
import { profileFlags, startBroker, withFolder, type BenchOptions, type Scenario } from '../bench';
import { Program } from '../processes';
import type { SearchResult } from '../programs/search-bench';
import { holds, type Row, type Target } from '../rows';
import { median } from '../statistics';
import { runEngine, streamCount, type EngineRun } from './ingest-engine';

const TOPICS = 1_000;
const SIZE = 100;
const TURNS = 3;

async function run(
  program: 'search' | 'search-plain',
  expect: number,
  options: BenchOptions,
): Promise<SearchResult> {
  return await withFolder(async (home) => {
    const values = { expect, topics: TOPICS, size: SIZE, home };
    const flags = program === 'search' ? profileFlags(options) : [];
    return await new Program(program, values, flags).result<SearchResult>();
  });
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const messages = options.full ? 10_000_000 : options.quick ? 1_000_000 : 3_000_000;
  const scenario = `search ${(messages / 1_000_000).toLocaleString('en')} M`;
  const reference = await run('search-plain', messages, options);
  const ours = await run('search', messages, options);
  const aSecond: Target = { kind: 'at-most', value: 1_000 };
  const figures: [key: keyof SearchResult, metric: string, target: Target | null][] = [
    ['commonFirstMs', 'a word that all have, first page', aSecond],
    ['rareFirstMs', 'a word that 12 have, the first of them', aSecond],
    ['rareMs', 'a word that 12 have, all', null],
    ['absentMs', 'a word that none has', null],
    ['anyCaseMs', 'a word that none has, any case', null],
    ['jsonMs', 'value > 79.99, all', null],
    ['rowsMs', 'any place of the list of all messages, p95', { kind: 'at-most', value: 100 }],
    ['cancelMs', 'a search is cancelled', { kind: 'at-most', value: 100 }],
  ];
  const rows = figures.map(([key, metric, target]): Row => ({
    ...{ scenario, metric, unit: 'ms', target, ours: ours[key] },
    reference: reference[key] === 0 ? null : reference[key],
  }));
  return [...rows, ...(await receivingRows(options))];
}

/** The engine on a stream as fast as the broker sends, in turns with and without a search all the while. */
async function receivingRows(options: BenchOptions): Promise<readonly Row[]> {
  const broker = await startBroker();
  try {
    const stream = { port: broker.port, qos: 0, count: streamCount(0, options) } as const;
    const alone: EngineRun[] = [];
    const searching: EngineRun[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      alone.push(await runEngine(stream, options));
      searching.push(await runEngine(stream, options, { searching: true }));
    }
    return [
      {
        ...{ scenario: 'search', metric: 'ingest while a search runs, by ingest alone' },
        ...{ unit: 'msg/s', reference: median(alone.map(rateOf)) },
        ...{ ours: median(searching.map(rateOf)), target: { kind: 'ratio-at-least', value: 0.9 } },
      },
      {
        ...{ scenario: 'search', metric: 'searches through all that was stored meanwhile' },
        ...{ unit: '', reference: null, target: null },
        ours: median(searching.map(({ searched }) => searched)),
      },
      holds(
        'search',
        'received = stored = sent, by hash',
        [...alone, ...searching].every(({ complete }) => complete),
      ),
    ];
  } finally {
    await broker.dispose();
  }
}

const rateOf = ({ rate }: EngineRun): number => rate;

export const search: Scenario = { name: 'search', needsWindow: false, run: measure };
