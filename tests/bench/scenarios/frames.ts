/** Is the window smooth under fire? The reference is the same window while nothing arrives. */
import { startBroker, withFolder, type BenchOptions, type Scenario } from '../bench';
import { startLoad } from '../processes';
import { withPageProfile } from '../page-profile';
import { holds, type Row } from '../rows';
import { percentile } from '../statistics';
import { topicName } from '../stream';
import { clickToValue, frameGaps, keyToFiltered, visibleTopics } from '../window-probes';
import { openWindow, type WindowSession } from '../window-session';

/** The part of the filter that is typed key by key; each key leaves fewer topics. */
const FILTER_START = 'sensor';
const FILTER_KEYS = ['4', '2', '7'];

interface Smoothness {
  readonly gaps: readonly number[];
  readonly clicks: readonly number[];
  readonly keys: readonly number[];
  /** While the frames were counted: kind of process → percent of one core. */
  readonly cpu: ReadonlyMap<string, number>;
  /** What the load generator could send, messages a second. */
  readonly rate: number;
}

async function watch(
  session: WindowSession,
  topics: number,
  { quick, profileDir }: BenchOptions,
  name: string,
): Promise<Omit<Smoothness, 'rate'>> {
  const { window } = session;
  const profiled = <Result>(part: string, work: () => Promise<Result>): Promise<Result> =>
    withPageProfile(window, { folder: profileDir, name: `page-${part}-${name}` }, work);
  const before = await session.cpuSeconds();
  const startedAt = performance.now();
  const gaps = await profiled('frames', () => frameGaps(window, quick ? 4_000 : 60_000));
  const after = await session.cpuSeconds();
  const percent = 100_000 / (performance.now() - startedAt);
  const cpu = new Map(
    [...after].map(([name, seconds]) => [name, (seconds - (before.get(name) ?? 0)) * percent]),
  );
  const shown = await visibleTopics(window);
  // The first is the one that is open; ten of the others are enough.
  const clicked = shown.slice(1, quick ? 6 : 11);
  const clicks = await profiled('clicks', () =>
    eachInTurn(clicked, (topic) => clickToValue(window, topic, topics)),
  );
  const rounds = Array.from({ length: quick ? 1 : 3 });
  const keys = await profiled('keys', () => eachInTurn(rounds, () => typeFilter(session, topics)));
  await clickFirst(session);
  return { gaps, clicks, keys: keys.flat(), cpu };
}

/** One after the other: two at once would measure each other. */
async function eachInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Opens the first topic again, so that the next measurement begins where this one did. */
async function clickFirst({ window }: WindowSession): Promise<void> {
  const [first] = await visibleTopics(window);
  if (first) await window.mouse.click(first.x, first.y);
}

async function typeFilter({ window }: WindowSession, topics: number): Promise<number[]> {
  const names = Array.from({ length: topics }, (_, index) => topicName(index, topics));
  const box = window.getByRole('textbox', { name: 'Filter topics' });
  await box.fill(FILTER_START);
  await window.locator('[title$=" topics match"]').waitFor();
  const elapsed: number[] = [];
  let text = FILTER_START;
  for (const key of FILTER_KEYS) {
    text += key;
    const matching = names.filter((name) => name.includes(text)).length;
    elapsed.push(await keyToFiltered(window, key, matching));
  }
  await box.fill('');
  await window.locator('[title$=" topics match"]').waitFor({ state: 'detached' });
  return elapsed;
}

async function measureAt(
  session: WindowSession,
  load: {
    readonly port: number;
    readonly rate: number;
    readonly topics: number;
    readonly first: number;
  },
  options: BenchOptions,
): Promise<Smoothness> {
  const name = `${String(load.rate)}-${String(load.topics)}`;
  const look = (): Promise<Omit<Smoothness, 'rate'>> => watch(session, load.topics, options, name);
  if (load.rate === 0) return { ...(await look()), rate: 0 };
  // It is stopped when enough was seen; the duration is for a window that hangs.
  const running = startLoad({ ...load, duration: 300 });
  let seen: Omit<Smoothness, 'rate'>;
  try {
    seen = await look();
  } finally {
    running.stop();
  }
  return { ...seen, rate: (await running.result).rate };
}

function rowsOf(name: string, rate: number, idle: Smoothness, busy: Smoothness): Row[] {
  const scenario = `frames ${name}`;
  const figures: [metric: string, of: (one: Smoothness) => number, atMost: number | null][] = [
    ['frame gap p50', ({ gaps }) => percentile(gaps, 0.5), null],
    ['frame gap p99', ({ gaps }) => percentile(gaps, 0.99), 33],
    ['frame gap longest', ({ gaps }) => Math.max(...gaps), 100],
    ['click to value, median', ({ clicks }) => percentile(clicks, 0.5), null],
    ['click to value, longest', ({ clicks }) => Math.max(...clicks), 100],
    ['key to filtered tree, longest', ({ keys }) => Math.max(...keys), 100],
  ];
  return [
    holds(scenario, 'the generator kept its rate', busy.rate > 0.95 * rate),
    ...figures.map(([metric, of, atMost]): Row => ({
      ...{ scenario, metric, unit: 'ms', reference: of(idle), ours: of(busy) },
      target: atMost === null ? null : { kind: 'at-most', value: atMost },
    })),
    ...['engine', 'page', 'gpu', 'main'].map((process): Row => ({
      ...{ scenario, metric: `CPU of ${process}`, unit: '% of a core', target: null },
      reference: idle.cpu.get(process) ?? Number.NaN,
      ours: busy.cpu.get(process) ?? Number.NaN,
    })),
  ];
}

async function measure(
  topics: number,
  rates: readonly number[],
  options: BenchOptions,
): Promise<Row[]> {
  const broker = await startBroker();
  try {
    return await withFolder(async (home) => {
      const session = await openWindow({ broker, home, qos: 0, topics, subscriptions: 0 });
      try {
        const { port } = broker;
        const idle = await measureAt(session, { port, rate: 0, topics, first: 0 }, options);
        const rows: Row[] = [];
        for (const rate of rates) {
          const busy = await measureAt(session, { port, rate, topics, first: topics }, options);
          const name = `${rate.toLocaleString('en')}/s, ${topics.toLocaleString('en')} topics`;
          rows.push(...rowsOf(name, rate, idle, busy));
        }
        return rows;
      } finally {
        await session.close();
      }
    });
  } finally {
    await broker.dispose();
  }
}

export const frames: Scenario = {
  name: 'frames',
  needsWindow: true,
  run: async (options) => [
    ...(await measure(1_000, [10_000, 20_000, 40_000], options)),
    ...(options.quick && !options.full ? [] : await measure(100_000, [10_000], options)),
  ],
};
