/** The real window, connected, with the tree expanded and a topic open. */
import type { Page } from '@playwright/test';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import type { Mosquitto } from '../helpers/mosquitto';
import { row, status } from '../helpers/window';
import { subscribed } from './bench';
import type { LoadResult } from './generator/generate-load';
import { runProgram, startLoad } from './processes';
import { PROFILE_ID } from './programs/profile-id';

const WAIT_MS = 60_000;

export interface WindowSession {
  readonly window: Page;
  /** The first message of each topic, by which the tree was filled. */
  readonly filled: LoadResult;
  /** Processor time of each kind of process so far, s: `engine`, `page`, `gpu`, `main`. */
  cpuSeconds(): Promise<ReadonlyMap<string, number>>;
  /** Memory of each kind of process (RSS), MB. */
  memoryMb(): Promise<ReadonlyMap<string, number>>;
  /** Waits until the status bar says so many are stored. */
  storedReaches(count: number): Promise<number>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly broker: Mosquitto;
  readonly home: string;
  readonly qos: 0 | 1;
  readonly topics: number;
  /** Subscriptions that the broker saw before. */
  readonly subscriptions: number;
  /** Variables of the app's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the app, connects it, sends one message to each topic, expands the tree and opens the first topic. */
export async function openWindow(options: SessionOptions): Promise<WindowSession> {
  const { broker, home, qos, topics, subscriptions } = options;
  const { port } = broker;
  await runProgram('prepare-home', { home, port, qos });
  const launched = await launchApp({
    home,
    args: ['--profile', PROFILE_ID],
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  try {
    const { window } = launched;
    await subscribed(broker, subscriptions + 1);
    const filled = await startLoad({ port, topics, qos, count: topics }).result;
    await storedReaches(window, topics);
    await window.getByRole('button', { name: 'Expand all' }).click();
    await row(window, 'sensor0').click();
    await window.getByRole('tabpanel', { name: 'Value' }).getByText('seq').waitFor();
    return {
      window,
      filled,
      cpuSeconds: () => cpuSeconds(launched),
      memoryMb: () => memoryMb(launched),
      storedReaches: (count) => storedReaches(window, count),
      close: () => close(launched),
    };
  } catch (error) {
    await launched.close();
    throw error;
  }
}

/** Chromium's names for its kinds of processes, and ours. */
const PROCESSES = new Map([
  ['Browser', 'main'],
  ['Tab', 'page'],
  ['GPU', 'gpu'],
]);

async function cpuSeconds({ app }: LaunchedApp): Promise<ReadonlyMap<string, number>> {
  const metrics = await app.evaluate((electron) => electron.app.getAppMetrics());
  return sumsByProcess(
    metrics.map((one) => [one, one.cpu.cumulativeCPUUsage ?? Number.NaN] as const),
  );
}

function sumsByProcess(
  values: readonly (readonly [{ readonly type: string; readonly name?: string }, number])[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [{ type, name }, value] of values) {
    // The engine is the utility process that we name; Chromium has some of its own.
    const process = PROCESSES.get(type) ?? (/engine/iu.test(name ?? '') ? 'engine' : 'other');
    sums.set(process, (sums.get(process) ?? 0) + value);
  }
  return sums;
}

async function memoryMb({ app }: LaunchedApp): Promise<ReadonlyMap<string, number>> {
  const metrics = await app.evaluate((electron) => electron.app.getAppMetrics());
  return sumsByProcess(metrics.map((one) => [one, one.memory.workingSetSize / 1024] as const));
}

/** A window that complained is not worth measuring. */
async function close(launched: LaunchedApp): Promise<void> {
  const { complaints } = launched;
  await launched.close();
  if (complaints.length > 0) throw new Error(`The window complained: ${complaints.join('\n')}`);
}

/** Waits until the status bar says so many are stored; returns when it was seen there, wall clock in ms. */
export async function storedReaches(
  window: Page,
  count: number,
  timeoutMs = WAIT_MS,
): Promise<number> {
  await status(window).first().waitFor({ timeout: timeoutMs });
  return await window.evaluate(
    ([wanted, patience]) =>
      new Promise<number>((resolve, reject) => {
        const end = performance.now() + patience;
        const look = (): void => {
          const texts = [...document.querySelectorAll('[role="status"]')].map(
            (one) => one.textContent,
          );
          const stored = /stored\s*([\d,]+)/u.exec(texts.join(' '))?.[1]?.replaceAll(',', '');
          if (Number(stored) >= wanted) resolve(performance.timeOrigin + performance.now());
          else if (performance.now() > end)
            reject(new Error(`Of ${String(wanted)} messages ${String(stored)} were stored.`));
          else requestAnimationFrame(look);
        };
        look();
      }),
    [count, timeoutMs] as const,
  );
}
