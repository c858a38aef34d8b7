import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { defaultProfileFields } from '../../app/profile';
import type { History } from '../../main/engine/history/history';
import { openEngine, type TestEngine } from '../helpers/engine';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  temporaryFolder,
  topicKey,
  until,
  type Bundles,
} from '../helpers/history';

const BEGAN_US = Date.UTC(2026, 10, 20, 9, 12) * 1000;
const SECOND_US = 1_000_000;

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory({ charts: true });
});
afterAll(() => bundles.dispose());

async function openWindow(home?: string): Promise<TestEngine> {
  const engine = await openEngine({
    threads: bundles.threads,
    archiveLookMs: 50,
    ...(home === undefined ? {} : { home }),
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** Temperatures of a press, a second apart, and a few other topics, as a server would record them. */
async function recordPlant(history: History, profileId = 'plant'): Promise<number> {
  const settings = {
    ...defaultProfileFields(),
    id: profileId,
    name: 'Plant Lyon',
    colour: 'green',
    host: 'broker.lyon.example',
  };
  const session = history.beginSession(profileId, BEGAN_US);
  history.describeProfile(profileId, JSON.stringify(settings));
  await appendAll(
    history,
    profileId,
    session,
    Array.from({ length: 200 }, (_, index) => ({
      topic: 'plant/press/temperature',
      payload: bytes(String(20 + index / 10)),
      timeUs: BEGAN_US + index * SECOND_US,
    })),
  );
  await appendAll(history, profileId, session, [
    { topic: 'plant//\u{1F3ED}', payload: new Uint8Array([0, 255, 10]), timeUs: BEGAN_US },
    { topic: 'plant/large', payload: new Uint8Array(300_000).fill(7), timeUs: BEGAN_US },
    { topic: 'plant/state', payload: bytes('{"on":true}'), timeUs: BEGAN_US + 200 * SECOND_US },
  ]);
  return session;
}

/** A history that was recorded and copied from its server: the file alone. */
async function copyOfRecording(): Promise<string> {
  const { history, file } = await openForTest(bundles);
  history.endSession(await recordPlant(history), BEGAN_US + 201 * SECOND_US);
  await history.close();
  const copy = join(await temporaryFolder(), 'plant.db');
  copyFileSync(file, copy);
  return copy;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const wholeTree = {
  first: 0,
  count: 50,
  sort: 'name',
  filter: '',
  selected: null,
  holdOrder: false,
} as const;

test('a copied recording is browsed like a connection, and not a byte of it changes', async () => {
  const file = await copyOfRecording();
  const before = hashOf(file);
  const engine = await openWindow();
  const { calls } = engine.client;
  const { profileIds } = await calls.openHistoryFile({ path: file });
  expect(profileIds).toHaveLength(1);
  const profileId = profileIds[0] ?? '';

  const { profiles } = await engine.waitFor('profiles', {}, (frame) => frame.profiles.length === 1);
  expect(profiles[0]).toMatchObject({
    profile: { id: profileId, name: 'Plant Lyon', colour: 'green', host: 'broker.lyon.example' },
    state: { kind: 'disconnected' },
    storedMessages: 203,
    archive: {
      path: file,
      writer: null,
      oldestTimeUs: BEGAN_US,
      newestTimeUs: BEGAN_US + 200 * SECOND_US,
      problem: null,
    },
  });

  await calls.setAllExpanded({ profileId, expanded: true });
  const tree = await engine.waitFor(
    'tree',
    { profileId, ...wholeTree },
    (frame) => frame.topics === 4 && frame.total === 7,
  );
  expect(tree.rows.map((row) => [row.path, row.count, row.preview, row.rate])).toEqual([
    ['plant', 203, null, null],
    ['plant/', 1, null, null],
    ['plant//\u{1F3ED}', 1, expect.any(String), null],
    ['plant/large', 1, expect.any(String), null],
    ['plant/press', 200, null, null],
    ['plant/press/temperature', 200, '39.9', null],
    ['plant/state', 1, '{"on":true}', null],
  ]);

  const page = await calls.historyPage({
    profileId,
    topic: 'plant/press/temperature',
    beforeId: null,
    limit: 150,
    previewBytes: 100,
  });
  expect(page.more).toBe(true);
  expect(page.messages.map(({ payload }) => Buffer.from(payload).toString())).toEqual(
    Array.from({ length: 150 }, (_, index) => String(20 + (199 - index) / 10)),
  );
  const large = await engine.waitFor(
    'topic',
    { profileId, topic: 'plant/large', maxBytes: 1_000_000 },
    ({ last }) => last !== null,
  );
  expect(large.last?.payload).toEqual(new Uint8Array(300_000).fill(7));

  // The last minute that was recorded, as a chart shows it.
  const what = { kind: 'value', path: [] } as const;
  const source = { profileId, topic: 'plant/press/temperature', what, steps: null };
  const endUs = BEGAN_US + 199 * SECOND_US;
  const chart = await engine.waitFor(
    'series',
    { source, fromUs: endUs - 60 * SECOND_US, toUs: endUs, bucketUs: SECOND_US },
    ({ values }) => values.length > 0,
  );
  expect([chart.values.length, chart.values[0], chart.values.at(-1)]).toEqual([61, 33.9, 39.9]);

  await calls.closeHistoryFile({ path: file });
  const closed = await engine.waitFor('profiles', {}, (frame) => frame.profiles.length === 0);
  expect(closed.recentHistories).toEqual([file]);
  await engine.close();
  expect(hashOf(file)).toBe(before);
  expect(existsSync(`${file}-writer`)).toBe(false);
  // Reading needs no room beside a file that was closed in order: it may be write-protected, and so may its folder.
  expect(readdirSync(dirname(file))).toEqual(['plant.db']);
  expect(engine.warnings).toEqual([]);
});

test('nothing can be connected, published, cleared or edited, and the words say why', async () => {
  const engine = await openWindow();
  const { calls } = engine.client;
  const { profileIds } = await calls.openHistoryFile({ path: await copyOfRecording() });
  const profileId = profileIds[0] ?? '';
  const { profile } = engine.core.runtime(profileId);
  const message = { topic: 'plant/state', payload: bytes('x'), qos: 0, retain: false } as const;
  const refused = expect.objectContaining({
    code: 'history-read-only',
    message: expect.stringContaining('recorded history, opened read-only'),
  });
  await expect(calls.connect({ profileId })).rejects.toEqual(refused);
  await expect(calls.retryNow({ profileId })).rejects.toEqual(refused);
  await expect(calls.publish({ profileId, ...message })).rejects.toEqual(refused);
  await expect(calls.clearRetained({ profileId, topic: 'plant/state' })).rejects.toEqual(refused);
  await expect(calls.saveProfile({ profile })).rejects.toEqual(refused);
  await expect(calls.deleteProfile({ profileId })).rejects.toMatchObject({ code: 'not-found' });
  expect(engine.core.runtime(profileId).state).toEqual({ kind: 'disconnected' });
});

test('while another program records, the tree and the lists follow', async () => {
  const { history, file } = await openForTest({ ...bundles, program: 'mqtt-loupe record' });
  const session = await recordPlant(history);
  const engine = await openWindow();
  const { calls } = engine.client;
  const { profileIds } = await calls.openHistoryFile({ path: file });
  const profileId = profileIds[0] ?? '';
  await engine.waitFor('tree', { profileId, ...wholeTree }, ({ topics }) => topics === 4);
  await engine.waitFor(
    'profiles',
    {},
    ({ profiles }) => profiles[0]?.archive?.writer?.startsWith('mqtt-loupe record (') === true,
  );

  await appendAll(history, 'plant', session, [
    { topic: 'plant/state', payload: bytes('{"on":false}'), timeUs: BEGAN_US + 900 * SECOND_US },
    { topic: 'plant/new', payload: bytes('first'), timeUs: BEGAN_US + 901 * SECOND_US },
  ]);
  const tree = await engine.waitFor(
    'tree',
    { profileId, ...wholeTree, filter: 'plant/+' },
    ({ rows }) => rows.some(({ path }) => path === 'plant/new'),
  );
  const rows = new Map(tree.rows.map((row) => [row.path, [row.count, row.preview]]));
  expect(rows.get('plant/new')).toEqual([1, 'first']);
  expect(rows.get('plant/state')).toEqual([2, '{"on":false}']);
  expect(rows.get('plant')?.[0]).toBe(205);
  const page = await calls.historyPage({
    profileId,
    topic: 'plant/state',
    beforeId: null,
    limit: 10,
    previewBytes: 100,
  });
  expect(page.messages.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
    '{"on":false}',
    '{"on":true}',
  ]);

  // A profile that comes later is offered too, and the end of the recording is seen.
  const other = history.beginSession('other', BEGAN_US);
  const key = topicKey(history, 'other', 'a');
  expect(key).toBeGreaterThan(0);
  await appendAll(history, 'other', other, [{ topic: 'a', payload: bytes('1') }]);
  await engine.waitFor('profiles', {}, ({ profiles }) => profiles.length === 2);
  await history.close();
  const { profiles } = await engine.waitFor(
    'profiles',
    {},
    (frame) => frame.profiles[0]?.archive?.writer === null,
  );
  expect(profiles.map(({ profile, storedMessages }) => [profile.name, storedMessages])).toEqual([
    ['Plant Lyon', 205],
    ['history', 1],
  ]);
  expect(engine.warnings).toEqual([]);
});

test('what was open opens again at the next start; a file that is gone is told, and stays among the recent ones', async () => {
  const kept = await copyOfRecording();
  const gone = await copyOfRecording();
  const first = await openWindow();
  const { profileIds } = await first.client.calls.openHistoryFile({ path: kept });
  await first.client.calls.openHistoryFile({ path: gone });
  await first.close();
  rmSync(gone);

  const second = await openWindow(first.home);
  await until(() => second.warnings.length === 1, 'the missing file is told');
  const frame = await second.waitFor('profiles', {}, ({ profiles }) => profiles.length === 1);
  expect(frame.profiles[0]?.profile.id).toBe(profileIds[0]);
  expect(second.warnings[0]).toMatch(/^There is no history at .*plant\.db\. Check the path/u);
  expect(new Set(frame.recentHistories)).toEqual(new Set([kept, gone]));
  await second.client.calls.forgetHistoryFile({ path: gone });
  await second.client.calls.forgetHistoryFile({ path: kept });
  const empty = await second.waitFor('profiles', {}, ({ profiles }) => profiles.length === 0);
  expect(empty.recentHistories).toEqual([]);
  await second.dispose();
});

test('a file that is no history, another format, missing or replaced is told in words', async () => {
  const engine = await openWindow();
  const { calls } = engine.client;
  const failure = async (path: string): Promise<{ code: string; message: string }> => {
    const error: unknown = await calls.openHistoryFile({ path }).then(
      () => null,
      (reason: unknown) => reason,
    );
    return error as { code: string; message: string };
  };
  const folder = await temporaryFolder();

  const notes = join(folder, 'notes.txt');
  writeFileSync(notes, 'not a database, but long enough to be looked at. '.repeat(100));
  expect(await failure(notes)).toMatchObject({
    code: 'history-unavailable',
    message: expect.stringContaining('not a database'),
  });

  const foreign = join(folder, 'foreign.db');
  new Database(foreign).exec('CREATE TABLE songs (name TEXT)').close();
  expect(await failure(foreign)).toMatchObject({
    code: 'history-unavailable',
    message: expect.stringContaining('a database of another program'),
  });

  const missing = join(folder, 'missing.db');
  expect(await failure(missing)).toMatchObject({ code: 'not-found' });
  expect(existsSync(missing)).toBe(false);
  expect(await failure('relative.db')).toMatchObject({ code: 'invalid-argument' });

  const withVersion = async (version: number): Promise<string> => {
    const file = await copyOfRecording();
    const database = new Database(file);
    database.pragma(`user_version = ${String(version)}`);
    database.close();
    return file;
  };
  expect(await failure(await withVersion(999))).toMatchObject({ code: 'history-newer' });
  expect(await failure(await withVersion(2))).toMatchObject({
    code: 'history-unavailable',
    message: expect.stringContaining('mqtt-loupe vacuum'),
  });
  expect(engine.core.archives.recentPaths).toEqual([]);

  const file = await copyOfRecording();
  await calls.openHistoryFile({ path: file });
  const fresh = await copyOfRecording();
  rmSync(file);
  copyFileSync(fresh, file);
  const { profiles } = await engine.waitFor(
    'profiles',
    {},
    (frame) => frame.profiles[0]?.archive?.problem?.includes('replaced') === true,
  );
  expect(profiles[0]?.archive?.problem).toContain('replaced by another file');
});
