/** A history in a folder of its own, with its threads as they are shipped: bundled. */
import Database from 'better-sqlite3';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import type { MessageProperties } from '../../app/message';
import { stateDir } from '../../build/paths.mjs';
import { nodeConfig } from '../../build/vite.node.mjs';
import type { History, MessageBatch } from '../../main/engine/history/history';
import { encodeProperties } from '../../main/engine/history/properties';
import { openHistory, type HistoryOptions } from '../../main/engine/history/sqlite-history';
import { PATIENCE_MS } from './patience';

export interface Bundles {
  /** Folder of history-reader.cjs, history-search.cjs and history-writer.cjs, as `HistoryOptions.threads` wants it. */
  readonly threads: string;
  /** Bundle of sqlite-history.ts, for programs that are killed. */
  readonly historyFile: string;
  dispose(): Promise<void>;
}

/** Bundles the history beside `node_modules`, so that the bundles find the database driver. @param jobs also that of jobs.ts @param decoding also that of decoding-thread.ts @param charts also that of chart-thread.ts */
export async function bundleHistory({
  jobs = false,
  decoding = false,
  charts = false,
} = {}): Promise<Bundles> {
  await mkdir(stateDir, { recursive: true });
  const threads = await mkdtemp(join(stateDir, 'history-test-'));
  const bundle = async (source: string, output: string): Promise<string> => {
    const config = nodeConfig({ source: `main/engine/history/${source}`, output });
    await build({ ...config, build: { ...config.build, outDir: threads } });
    return join(threads, output);
  };
  await bundle('reader-worker.ts', 'history-reader.cjs');
  await bundle('search/search-worker.ts', 'history-search.cjs');
  await bundle('writer-worker.ts', 'history-writer.cjs');
  if (jobs) await bundle('job-worker.ts', 'history-jobs.cjs');
  if (decoding) await bundle('../decoding/decoding-worker.ts', 'decoding.cjs');
  if (charts) await bundle('../charts/chart-worker.ts', 'charts.cjs');
  return {
    threads,
    historyFile: await bundle('sqlite-history.ts', 'sqlite-history.cjs'),
    dispose: () => rm(threads, { recursive: true, force: true }),
  };
}

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-history-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a history that is closed when the test is over. */
export async function openForTest(
  options: Partial<HistoryOptions> & { readonly threads: string },
): Promise<{ history: History; file: string }> {
  const file = options.file ?? join(await temporaryFolder(), 'history.db');
  const history = openHistory({ ...options, file });
  onTestFinished(() => history.close());
  callers.set(history, callerOf(history, file));
  return { history, file };
}

/** What the caller of a history has to remember: which id comes next, and the keys of the topics. */
interface Caller {
  nextId: number;
  readonly topics: Map<string, number>;
}

const callers = new WeakMap<History, Caller>();

function callerOf(history: History, file: string): Caller {
  const rows = rowsOf(
    file,
    'SELECT topics.key, id, name FROM topics JOIN profiles ON profiles.key = profile',
  );
  const topics = rows.map((row): [string, number] => [
    topicId(String(row['id']), String(row['name'])),
    Number(row['key']),
  ]);
  return { nextId: history.nextId, topics: new Map(topics) };
}

function callOf(history: History): Caller {
  const caller = callers.get(history);
  if (caller === undefined) throw new Error('The history was not opened by `openForTest`.');
  return caller;
}

function topicId(profileId: string, topic: string): string {
  return JSON.stringify([profileId, topic]);
}

/** The key of a topic: of one that the file has, or was asked for before; else a new one. */
export function topicKey(history: History, profileId: string, topic: string): number {
  const { topics } = callOf(history);
  const id = topicId(profileId, topic);
  const key = topics.get(id) ?? history.addTopic(profileId, topic);
  topics.set(id, key);
  return key;
}

/** Topic keys of a profile that was forgotten mean nothing any more. */
export async function forgetProfile(history: History, profileId: string): Promise<void> {
  const { topics } = callOf(history);
  for (const id of [...topics.keys()]) {
    if ((JSON.parse(id) as string[])[0] === profileId) topics.delete(id);
  }
  await history.forget(profileId);
}

export interface TestMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly timeUs?: number;
  readonly flags?: number;
  readonly packetId?: number;
  readonly properties?: MessageProperties;
}

/** Appends messages of any topics as one batch; resolves with their ids when they are stored. */
export async function appendAll(
  history: History,
  profileId: string,
  sessionKey: number,
  messages: readonly TestMessage[],
  counts: { received?: number; refused?: number } = {},
): Promise<number[]> {
  const caller = callOf(history);
  const first = caller.nextId;
  caller.nextId += messages.length;
  const ids = messages.map((_, index) => first + index);
  const batch: MessageBatch = {
    length: messages.length,
    ids,
    timesUs: messages.map((message, index) => message.timeUs ?? first + index),
    topicKeys: messages.map((message) => topicKey(history, profileId, message.topic)),
    flags: messages.map((message) => message.flags ?? 0),
    packetIds: messages.map((message) => message.packetId ?? 0),
    properties: messages.map((message) =>
      message.properties ? encodeProperties(message.properties) : null,
    ),
    payloads: messages.map((message) => message.payload),
  };
  const { received = messages.length, refused = 0 } = counts;
  await history.append(profileId, sessionKey, batch, { received, refused });
  return ids;
}

/** Waits until the background's work has come so far. */
export async function until(condition: () => boolean, what = 'it'): Promise<void> {
  for (const endsAt = performance.now() + PATIENCE_MS; !condition();) {
    if (performance.now() > endsAt) throw new Error(`Waited too long until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The whole payload a message of a test has when its content does not matter. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Looks into the file with a connection of its own. */
export function inspect<Result>(
  file: string,
  look: (database: Database.Database) => Result,
): Result {
  const database = new Database(file, { readonly: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

/** All rows of a query. */
export function rowsOf(
  file: string,
  sql: string,
  ...parameters: unknown[]
): Record<string, unknown>[] {
  return inspect(file, (database) =>
    database.prepare<unknown[], Record<string, unknown>>(sql).all(...parameters),
  );
}

/** All messages of the file's batches and segments; what is being written anew does not count twice. */
export function storedMessages(file: string): number {
  const [row] = rowsOf(
    file,
    `SELECT (SELECT coalesce(sum(messages), 0) FROM batches) +
       (SELECT coalesce(sum(messages), 0) FROM segments) AS messages`,
  );
  return Number(row?.['messages']);
}
