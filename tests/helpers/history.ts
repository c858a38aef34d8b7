/** A history in a folder of its own, with the reader's thread as it is shipped: bundled. */
import Database from 'better-sqlite3';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import type { MessageProperties } from '../../app/message';
import { stateDir } from '../../build/paths.mjs';
import { nodeConfig } from '../../build/vite.node.mjs';
import type { History, MessageBatch } from '../../main/engine/history/history';
import { ROW_BYTES } from '../../main/engine/history/layout';
import { encodeProperties } from '../../main/engine/history/properties';
import { openHistory, type HistoryOptions } from '../../main/engine/history/sqlite-history';

export interface Bundles {
  /** Bundle of reader-worker.ts. */
  readonly readerFile: string;
  /** Bundle of sqlite-history.ts, for programs that are killed. */
  readonly historyFile: string;
  dispose(): Promise<void>;
}

/** Bundles the history beside `node_modules`, so that the bundles find the database driver. */
export async function bundleHistory(): Promise<Bundles> {
  await mkdir(stateDir, { recursive: true });
  const folder = await mkdtemp(join(stateDir, 'history-test-'));
  const bundle = async (source: string): Promise<string> => {
    const file = join(folder, basename(source).replace('.ts', '.cjs'));
    const config = nodeConfig({ source, output: basename(file) });
    await build({ ...config, build: { ...config.build, outDir: dirname(file) } });
    return file;
  };
  return {
    readerFile: await bundle('main/engine/history/reader-worker.ts'),
    historyFile: await bundle('main/engine/history/sqlite-history.ts'),
    dispose: () => rm(folder, { recursive: true, force: true }),
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
  options: Partial<HistoryOptions> & { readonly readerFile: string },
): Promise<{ history: History; file: string }> {
  const file = options.file ?? join(await temporaryFolder(), 'history.db');
  const history = openHistory({ ...options, file });
  onTestFinished(() => history.close());
  return { history, file };
}

export interface TestMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly timeUs?: number;
  readonly flags?: number;
  readonly packetId?: number;
  readonly properties?: MessageProperties;
}

/** Appends messages of any topics; returns their ids. */
export function appendAll(
  history: History,
  profileId: string,
  sessionKey: number,
  messages: readonly TestMessage[],
  counts: { received?: number; refused?: number } = {},
): number[] {
  const first = history.nextId;
  const ids = messages.map((_, index) => first + index);
  const batch: MessageBatch = {
    length: messages.length,
    ids,
    timesUs: messages.map((message, index) => message.timeUs ?? first + index),
    topicKeys: messages.map((message) => history.internTopic(profileId, message.topic)),
    flags: messages.map((message) => message.flags ?? 0),
    packetIds: messages.map((message) => message.packetId ?? 0),
    properties: messages.map((message) =>
      message.properties ? encodeProperties(message.properties) : null,
    ),
    payloads: messages.map((message) => message.payload),
  };
  const { received = messages.length, refused = 0 } = counts;
  history.append(profileId, sessionKey, batch, { received, refused });
  return ids;
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

/**
 * Compares the counters of every profile with its rows. Empty when the file is sound and all of them are true.
 */
export function untrueCounters(file: string): unknown[] {
  return inspect(file, (database) => {
    const problems: unknown[] = database
      .prepare(
        `WITH actual AS (
           SELECT topics.profile, count(*) AS messages, sum(length(payload) + rest_bytes +
             coalesce(length(properties), 0) + ${String(ROW_BYTES)}) AS bytes
           FROM messages JOIN topics ON topics.key = messages.topic GROUP BY topics.profile)
         SELECT id, stored, pruned, profiles.bytes AS counted, actual.messages, actual.bytes FROM profiles
         LEFT JOIN actual ON profile = key
         WHERE stored - pruned <> coalesce(messages, 0) OR profiles.bytes <> coalesce(actual.bytes, 0)
           OR stored <> (SELECT coalesce(sum(count), 0) FROM topics WHERE profile = profiles.key)
           OR stored <> (SELECT coalesce(sum(stored), 0) FROM sessions WHERE profile = profiles.key)`,
      )
      .all();
    const outsideSpans = database
      .prepare(
        `SELECT id AS outside_spans FROM messages WHERE NOT EXISTS (SELECT 1 FROM spans
           WHERE spans.session = messages.session AND messages.id BETWEEN first_id AND last_id)`,
      )
      .all();
    const strayParts = database
      .prepare(
        'SELECT message AS stray_part FROM message_parts WHERE message NOT IN (SELECT id FROM messages)',
      )
      .all();
    const integrity = database.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') problems.push(integrity);
    return [...problems, ...outsideSpans, ...strayParts];
  });
}
