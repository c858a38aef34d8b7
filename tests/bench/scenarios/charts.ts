/** Charts under fire, and a million points under the wheel. The reference is the same window on its topics. */
import mqtt from 'mqtt';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import type { ChartPanel, ChartWhat, PanelSeries } from '../../../app/contract-charts';
import { runsOf, startBroker, withFolder, type BenchOptions, type Scenario } from '../bench';
import { startLoad } from '../processes';
import { PROFILE_ID } from '../programs/profile-id';
import { holds, type Row } from '../rows';
import { median, percentile } from '../statistics';
import { topicName } from '../stream';
import { frameGaps } from '../window-probes';
import { openWindow, type WindowSession } from '../window-session';

const RATE = 10_000;
/** Each of them has a thousand messages a second. */
const TOPICS = 10;
const PACKED_TOPIC = 'bench/packed';
const PACKED_EVERY_MS = 5;
const POINTS = 1_000_000;
const VALUE: ChartWhat = { kind: 'value', path: ['value'] };

function line(topic: string, what: ChartWhat): PanelSeries {
  return {
    ...{ id: `${topic} ${what.kind}`, profileId: null, topic, what, steps: null },
    ...{ colour: null, unit: null, axis: 'left', isHidden: false },
  };
}

async function keepPanels(home: string, panels: readonly ChartPanel[]): Promise<void> {
  const content = { version: 1, profiles: [{ id: PROFILE_ID, panels }] };
  await writeFile(join(home, 'charts.json'), JSON.stringify(content));
}

