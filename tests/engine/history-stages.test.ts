/**
 * What was appended reads back as it was: from batches, from the segments they become, from segments that were merged,
 * in between, and after a process was killed in the midst of it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../main/engine/demo/plant';
import { type History } from '../../main/engine/history/history';
import {
  appendAll,
  bundleHistory,
  inspect,
  openForTest,
  rowsOf,
  temporaryFolder,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { checked, lineOf } from '../helpers/history-lines';
import { Appended } from '../helpers/random-messages';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const PROFILES = ['lab', 'plant', 'attic'] as const;

interface Units {
  readonly batches: number;
  readonly segments: number;
  readonly level: number;
  readonly building: number | null;
}

const UNITS = `SELECT (SELECT count(*) FROM batches) AS batches, (SELECT count(*) FROM segments) AS segments,
  (SELECT coalesce(max(level), 0) FROM segments WHERE level < 4) AS level, building FROM position`;

function unitsIn(file: string): Units {
  return inspect(file, (database) => database.prepare<[], Units>(UNITS).get()) ?? noUnits;
}

const noUnits: Units = { batches: 0, segments: 0, level: 0, building: null };

/** Nothing is being compressed or merged. */
async function rest(file: string): Promise<Units> {
  let before = '';
  for (let calm = 0; calm < 4;) {
    await wait(60);
    const now = JSON.stringify(unitsIn(file));
    calm = now === before ? calm + 1 : 0;
    before = now;
  }
  return unitsIn(file);
}

/** Everything that there is, in each way of reading it. */
async function expectAll(history: History, file: string, appended: Appended): Promise<void> {
  expect(contentsOf(file).map(lineOf)).toEqual(appended.lines);
  for (const profile of PROFILES) {
    expect(history.totals(profile).stored).toBe(appended.count(profile));
    const topics = await history.topics(profile, 0, 1_000);
    for (const { key, name, count } of topics) {
      const lines = appended.linesOf(profile, name);
      expect(count).toBe(lines.length);
      expect(await pagesOf(history, { profile, name, key }, appended)).toEqual(lines);
    }
    expect(topics.reduce((sum, { count }) => sum + count, 0)).toBe(appended.count(profile));
  }
  for (const { id, profile, topic, line } of appended.sample(60)) {
    const message = await history.message(profile, id, Infinity);
    expect(message && appended.lineOfRead(profile, topic, message)).toBe(line);
    const other = PROFILES.find((one) => one !== profile) ?? '';
    expect(await history.message(other, id, 10)).toBeNull();
  }
  expectSound(file);
}

function expectSound(file: string): void {
  expect(untrueCounters(file)).toEqual([]);
  expect(checked(file)).toEqual([]);
}

/** A topic's messages, page by page back to its beginning, oldest first. */
async function pagesOf(
  history: History,
  { profile, name, key }: { profile: string; name: string; key: number },
  appended: Appended,
): Promise<string[]> {
  const lines: string[] = [];
  for (let beforeId: number | null = null, more = true; more;) {
    const page = await history.page({ topicKey: key, beforeId, limit: 70, previewBytes: 1e6 });
    for (const message of page.messages) lines.push(appended.lineOfRead(profile, name, message));
    beforeId = page.messages.at(-1)?.id ?? null;
    more = page.more;
  }
  return lines.reverse();
}

/** Appends batches of all profiles in turn, without waiting for them; resolves when all are stored. */
async function appendBatches(
  history: History,
  appended: Appended,
  { batches, most, sizes = 1 }: { batches: number; most: number; sizes?: number },
): Promise<void> {
  const sessions = new Map<string, number>();
  const stored: Promise<unknown>[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const profile = PROFILES[batch % 8 === 0 ? 1 : batch % 50 === 1 ? 2 : 0];
    // From time to time a new session goes on where the other ended.
    const known = batch % 97 === 0 ? undefined : sessions.get(profile);
    const session = known ?? history.beginSession(profile, appended.timeUs);
    if (known === undefined) {
      const last = sessions.get(profile);
      if (last !== undefined) history.endSession(last, appended.timeUs);
      sessions.set(profile, session);
    }
    const messages = appended.make(profile, 1 + appended.under(most), sizes);
    const ids = appendAll(history, profile, session, messages).then((given) => {
      expect(given).toEqual(messages.map(({ id }) => id));
    });
    stored.push(ids);
  }
  await Promise.all(stored);
  for (const session of sessions.values()) history.endSession(session, appended.timeUs);
}

test('batches, segments and merged segments', async () => {
  const appended = new Appended(seededRandom(7));
  const opened = await openForTest(bundles);
  const { file } = opened;
  let { history } = opened;
  // Segments of three megabytes at the most; it never has so much that something is removed.
  history.limit('plant', 48_000_000);

  await appendBatches(history, appended, { batches: 60, most: 20 });
  expect(await rest(file)).toMatchObject({ batches: 60, segments: 0 });
  await expectAll(history, file, appended);

  // 256 batches of one profile.
  await appendBatches(history, appended, { batches: 320, most: 12 });
  await until(() => unitsIn(file).segments > 0, 'the first segment is there');
  expect((await rest(file)).batches).toBeLessThan(256);
  await expectAll(history, file, appended);

  // Each end compresses the rest; eight small segments become one.
  for (let round = 0; unitsIn(file).level === 0; round++) {
    expect(round).toBeLessThan(12);
    await appendBatches(history, appended, { batches: 20, most: 20 });
    await history.close();
    expect(unitsIn(file)).toMatchObject({ batches: 0, building: null });
    expectSound(file);
    ({ history } = await openForTest({ file, ...bundles }));
    history.limit('plant', 48_000_000);
    await rest(file);
  }
  await expectAll(history, file, appended);
  await history.close();
  expect(contentsOf(file).map(lineOf)).toEqual(appended.lines);
});

