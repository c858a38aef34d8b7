/** A disk that is slower than the broker: first the broker waits, then messages are refused, counted and told of. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { defaultProfileFields } from '../../app/profile';
import { onlyPassword } from '../../app/secret';
import { Clock } from '../../main/engine/clock';
import type { History } from '../../main/engine/history/history';
import { MemoryFile } from '../../main/engine/memory-file';
import { ProfileRuntime } from '../../main/engine/profile-runtime';
import { MOST_WAITING_BYTES, MOST_WAITING_MESSAGES } from '../../main/engine/valve';
import { startBroker } from '../bench/bench';
import { startLoad } from '../bench/processes';
import { readBack } from '../bench/programs/read-back';
import {
  bundleHistory,
  openForTest,
  rowsOf,
  temporaryFolder,
  until,
  type Bundles,
} from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';
import { checked } from '../helpers/history-lines';
import type { Mosquitto } from '../helpers/mosquitto';

const TOPICS = 50;
const SIZE = 20_000;
/** As ingest.ts has them. */
const BATCH_BYTES = 16 * 1024 * 1024 + SIZE;
const BATCH_MESSAGES = 5_000;
const PROFILE = 'lab';

let bundles: Bundles;
let broker: Mosquitto;
beforeAll(async () => {
  [bundles, broker] = await Promise.all([bundleHistory(), startBroker()]);
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
});

interface Recording {
  readonly runtime: ProfileRuntime;
  readonly history: History;
  readonly file: string;
  /** What was seen of it, each few milliseconds. */
  readonly seen: Seen;
  close(): Promise<void>;
}

interface Seen {
  readonly problems: Set<string>;
  /** Of these, while the history was only behind. */
  readonly whileBehind: Set<string>;
  readonly states: string[];
  /** Messages in the tree, while messages were refused. */
  readonly whileRefused: number[];
  mostBytes: number;
  mostMessages: number;
}

/** A profile that records with a slow disk. */
async function record(writeDelayMs: number, keepAlive: number): Promise<Recording> {
  const home = await temporaryFolder();
  const { history, file } = await openForTest({
    ...{ file: join(home, 'history.db'), writeDelayMs },
    ...bundles,
  });
  const seen: Seen = {
    ...{ problems: new Set(), whileBehind: new Set(), states: [], whileRefused: [] },
    ...{ mostBytes: 0, mostMessages: 0 },
  };
  const runtime: ProfileRuntime = new ProfileRuntime({
    profile: {
      ...defaultProfileFields(),
      ...{ id: PROFILE, name: 'Lab', host: '127.0.0.1', port: broker.port, keepAlive },
      subscriptions: [{ filter: 'bench/#', qos: 1 }],
    },
    history,
    memory: new MemoryFile(home, () => undefined),
    clock: new Clock(),
    ids: { next: history.nextId },
    secret: onlyPassword(undefined),
    onState: () => seen.states.push(runtime.state.kind),
  });
  const look = setInterval(() => {
    const { bytes, messages } = history.backlog;
    seen.mostBytes = Math.max(seen.mostBytes, bytes);
    seen.mostMessages = Math.max(seen.mostMessages, messages);
    const { historyProblem, historyIsBehind } = runtime.status(performance.now());
    if (historyProblem === null) return;
    const words = historyProblem.replace(/\d+/u, 'N');
    seen.problems.add(words);
    if (historyIsBehind) seen.whileBehind.add(words);
    if (historyProblem.includes('refused'))
      seen.whileRefused.push(runtime.tree.node('bench')?.count ?? 0);
  }, 5);
  const close = async (): Promise<void> => {
    clearInterval(look);
    await runtime.close();
  };
  onTestFinished(close);
  await runtime.connect();
  await until(() => {
    const { state } = runtime;
    return state.kind === 'connected' && state.subscriptions.length > 0;
  }, 'it is connected');
  return { runtime, history, file, seen, close };
}

