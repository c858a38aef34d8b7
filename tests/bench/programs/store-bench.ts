/** Fills a store, closes and opens it, and reads from it while it is being written to. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../statistics';
import { tell, type ProgramOptions } from './arguments';
import type { OpenStore, Store } from './stores';

export interface StoreResult {
  /** Messages a second, in batches of 5,000. */
  readonly writeRate: number;
  /** How long one batch keeps the caller from anything else. */
  readonly longestAppendMs: number;
  /** Of the closed file. */
  readonly bytesPerMessage: number;
  readonly openMs: number;
  /** 95th percentiles, ms, while 10,000 messages a second are written. 0 where nothing was read. */
  readonly latestMs: number;
  readonly pageMs: number;
  readonly seriesMs: number;
  readonly hoursMs: number;
}

const BATCH = 5_000;
/** Batches that are given to the store before it has stored the first of them. */
const UNDER_WAY = 8;
const PAGE = 100;
/** 10,000 messages a second. */
const WRITE_EVERY_MS = 100;
const WRITE_MESSAGES = 1_000;
const READS = 100;
const SERIES_READS = 20;

export async function benchStore(open: OpenStore, options: ProgramOptions): Promise<void> {
  const file = join(options.home, 'store.db');
  let store = await open(file, options);
  const written = await fill(store, options.expect);
  await store.close();
  const bytesPerMessage = statSync(file).size / options.expect;
  const openAt = performance.now();
  store = await open(file, options);
  const openMs = performance.now() - openAt;
  // Incompressible payloads are about the disk only: there is no number in them to draw.
  const reads = options.random
    ? { latestMs: 0, pageMs: 0, seriesMs: 0, hoursMs: 0 }
    : await readWhileWriting(store, options);
  await store.close();
  const result: StoreResult = { ...written, bytesPerMessage, openMs, ...reads };
  tell({ result });
}

async function fill(
  store: Store,
  messages: number,
): Promise<Pick<StoreResult, 'writeRate' | 'longestAppendMs'>> {
  let longestAppendMs = 0;
  const underWay: Promise<void>[] = [];
  const start = performance.now();
  for (let stored = 0; stored < messages; stored += BATCH) {
    const at = performance.now();
    underWay.push(store.append(stored, Math.min(BATCH, messages - stored)));
    longestAppendMs = Math.max(longestAppendMs, performance.now() - at);
    if (underWay.length >= UNDER_WAY) await underWay.shift();
  }
  await Promise.all(underWay);
  return { writeRate: (messages * 1000) / (performance.now() - start), longestAppendMs };
}

async function readWhileWriting(
  store: Store,
  { expect, topics }: ProgramOptions,
): Promise<Pick<StoreResult, 'latestMs' | 'pageMs' | 'seriesMs' | 'hoursMs'>> {
  let next = expect;
  const underWay = new Set<Promise<void>>();
  const writer = setInterval(() => {
    underWay.add(store.append(next, WRITE_MESSAGES));
    next += WRITE_MESSAGES;
  }, WRITE_EVERY_MS);
  /** Any topic, but the same ones in every run. */
  const anyTopic = (round: number): number => (round * 7_919) % topics;
  const perTopic = Math.floor(expect / topics);
  try {
    const latest = await timed(READS, PAGE, (round) => store.page(anyTopic(round), null, PAGE));
    const page = await timed(READS, 1, (round) => {
      const before = Math.floor(expect * (0.2 + (0.6 * round) / READS));
      return store.page(anyTopic(round + 1), before, PAGE);
    });
    const series = await timed(SERIES_READS, perTopic, (round) => store.series(anyTopic(round)));
    const hours = await timed(SERIES_READS, perTopic, (round) => store.hours(anyTopic(round)));
    return { latestMs: latest, pageMs: page, seriesMs: series, hoursMs: hours };
  } finally {
    clearInterval(writer);
    await Promise.all(underWay);
  }
}

/** The 95th percentile of so many reads, with a pause between them; each must find enough. */
async function timed(
  times: number,
  atLeast: number,
  read: (round: number) => Promise<number>,
): Promise<number> {
  const elapsed: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const start = performance.now();
    const found = await read(round);
    elapsed.push(performance.now() - start);
    if (found < atLeast)
      throw new Error(`A read found ${String(found)} messages instead of ${String(atLeast)}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return percentile(elapsed, 0.95);
}
