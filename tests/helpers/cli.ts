/** The command line as it is shipped: bundled, in a process of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import { nodeEntries } from '../../build/entries.mjs';
import { stateDir } from '../../build/paths.mjs';
import { nodeConfig } from '../../build/vite.node.mjs';
import { PATIENCE_MS } from './patience';

export interface CommandLine {
  /** Folder of the history's threads that are bundled with it. */
  readonly threads: string;
  /** The bundle that Node.js runs. */
  readonly program: string;
  /** Runs it to its end. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** Starts it; it is killed when the test ends before it does. */
  readonly start: (args: readonly string[], options?: RunOptions) => RunningCommand;
  readonly dispose: () => Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node.js itself. */
  readonly node?: readonly string[];
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<RunResult>;
  /** Waits until its standard output or error holds this; returns what the first group matched. */
  readonly says: (what: RegExp) => Promise<string | undefined>;
}

/** Bundles the command line and its threads beside `node_modules`, so that they find the database driver. */
export async function bundleCommandLine(): Promise<CommandLine> {
  await mkdir(stateDir, { recursive: true });
  const folder = await mkdtemp(join(stateDir, 'cli-test-'));
  const outputs = /^(cli\/|engine\/(demo-broker|history-|replay-))/u;
  for (const entry of nodeEntries.filter(({ output }) => outputs.test(output))) {
    const config = nodeConfig(entry);
    const outDir = join(folder, entry.output, '..');
    await build({ ...config, build: { ...config.build, outDir, sourcemap: false } });
  }
  const program = join(folder, 'cli', 'mqtt-loupe.cjs');
  const start = (args: readonly string[], options: RunOptions = {}): RunningCommand =>
    startProgram([...(options.node ?? []), program, ...args], options.env ?? {});
  return {
    program,
    threads: join(folder, 'engine'),
    start,
    run: (args, options) => start(args, options).ended,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningCommand {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  const listeners = new Set<() => void>();
  const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk);
    for (const listener of [...listeners]) listener();
  };
  child.stdout.on('data', collect(out));
  child.stderr.on('data', collect(err));
  const ended = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, out: text(out), err: text(err) });
    });
  });
  const says = (what: RegExp): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`It did not say ${String(what)}:\n${text(out)}${text(err)}`));
      }, PATIENCE_MS);
      const look = (): void => {
        const match = what.exec(text(out)) ?? what.exec(text(err));
        if (match === null) return;
        clearTimeout(timer);
        listeners.delete(look);
        resolve(match[1]);
      };
      listeners.add(look);
      look();
    });
  return { child, ended, says };
}
