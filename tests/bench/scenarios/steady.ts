/** Hours under load in short: does anything grow that should not? The whole app, with a history at its limit. */
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startBroker, withFolder, type BenchOptions, type Scenario } from '../bench';
import { startLoad } from '../processes';
import type { Row } from '../rows';
import { median } from '../statistics';
import { clickToValue, visibleTopics } from '../window-probes';
import { openWindow, type WindowSession } from '../window-session';

const NAME = 'steady';
const TOPICS = 1_000;

/** Beside what is limited: free pages that are kept for the next messages, the journal, the tables of topics. */
const ROOM_BYTES = 30_000_000;

interface Plan {
  readonly minutes: number;
  readonly rate: number;
  readonly limitBytes: number;
  readonly sampleMs: number;
}

interface Sample {
  readonly minute: number;
  readonly engineMb: number;
  readonly pageMb: number;
  readonly diskBytes: number;
  readonly clickMs: number;
}

/** The limit is reached well before the second half begins, which is what is judged. */
function planOf({ quick, full }: BenchOptions): Plan {
  if (full) return { minutes: 60, rate: 5_000, limitBytes: 100_000_000, sampleMs: 20_000 };
  if (quick) return { minutes: 1, rate: 20_000, limitBytes: 5_000_000, sampleMs: 2_000 };
  return { minutes: 6, rate: 10_000, limitBytes: 20_000_000, sampleMs: 5_000 };
}

async function sample(
  session: WindowSession,
  file: string,
  beganMs: number,
  turn: number,
): Promise<Sample> {
  const shown = await visibleTopics(session.window);
  // Another one each time, and never the one that is open.
  const topic = shown[1 + (turn % (shown.length - 1))];
  if (topic === undefined) throw new Error('No topic is on the screen.');
  const clickMs = await clickToValue(session.window, topic, TOPICS);
  const memory = await session.memoryMb();
  return {
    minute: (performance.now() - beganMs) / 60_000,
    engineMb: memory.get('engine') ?? Number.NaN,
    pageMb: memory.get('page') ?? Number.NaN,
    diskBytes: sizeOf(file) + sizeOf(`${file}-wal`),
    clickMs,
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

interface Growth {
  /** Of the straight line through the samples (least squares), a minute. */
  readonly slope: number;
  /** Of the slope: what the scatter of the samples alone may have made of nothing, one standard error. */
  readonly error: number;
}

function growth(samples: readonly Sample[], value: (one: Sample) => number): Growth {
  const meanX = mean(samples.map(({ minute }) => minute));
  const meanY = mean(samples.map(value));
  const spread = samples.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
  const shared = samples.reduce((sum, one) => sum + (one.minute - meanX) * (value(one) - meanY), 0);
  const slope = shared / spread;
  const rest = samples.reduce(
    (sum, one) => sum + (value(one) - meanY - slope * (one.minute - meanX)) ** 2,
    0,
  );
  return { slope, error: Math.sqrt(rest / (samples.length - 2) / spread) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function measure(plan: Plan): Promise<Row[]> {
  const broker = await startBroker();
  try {
    return await withFolder(async (home) => {
      const session = await openWindow({
        ...{ broker, home, qos: 0, topics: TOPICS, subscriptions: 0 },
        env: { MQTT_LOUPE_HISTORY_BYTES: String(plan.limitBytes) },
      });
      try {
        const { port } = broker;
        const duration = plan.minutes * 60;
        const load = startLoad({ port, topics: TOPICS, rate: plan.rate, duration, first: TOPICS });
        const samples = await samplesOf(session, `${home}/history.db`, plan);
        const sent = await load.result;
        await session.storedReaches(TOPICS + sent.sent);
        return rowsOf(plan, samples);
      } finally {
        await session.close();
      }
    });
  } finally {
    await broker.dispose();
  }
}

async function samplesOf(session: WindowSession, file: string, plan: Plan): Promise<Sample[]> {
  const beganMs = performance.now();
  const samples: Sample[] = [];
  while (performance.now() - beganMs < plan.minutes * 60_000 - plan.sampleMs) {
    await wait(plan.sampleMs);
    samples.push(await sample(session, file, beganMs, samples.length));
  }
  return samples;
}

function rowsOf(plan: Plan, samples: readonly Sample[]): Row[] {
  const scenario = `${NAME} ${String(plan.minutes)} min at ${plan.rate.toLocaleString('en')}/s`;
  const half = samples.slice(Math.floor(samples.length / 2));
  const quarter = Math.floor(samples.length / 4);
  const clicks = samples.map(({ clickMs }) => clickMs);
  const memoryRows = (name: string, value: (one: Sample) => number): Row[] => {
    const { slope, error } = growth(half, value);
    const all = { scenario, unit: 'MB', target: null };
    return [
      {
        ...all,
        metric: `${name}: RSS, and its growth a minute`,
        reference: median(half.map(value)),
        ours: slope,
      },
      { ...all, metric: `${name}: standard error of that growth`, reference: null, ours: error },
    ];
  };
  return [
    ...memoryRows('engine', ({ engineMb }) => engineMb),
    ...memoryRows('page', ({ pageMb }) => pageMb),
    {
      ...{ scenario, metric: 'disk: limit, and the most it was', unit: 'MB' },
      reference: plan.limitBytes / 1e6,
      ours: Math.max(...half.map(({ diskBytes }) => diskBytes)) / 1e6,
      target: { kind: 'ratio-at-most', value: 1 + ROOM_BYTES / plan.limitBytes },
    },
    {
      ...{ scenario, metric: 'click: first and last quarter, median', unit: 'ms' },
      reference: median(clicks.slice(0, quarter)),
      ours: median(clicks.slice(-quarter)),
      target: { kind: 'ratio-at-most', value: 1.5 },
    },
  ];
}

export const steady: Scenario = {
  name: NAME,
  needsWindow: true,
  run: (options) => measure(planOf(options)),
};
