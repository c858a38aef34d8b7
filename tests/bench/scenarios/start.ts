/** How long until the window can be used, and what it takes while nothing happens; against a bare Electron window. */
import { chromium } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../../build/paths.mjs';
import { getRuntime } from '../../../build/runtime.mjs';
import { sandboxSwitches } from '../../../build/sandbox.mjs';
import { withFolder, type BenchOptions, type Scenario } from '../bench';
import { killWithUs } from '../processes';
import type { Row } from '../rows';
import { median } from '../statistics';

const NAME = 'start';
/** After the start a program is left alone for so long before its memory is read. */
const IDLE_MS = 4_000;

interface Started {
  /** From starting the process to the first frame with content; ours can be used then. */
  readonly startMs: number;
  /** Resident memory of all its processes together; what they share is counted in each. */
  readonly rssMb: number;
  /** The same with what is shared counted once (PSS). */
  readonly pssMb: number;
}

/**
 * Starts an app as a person does, without anything that drives it: its first frame is asked for afterwards.
 * @param control what has to be in the page by then
 */
async function startOnce(folder: string, control: string): Promise<Started> {
  const runtime = await getRuntime();
  return await withFolder(async (home) => {
    const switches = [
      ...sandboxSwitches(runtime),
      '--remote-debugging-port=0',
      `--user-data-dir=${home}`,
    ];
    const startedMs = Date.now();
    const child = spawn(runtime.electronPath, [...switches, folder], {
      env: { ...process.env, ...runtime.env, MQTT_LOUPE_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    killWithUs(child);
    const exited = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    try {
      const paintedMs = await firstFrame(await debuggingUrl(child), control);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      return { startMs: paintedMs - startedMs, ...memoryOf(child.pid ?? 0) };
    } finally {
      child.kill('SIGTERM');
      await exited;
    }
  });
}

/** Chromium says where it can be asked, in a line of its standard error. */
async function debuggingUrl({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('The app has no standard error.');
  for await (const line of createInterface({ input: stderr })) {
    const url = /DevTools listening on (\S+)/u.exec(line)?.[1];
    if (url === undefined) continue;
    stderr.resume();
    return url;
  }
  throw new Error('The app ended before its window was there.');
}

/** When the first content was painted, wall clock in ms. */
async function firstFrame(url: string, control: string): Promise<number> {
  const browser = await chromium.connectOverCDP(url);
  try {
    const context = browser.contexts()[0];
    if (!context) throw new Error('The app has no window.');
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    await page.locator(control).first().waitFor();
    return await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const [paint] = list.getEntriesByName('first-contentful-paint');
            if (paint) resolve(performance.timeOrigin + paint.startTime);
          }).observe({ type: 'paint', buffered: true });
        }),
    );
  } finally {
    await browser.close();
  }
}

/** Linux only; elsewhere nothing is known. */
function memoryOf(pid: number): Pick<Started, 'rssMb' | 'pssMb'> {
  if (process.platform !== 'linux') return { rssMb: Number.NaN, pssMb: Number.NaN };
  const sum = { rssMb: 0, pssMb: 0 };
  for (const one of withChildren(pid)) {
    const text = readFileSync(`/proc/${String(one)}/smaps_rollup`, 'utf8');
    const kb = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'mu').exec(text)?.[1] ?? 0);
    sum.rssMb += kb('Rss') / 1024;
    sum.pssMb += kb('Pss') / 1024;
  }
  return sum;
}

function withChildren(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      // After the name in parentheses: state, parent.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch (error) {
      // A process may end while the list is read.
      if (!(
        error instanceof Error &&
        'code' in error &&
        ['ENOENT', 'ESRCH'].includes(String(error.code))
      ))
        throw error;
    }
  }
  const all = [pid];
  for (const one of all) for (const [child, parent] of parents) if (parent === one) all.push(child);
  return all;
}

async function measure({ quick }: BenchOptions): Promise<readonly Row[]> {
  const references: Started[] = [];
  const starts: Started[] = [];
  // The first start of all reads the files from the disk.
  for (let run = 0; run < (quick ? 2 : 6); run += 1) {
    const reference = await startOnce(join(import.meta.dirname, '..', 'bare-electron'), 'p');
    const ours = await startOnce(root, 'button:has-text("New connection")');
    if (run === 0) continue;
    references.push(reference);
    starts.push(ours);
  }
  const row = (metric: string, unit: string, key: keyof Started, atMost: number | null): Row => ({
    ...{ scenario: NAME, metric, unit },
    reference: median(references.map((one) => one[key])),
    ours: median(starts.map((one) => one[key])),
    target: atMost === null ? null : { kind: 'at-most', value: atMost },
  });
  return [
    row('process to first frame, by a bare window', 'ms', 'startMs', 1_000),
    row('RSS of all processes, idle', 'MB', 'rssMb', 400),
    row('PSS of all processes, idle', 'MB', 'pssMb', null),
  ];
}

export const start: Scenario = { name: NAME, needsWindow: true, run: measure };
