/** Starts the real app for end-to-end tests. */
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.mjs';
import { run } from '../../build/process.mjs';
import { getRuntime, type Runtime } from '../../build/runtime.mjs';
import { sandboxSwitches } from '../../build/sandbox.mjs';
import { prepareUnprivileged, type UnprivilegedStart } from './unprivileged';

export interface LaunchOptions {
  /** The data folder; without one, a fresh one that is deleted when the app is closed. */
  readonly home?: string;
  /** Arguments of the app, e.g. `['--demo']`. */
  readonly args?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** With Chromium's sandbox, so never as root: root starts the app as an unprivileged user. */
  readonly sandbox?: boolean;
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  /** The first window, loaded. */
  readonly window: Page;
  /** The data folder. */
  readonly home: string;
  /** What the window complained about so far: uncaught errors and `console.error`. */
  readonly complaints: readonly string[];
  /** What the program wrote to its terminal so far. */
  output(): string;
  /** Ends the app; deletes the data folder if the launch made it. */
  close(): Promise<void>;
}

/**
 * Starts the app with the runtime that set-up prepared and waits for its window.
 * @throws when set-up has not run, or the app ends before it shows a window
 */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'mqtt-loupe-home-')));
  const cleanUps = [async () => removeOwn(options, home)];
  try {
    const runtime = await getRuntime();
    const start = await prepareStart(runtime, options, home);
    cleanUps.unshift(() => start.dispose());
    const app = await _electron.launch({
      executablePath: start.executablePath,
      args: [start.appFolder, ...(options.args ?? [])],
      // Playwright switches the sandbox off unless it is asked not to.
      chromiumSandbox: options.sandbox ?? !isRoot,
      cwd: home,
      env: appEnvironment({ ...runtime.env, MQTT_LOUPE_HOME: home, ...options.env, ...start.env }),
    });
    cleanUps.unshift(() => app.close());
    let output = '';
    const { stdout, stderr } = app.process();
    for (const stream of [stdout, stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const complaints: string[] = [];
    app.on('window', (page) => watch(page, complaints));
    const window = await app.firstWindow();
    watch(window, complaints);
    await window.waitForLoadState('load');
    return { app, window, home, complaints, output: () => output, close: () => runAll(cleanUps) };
  } catch (error) {
    await runAll(cleanUps);
    throw error;
  }
}

/** Starts the app where it is expected to end by itself; resolves with its exit code and what it wrote. */
export async function runApp(
  home: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const runtime = await getRuntime();
  return run(runtime.electronPath, [...sandboxSwitches(runtime), root, ...args], {
    cwd: home,
    env: appEnvironment({ ...runtime.env, MQTT_LOUPE_HOME: home }),
    timeoutMs: 30_000,
  });
}

const isRoot = process.getuid?.() === 0;

function prepareStart(
  runtime: Runtime,
  options: LaunchOptions,
  home: string,
): Promise<UnprivilegedStart> {
  if (options.sandbox && isRoot) return prepareUnprivileged(runtime, home);
  return Promise.resolve({
    executablePath: runtime.electronPath,
    appFolder: root,
    env: {},
    dispose: () => Promise.resolve(),
  });
}

async function removeOwn(options: LaunchOptions, home: string): Promise<void> {
  if (options.home === undefined) await rm(home, { recursive: true, force: true });
}

/** Runs all, also after one failed, and then throws the first error. */
async function runAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

/** Our environment without what would turn Electron into a plain Node.js. */
function appEnvironment(added: Record<string, string>): Record<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries({ ...process.env, ...added })) {
    if (value !== undefined && name !== 'ELECTRON_RUN_AS_NODE') env.set(name, value);
  }
  return Object.fromEntries(env);
}

const watched = new WeakSet<Page>();

function watch(page: Page, complaints: string[]): void {
  if (watched.has(page)) return;
  watched.add(page);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
}