/** Publishes numbers in gzip until it is stopped. */
async function publishPacked(port: number): Promise<() => Promise<void>> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`);
  let number = 0;
  const timer = setInterval(() => {
    const payload = gzipSync(JSON.stringify({ value: Math.sin(number++ / 50) }));
    client.publish(PACKED_TOPIC, payload);
  }, PACKED_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await client.endAsync(true);
  };
}

async function show(window: Page, page: 'Charts' | 'Topics'): Promise<void> {
  await window.getByRole('button', { name: page, exact: true }).click();
  if (page === 'Topics') return;
  await window.getByRole('radio', { name: '1 min' }).click();
  await window.getByRole('application').first().waitFor();
}

/** Frame gaps with the load running, on the topics and on the charts. */
async function smoothness(
  session: WindowSession,
  port: number,
  { quick }: BenchOptions,
): Promise<Row[]> {
  const { window } = session;
  const scenario = `charts ${RATE.toLocaleString('en')}/s`;
  const stopPacked = await publishPacked(port);
  const load = startLoad({ port, rate: RATE, topics: TOPICS, first: TOPICS, duration: 300 });
  const gaps: { Topics: number[]; Charts: number[] } = { Topics: [], Charts: [] };
  try {
    for (let run = 0; run < runsOf({ quick, full: false, profileDir: null }); run++) {
      for (const page of ['Topics', 'Charts'] as const) {
        await show(window, page);
        // Until what it shows first is there.
        await frameGaps(window, 3_000);
        gaps[page].push(...(await frameGaps(window, quick ? 8_000 : 20_000)));
      }
    }
  } finally {
    load.stop();
    await stopPacked();
  }
  const { rate } = await load.result;
  const figure = (metric: string, of: (all: number[]) => number, atMost: number | null): Row => ({
    ...{ scenario, metric, unit: 'ms', reference: of(gaps.Topics), ours: of(gaps.Charts) },
    target: atMost === null ? null : { kind: 'at-most', value: atMost },
  });
  return [
    holds(scenario, 'the generator kept its rate', rate > 0.95 * RATE),
    figure('frame gap p50', (all) => percentile(all, 0.5), null),
    figure('frame gap p99', (all) => percentile(all, 0.99), 33),
    figure('frame gap longest', (all) => Math.max(...all), null),
  ];
}

/** How fast a stream is stored while charts are shown, and while they are not, in turns. */
async function ingest(
  session: WindowSession,
  port: number,
  stored: number,
  options: BenchOptions,
): Promise<Row[]> {
  const count = options.quick ? 200_000 : 500_000;
  const rates: { Topics: number[]; Charts: number[] } = { Topics: [], Charts: [] };
  let expected = stored;
  for (let run = 0; run < 2 * runsOf(options); run++) {
    for (const page of ['Topics', 'Charts'] as const) {
      await show(session.window, page);
      const load = startLoad({ port, topics: TOPICS, count, first: expected });
      expected += count;
      const endMs = await session.storedReaches(expected);
      const { startedMs } = await load.result;
      rates[page].push((count * 1_000) / (endMs - startedMs));
    }
  }
  return [
    {
      ...{ scenario: 'charts ingest', metric: 'rate with charts, by without', unit: 'msg/s' },
      ...{ reference: median(rates.Topics), ours: median(rates.Charts) },
      target: { kind: 'ratio-at-least', value: 0.9 },
    },
  ];
}

async function underFire(options: BenchOptions): Promise<Row[]> {
  const broker = await startBroker();
  try {
    return await withFolder(async (home) => {
      const numbers = [0, 1, 2, 3].map((index) => line(topicName(index, TOPICS), VALUE));
      await keepPanels(home, [
        { id: 'four', title: 'Four numbers', series: numbers },
        { id: 'packed', title: 'Packed', series: [line(PACKED_TOPIC, VALUE)] },
      ]);
      const session = await openWindow({ broker, home, qos: 0, topics: TOPICS, subscriptions: 0 });
      try {
        const ingested = await ingest(session, broker.port, TOPICS, options);
        return [...ingested, ...(await smoothness(session, broker.port, options))];
      } finally {
        await session.close();
      }
    });
  } finally {
    await broker.dispose();
  }
}

/** Turns the wheel in and out over all of a million points, and drags. */
async function wheelAndDrag(window: Page): Promise<number[]> {
  const box = await window.getByRole('application').first().boundingBox();
  if (!box) throw new Error('The chart is not there.');
  const [x, y] = [box.x + box.width * 0.6, box.y + box.height / 2];
  await window.mouse.move(x, y);
  const gaps = frameGaps(window, 12_000);
  for (let round = 0; round < 3; round++) {
    for (let turn = 0; turn < 24; turn++) await window.mouse.wheel(0, -120);
    await window.mouse.down();
    for (let step = 0; step < 40; step++) await window.mouse.move(x - step * 8, y);
    await window.mouse.up();
    await window.mouse.move(x, y);
    for (let turn = 0; turn < 24; turn++) await window.mouse.wheel(0, 120);
  }
  return await gaps;
}

async function millionPoints(): Promise<Row[]> {
  const broker = await startBroker();
  try {
    return await withFolder(async (home) => {
      const [topic, scenario] = [topicName(0, 1), 'charts a million points'];
      await keepPanels(home, [{ id: 'one', title: 'One', series: [line(topic, VALUE)] }]);
      const session = await openWindow({ broker, home, qos: 0, topics: 1, subscriptions: 0 });
      try {
        const { window } = session;
        const load = startLoad({ port: broker.port, topics: 1, count: POINTS - 1, first: 1 });
        await load.result;
        await session.storedReaches(POINTS);
        await show(window, 'Charts');
        const begun = performance.now();
        await window.getByRole('button', { name: 'All', exact: true }).click();
        await window.getByText('Reading the history').waitFor({ state: 'detached' });
        await window.getByRole('row', { name: /max [\d.]+/ }).waitFor();
        const readMs = performance.now() - begun;
        const idle = await frameGaps(window, 3_000);
        const gaps = await wheelAndDrag(window);
        const figure = (
          metric: string,
          of: (all: number[]) => number,
          most: number | null,
        ): Row => ({
          ...{ scenario, metric, unit: 'ms', reference: of(idle), ours: of(gaps) },
          target: most === null ? null : { kind: 'at-most', value: most },
        });
        return [
          {
            scenario,
            metric: 'until it is drawn',
            unit: 'ms',
            reference: null,
            ours: readMs,
            target: null,
          },
          figure('frame gap p50', (all) => percentile(all, 0.5), 17),
          figure('frame gap p95', (all) => percentile(all, 0.95), 33),
          figure('frame gap longest', (all) => Math.max(...all), null),
        ];
      } finally {
        await session.close();
      }
    });
  } finally {
    await broker.dispose();
  }
}

export const charts: Scenario = {
  name: 'charts',
  needsWindow: true,
  run: async (options) => [...(await underFire(options)), ...(await millionPoints())],
};
