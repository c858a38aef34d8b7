/** Starts the benchmark's programs in processes of their own and talks to them in lines of JSON. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pinnedNode, stateDir } from '../../build/paths.mjs';
import type { LoadResult } from './generator/generate-load';
import type { PayloadKind } from './stream';

/** Where `npm run bench` puts the bundles. */
export const bundleDir = join(stateDir, 'bench');
const programsFile = join(bundleDir, 'programs.cjs');

type Values = Readonly<Record<string, string | number | boolean>>;

/** `{ port: 1, retain: true, random: false }` → `--port 1 --retain`. */
function argumentsOf(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== 'boolean') return [`--${name}`, String(value)];
    return value ? [`--${name}`] : [];
  });
}

/** A program of `programs/`. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #result: Promise<unknown>;
  readonly #ended: Promise<void>;

  /** @param nodeFlags for the Node.js that runs it, such as `--expose-gc` */
  constructor(name: string, values: Values, nodeFlags: readonly string[] = []) {
    const args = [
      ...nodeFlags,
      programsFile,
      name,
      ...argumentsOf({ ...values, threads: bundleDir }),
    ];
    const child = spawn(pinnedNode, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    killWithUs(child);
    const messages: ((message: { ready?: unknown; result?: unknown }) => void)[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      for (const hear of messages) hear(JSON.parse(line) as { ready?: unknown; result?: unknown });
    });
    this.#ended = new Promise((resolve) =>
      child.once('close', () => {
        resolve();
      }),
    );
    const failed = this.#ended.then(() => {
      throw new Error(
        `The program “${name}” ended with ${String(child.exitCode)} before it had a result.`,
      );
    });
    const hears = <Value>(
      pick: (message: { ready?: unknown; result?: unknown }) => Value | undefined,
    ): Promise<Value> =>
      Promise.race([
        failed,
        new Promise<Value>((resolve) => {
          messages.push((message) => {
            const value = pick(message);
            if (value !== undefined) resolve(value);
          });
        }),
      ]);
    this.#ready = hears((message) => message.ready).then(() => undefined);
    this.#result = hears((message) => message.result);
    // Whoever waits is told; a program without a result is no crash of the benchmark before that.
    this.#ready.catch(() => undefined);
    this.#result.catch(() => undefined);
  }

  /** Resolves when it waits for messages. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Its result; after `patienceMs` it is told that nothing more will come, and says what it has. */
  async result<Result>(patienceMs = 600_000): Promise<Result> {
    const timer = setTimeout(() => this.#child.stdin?.end('stop\n'), patienceMs);
    try {
      const result = await this.#result;
      await this.#ended;
      return result as Result;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Runs a program that needs nobody else. */
export async function runProgram<Result>(name: string, values: Values): Promise<Result> {
  return await new Program(name, values).result<Result>();
}

export interface LoadValues {
  readonly port: number;
  readonly topics: number;
  readonly qos?: 0 | 1;
  readonly rate?: number;
  readonly count?: number;
  readonly duration?: number;
  readonly size?: number;
  readonly payload?: PayloadKind;
  readonly retain?: boolean;
  readonly first?: number;
}

export interface Load {
  readonly result: Promise<LoadResult>;
  /** Ends it early; the result says how far it came. */
  stop(): void;
}

/** Starts the load generator. */
export function startLoad(values: LoadValues): Load {
  const args = ['--import', join(import.meta.dirname, 'typescript.mjs')];
  args.push(join(import.meta.dirname, 'load-generator.ts'), ...argumentsOf({ ...values }));
  const child = spawn(pinnedNode, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  killWithUs(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as LoadResult);
      else reject(new Error(`The load generator ended with ${String(code)}.`));
    });
  });
  return { result, stop: () => child.kill('SIGTERM') };
}

/** A benchmark that is broken off leaves nothing running. */
export function killWithUs(child: ChildProcess): void {
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
}