test('more messages than a segment takes', async () => {
  const appended = new Appended(seededRandom(8));
  const { history, file } = await openForTest(bundles);
  await appendBatches(history, appended, { batches: 36, most: 5_000, sizes: 0.01 });
  expect(appended.count('lab')).toBeGreaterThan(65_536);
  await until(() => unitsIn(file).segments > 0, 'the first segment is there');
  await rest(file);
  await expectAll(history, file, appended);
});

test('read and checked while the writer compresses and merges', async () => {
  const appended = new Appended(seededRandom(9));
  const { history, file } = await openForTest(bundles);
  history.limit('plant', 48_000_000);
  let compressing = 0;
  for (let round = 0; round < 10; round++) {
    const { segments } = unitsIn(file);
    const storing = appendBatches(history, appended, { batches: 300, most: 6, sizes: 0.3 });
    await until(() => {
      const now = unitsIn(file);
      return now.building !== null || now.segments !== segments;
    }, 'it is compressed');
    for (let look = 0; look < 3; look++) {
      if (unitsIn(file).building !== null) compressing += 1;
      expectSound(file);
      const name = appended.topic('lab', round + look);
      const topics = await history.topics('lab', 0, 1_000);
      const key = topics.find((topic) => topic.name === name)?.key ?? 0;
      const lines = await pagesOf(history, { profile: 'lab', name, key }, appended);
      expect(lines).toEqual(appended.linesOf('lab', name));
    }
    await storing;
  }
  expect(compressing).toBeGreaterThan(0);
  expect((await rest(file)).level).toBeGreaterThan(0);
  await expectAll(history, file, appended);
});

test.each([
  ['compressing', ({ batches }: Units) => batches >= 256],
  ['merging', ({ batches }: Units) => batches < 200],
] as const)('a process that is killed while it is %s', async (_, isIt) => {
  const file = join(await temporaryFolder(), 'history.db');
  const program = join(dirname(bundles.historyFile), 'stages.cjs');
  await writeFile(program, endlessWriter(file));
  let left = 0;
  for (let attempt = 0; left === 0; attempt++) {
    expect(attempt).toBeLessThan(10);
    const reported = await killedWhile(program, file, isIt);
    const building = unitsIn(file).building;
    left = Number(
      rowsOf(file, 'SELECT count(*) AS left FROM blocks WHERE segment = ?', building)[0]?.['left'],
    );
    expectSound(file);
    const { history } = await openForTest({ file, ...bundles });
    const { stored } = history.totals('lab');
    expect(stored).toBeGreaterThanOrEqual(reported);
    expect(history.nextId).toBe(stored + 1);
    expect(contentsOf(file).map(({ id, payload }) => [id, payload.toString()])).toEqual(
      Array.from({ length: stored }, (__, index) => [index + 1, `message ${String(index + 1)}`]),
    );
    history.limit('lab', 1e9);
    await until(() => unitsIn(file).building !== building || building === null, 'it is tidied up');
    await history.close();
    expect(unitsIn(file)).toMatchObject({ batches: 0, building: null });
    expect(contentsOf(file).length).toBe(stored);
    expectSound(file);
  }
});

/** Starts the program and kills it when it is at that; returns how many messages it said it stored. */
async function killedWhile(
  program: string,
  file: string,
  isIt: (units: Units) => boolean,
): Promise<number> {
  const child = fork(program, { stdio: 'inherit' });
  let reported = 0;
  child.on('message', (stored: number) => {
    reported = stored;
  });
  const ended = once(child, 'exit');
  await until(() => reported > 0, 'the program writes');
  await inspectUntil(file, (units) => units.building !== null && isIt(units));
  child.kill('SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
  return reported;
}

async function inspectUntil(file: string, fits: (units: Units) => boolean): Promise<void> {
  await until(() => fits(unitsIn(file)), 'it is at it');
}

/** Small batches, so that segments are small and are soon merged. */
function endlessWriter(file: string): string {
  return `
    const { openHistory } = require(${JSON.stringify(bundles.historyFile)});
    const history = openHistory({ file: ${JSON.stringify(file)} });
    const session = history.beginSession('lab', 1);
    const keys = Array.from({ length: 40 }, (_, index) =>
      history.addTopic('lab', 't' + history.nextId + '/' + index));
    const column = (make) => Array.from({ length: 20 }, (_, index) => make(index));
    let next = history.nextId;
    (async function append() {
      for (;;) {
        const first = next;
        next += 20;
        await history.append('lab', session, {
          length: 20,
          ids: column((index) => first + index),
          timesUs: column((index) => 1000000 + first + index),
          topicKeys: column((index) => keys[(first + index * index) % 40]),
          flags: column(() => 0),
          packetIds: column(() => 0),
          properties: column(() => null),
          payloads: column((index) => Buffer.from('message ' + (first + index))),
        }, { received: 20, refused: 0 });
        process.send(history.totals('lab').stored);
      }
    })();`;
}
