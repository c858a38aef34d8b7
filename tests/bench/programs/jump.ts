/** Jumps to moments of the past: the engine's tree view, and the plainest table that could answer the same. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import type { TreeFrame, TreeParams } from '../../../app/contract';
import { openEngine, type TestEngine } from '../../helpers/engine';
import { percentile } from '../statistics';
import { topicIndex } from '../stream';
import { tell, type ProgramOptions } from './arguments';
import { benchProfile } from './engine-receiver';
import { PROFILE_ID } from './profile-id';
import { openHistoryStore, openPlainStore, timeUs, type Store } from './stores';

export interface JumpResult {
  /** The first jump of a program that has just started, ms. */
  readonly firstMs: number;
  /** From asking for a moment to the frame with the rows of it, ms: median and 95th percentile. */
  readonly medianMs: number;
  readonly jumpMs: number;
  /** The same while the moment is dragged through the whole history, a new one as soon as the last is there. */
  readonly dragMs: number;
  /** The same in the order of the newest messages, which needs to know the last one of each topic. */
  readonly latestMs: number;
  /** The longest stretch that the engine's thread did nothing else, ms. */
  readonly heldUpMs: number;
  /** Each answer was checked against what the stream had sent by then. */
  readonly isExact: boolean;
}

const BATCH = 5_000;
const ROWS = 50;
const JUMPS = 100;
const DRAG_STEPS = 200;
const LATEST_JUMPS = 30;
const PLAIN_JUMPS = 8;

async function fill(store: Store, messages: number): Promise<void> {
  const underWay: Promise<void>[] = [];
  for (let stored = 0; stored < messages; stored += BATCH) {
    underWay.push(store.append(stored, Math.min(BATCH, messages - stored)));
    if (underWay.length >= 8) await underWay.shift();
  }
  await Promise.all(underWay);
}

/** Anywhere in the stream, but the same in every run; the message with this number is the last one. */
function moments(count: number, { expect }: ProgramOptions): number[] {
  return Array.from({ length: count }, (_, round) =>
    Math.floor(expect * (((round * 0.618_033_988_75) % 1) * 0.98 + 0.01)),
  );
}

export async function jumpInEngine(options: ProgramOptions): Promise<void> {
  const store = await openHistoryStore(join(options.home, 'history.db'), options);
  await fill(store, options.expect);
  await store.close();
  const engine = await openEngine({ home: options.home, threads: options.threads });
  engine.core.saveProfile(benchProfile(1, 0));
  await engine.core.runtime(PROFILE_ID).load();
  const tree = new PastRows(engine, options);
  const [first = 0, ...others] = moments(JUMPS + 1, options);
  const firstMs = await tree.jump(first);
  await tree.expandAll();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const jumps = await tree.jumps(others);
  const drag = await tree.jumps(
    Array.from({ length: DRAG_STEPS }, (_, step) =>
      Math.floor((options.expect * (step + 0.5)) / DRAG_STEPS),
    ),
  );
  delay.disable();
  tree.sortBy('latest');
  const latest = await tree.jumps(moments(LATEST_JUMPS, options));
  const result: JumpResult = {
    firstMs,
    medianMs: percentile(jumps, 0.5),
    jumpMs: percentile(jumps, 0.95),
    dragMs: percentile(drag, 0.95),
    latestMs: percentile(latest, 0.95),
    heldUpMs: delay.max / 1e6,
    isExact: tree.isExact,
  };
  tell({ result });
  await engine.close();
}