function expectBounded({ mostBytes, mostMessages }: Seen): void {
  expect(mostBytes).toBeLessThanOrEqual(MOST_WAITING_BYTES + BATCH_BYTES);
  expect(mostMessages).toBeLessThanOrEqual(MOST_WAITING_MESSAGES + BATCH_MESSAGES);
}

const WAITS = 'The disk is too slow for what arrives: the broker has to wait.';
const REFUSES =
  'The disk is too slow for what arrives: N messages were refused. They are shown, but not stored.';

test('QoS 1: the broker waits for a slow disk, and nothing is lost', async () => {
  const { runtime, history, file, seen, close } = await record(300, 60);
  const count = 5_000;
  const sent = await startLoad({ port: broker.port, topics: TOPICS, count, qos: 1, size: SIZE })
    .result;
  expect(sent).toMatchObject({ sent: count, acked: count });
  await until(() => history.totals(PROFILE).received === count, 'all is stored');

  expect([...seen.problems]).toEqual([WAITS]);
  expect([...seen.whileBehind]).toEqual([WAITS]);
  expect(runtime.status(performance.now())).toMatchObject({
    ...{ received: count, stored: count, refused: 0, historyProblem: null },
  });
  expect(await readBack(history, PROFILE)).toEqual({
    ...{ messages: count, topics: TOPICS, payloadBytes: count * SIZE, hash: sent.hash },
  });
  expect(seen.states).not.toContain('reconnecting');
  expect(seen.mostBytes).toBeGreaterThan(MOST_WAITING_BYTES);
  expectBounded(seen);
  await close();
  await history.close();
  expect(rowsOf(file, 'SELECT * FROM gaps')).toEqual([]);
  expect(untrueCounters(file)).toEqual([]);
});

test('slower than the broker can wait: messages are refused and counted, and all else goes on', async () => {
  // The connection must be read again after a second.
  const { runtime, history, file, seen, close } = await record(1_500, 3);
  const count = 6_000;
  const load = startLoad({
    ...{ port: broker.port, topics: TOPICS, count, qos: 1, size: SIZE, rate: 1_000 },
  });
  expect(await load.result).toMatchObject({ sent: count, acked: count });
  const isOver = (): boolean => {
    const { received, stored, refused } = history.totals(PROFILE);
    return received === count && stored + refused === count;
  };
  await until(isOver, 'all is counted');
  await until(() => runtime.status(performance.now()).historyProblem === null, 'it is well');
  await history.settled();

  expect(seen.problems).toContain(REFUSES);
  expect(seen.whileBehind).not.toContain(REFUSES);
  const { stored, refused } = history.totals(PROFILE);
  expect(refused).toBeGreaterThan(0);
  expect(stored).toBeGreaterThan(0);
  expect(rowsOf(file, 'SELECT kind, sum(messages) AS messages FROM gaps GROUP BY kind')).toEqual([
    { kind: 'refused', messages: refused },
  ]);
  expect(await readBack(history, PROFILE)).toMatchObject({ messages: stored });
  // The tree shows what is not stored, and the connection lives.
  expect(runtime.tree.node('bench')?.count).toBe(count);
  expect(seen.whileRefused.at(-1)).toBeGreaterThan(seen.whileRefused[0] ?? 0);
  expect(seen.states).not.toContain('reconnecting');
  expect(runtime.state.kind).toBe('connected');
  expectBounded(seen);

  await startLoad({ port: broker.port, topics: TOPICS, count: 100, qos: 1, first: count }).result;
  await until(() => history.totals(PROFILE).stored === stored + 100, 'the next are stored');
  expect(runtime.status(performance.now())).toMatchObject({
    ...{ received: count + 100, refused, historyProblem: null },
  });
  await close();
  await history.close();
  expect(untrueCounters(file)).toEqual([]);
  expect(checked(file)).toEqual([]);
});
