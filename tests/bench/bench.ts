/** What every scenario gets, and the list of them is in `run.ts`. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import type { Row } from './rows';

export interface BenchOptions {
  /** All of it in under three minutes: shorter streams, one run each. */
  readonly quick: boolean;
  /** With what takes long: a million retained topics, ten million messages. */
  readonly full: boolean;
  /** A folder for CPU profiles of the programs; null for none. */
  readonly profileDir: string | null;
}

export interface Scenario {
  readonly name: string;
  readonly needsWindow: boolean;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

/** One figure of a kind for a quick look, three for a measurement. */
export function runsOf({ quick }: BenchOptions): number {
  return quick ? 1 : 3;
}

/** Flags of Node.js for a program that may be profiled. */
export function profileFlags({ profileDir }: BenchOptions): string[] {
  return profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
}

/**
 * A broker that drops nothing: queues without a limit, and so many QoS 1 messages in flight to a receiver that its
 * acknowledgements never hold it up. No $SYS topics, so that what is counted is what was sent.
 */
export function startBroker(): Promise<Mosquitto> {
  return startMosquitto({
    config: ['max_queued_messages 0', 'max_inflight_messages 1000', 'sys_interval 0'],
    logging: 'subscriptions',
  });
}

/** Resolves when so many subscriptions to the benchmark's topics were made. */
export async function subscribed(broker: Mosquitto, times: number): Promise<void> {
  const made = (): number => broker.log().split('bench/#').length - 1;
  while (made() < times) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Runs something with a folder that goes afterwards, also when the benchmark is broken off. */
export async function withFolder<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-bench-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    process.off('exit', remove);
    await rm(folder, { recursive: true, force: true });
  }
}