/** The rows of a tree view, asked for as the window does, and compared with the stream. */
class PastRows {
  isExact = true;
  readonly #client: TestEngine['client'];
  readonly #options: ProgramOptions;
  #look: (frame: TreeFrame) => void = () => undefined;
  #params: TreeParams = {
    ...{ profileId: PROFILE_ID, first: 0, count: ROWS, sort: 'name', filter: '', selected: null },
    ...{ holdOrder: false, atUs: 0 },
  };
  readonly #view;

  constructor({ client }: TestEngine, options: ProgramOptions) {
    this.#client = client;
    this.#options = options;
    this.#view = client.open('tree', this.#params, (frame) => {
      this.#look(frame);
    });
  }

  /** To the moment of a message; resolves with how long it took until the rows were there, ms. */
  async jump(sequence: number): Promise<number> {
    const { expect, topics } = this.#options;
    const start = performance.now();
    const frame = await this.#frameAfter(
      { atUs: timeUs(sequence, this.#options) },
      (one) => one.rows[0]?.count === sequence + 1,
    );
    const elapsedMs = performance.now() - start;
    if (frame.topics !== Math.min(topics, sequence + 1) || sequence >= expect) this.isExact = false;
    for (const { path, count, lastTimeMs } of frame.rows) {
      if (lastTimeMs === null) continue;
      const own = sensorOf(path);
      const last = sequence - ((sequence - own) % topics);
      const isTrue = topicIndex(last, topics) === own && count === Math.floor(last / topics) + 1;
      if (!isTrue || lastTimeMs !== timeUs(last, this.#options) / 1000) this.isExact = false;
    }
    return elapsedMs;
  }

  async jumps(sequences: readonly number[]): Promise<number[]> {
    const elapsed: number[] = [];
    for (const sequence of sequences) elapsed.push(await this.jump(sequence));
    return elapsed;
  }

  async expandAll(): Promise<void> {
    const { atUs } = this.#params;
    const shown = this.#frameAfter({ first: 0 }, ({ total }) => total > 1);
    await this.#client.calls.setAllExpanded({ profileId: PROFILE_ID, expanded: true, atUs });
    await shown;
  }

  sortBy(sort: TreeParams['sort']): void {
    this.#params = { ...this.#params, sort };
  }

  #frameAfter(
    change: Partial<TreeParams>,
    fits: (frame: TreeFrame) => boolean,
  ): Promise<TreeFrame> {
    return new Promise((resolve) => {
      this.#look = (frame) => {
        if (fits(frame)) resolve(frame);
      };
      this.#params = { ...this.#params, ...change };
      this.#view.update(this.#params);
    });
  }
}

function sensorOf(path: string): number {
  return Number(/sensor(\d+)$/.exec(path)?.[1]);
}

interface PlainTopic {
  readonly topic: number;
  readonly count: number;
  readonly last: number;
}

/** Counts and last messages of all topics by one pass over the rows, then the values of the first rows. */
export async function jumpInPlainTable(options: ProgramOptions): Promise<void> {
  const file = join(options.home, 'plain.db');
  const store = await openPlainStore(file, options);
  await fill(store, options.expect);
  await store.close();
  const database = new Database(file, { readonly: true });
  const state = database.prepare<unknown[], PlainTopic>(
    'SELECT topic, count(*) AS count, max(id) AS last FROM messages WHERE time_us <= ? GROUP BY topic',
  );
  const payload = database.prepare('SELECT payload FROM messages WHERE id = ?');
  let isExact = true;
  const jump = (sequence: number): number => {
    const start = performance.now();
    const topics = state.all(timeUs(sequence, options));
    for (const { last } of topics.slice(0, ROWS)) payload.get(last);
    const elapsedMs = performance.now() - start;
    const messages = topics.reduce((sum, { count }) => sum + count, 0);
    if (messages !== sequence + 1) isExact = false;
    return elapsedMs;
  };
  const [first = 0, ...others] = moments(PLAIN_JUMPS + 1, options);
  const firstMs = jump(first);
  const jumps = others.map(jump);
  const ms = percentile(jumps, 0.95);
  const result: JumpResult = {
    ...{ firstMs, medianMs: percentile(jumps, 0.5), jumpMs: ms, dragMs: ms, latestMs: ms },
    ...{ heldUpMs: ms, isExact },
  };
  database.close();
  rmSync(file);
  tell({ result });
}
