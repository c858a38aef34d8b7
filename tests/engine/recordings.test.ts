/** Recordings: made by hand, copied from the past, cut off by a crash; and what can be repaired of a damaged history. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { defaultProfileFields, type Profile } from '../../app/profile';
import { everything } from '../../app/selection';
import { seededRandom } from '../../main/engine/demo/plant';
import type { MessageBatch } from '../../main/engine/history/history';
import { startJob } from '../../main/engine/history/jobs';
import { encodeProperties } from '../../main/engine/history/properties';
import { Recordings } from '../../main/engine/recordings/recordings';
import {
  appendAll,
  bundleHistory,
  openForTest,
  temporaryFolder,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf } from '../helpers/history-contents';
import { checked, lineOf } from '../helpers/history-lines';
import { Appended } from '../helpers/random-messages';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory({ jobs: true });
});
afterAll(() => bundles.dispose());

const profile: Profile = { ...defaultProfileFields(), id: 'lab', name: 'Lab', host: 'localhost' };

function openRecordings(home: string): { recordings: Recordings; warnings: string[] } {
  const warnings: string[] = [];
  const recordings = new Recordings({
    home,
    threads: bundles.threads,
    nowUs: () => Date.now() * 1_000,
    warn: (message) => warnings.push(message),
    onChange: () => undefined,
    onDelete: () => Promise.resolve(),
  });
  onTestFinished(() => recordings.close());
  return { recordings, warnings };
}

/** A history of random messages in two sessions; the lines of all of them. */
async function randomHistory(seed: number): Promise<{ file: string; lines: string[] }> {
  const appended = new Appended(seededRandom(seed));
  const { history, file } = await openForTest(bundles);
  for (let session = 0; session < 2; session++) {
    const key = history.beginSession('lab', 1 + session);
    for (let batch = 0; batch < 10; batch++) {
      await appendAll(history, 'lab', key, appended.make('lab', 100, 1));
    }
    history.recordGap(key, { kind: 'disconnected', fromUs: 5, toUs: 9, messages: 0, detail: 'x' });
    history.endSession(key, appended.timeUs);
  }
  await history.close();
  return { file, lines: appended.lines };
}

const linesOf = (file: string): string[] => contentsOf(file).map(lineOf);

test('by hand: equals what came meanwhile, exactly; its name outlives the program', async () => {
  const home = await temporaryFolder();
  const { recordings } = openRecordings(home);
  const appended = new Appended(seededRandom(7));
  const give = (count: number): void => {
    const made = appended.make('lab', count, 0.3);
    const batch: MessageBatch = {
      length: count,
      ids: made.map(({ id }) => id),
      timesUs: made.map(({ timeUs }) => timeUs ?? 0),
      topicKeys: made.map(() => 0),
      flags: made.map(({ flags }) => flags ?? 0),
      packetIds: made.map(({ packetId }) => packetId ?? 0),
      properties: made.map(({ properties }) => (properties ? encodeProperties(properties) : null)),
      payloads: made.map(({ payload }) => payload),
    };
    recordings.take('lab', batch, (index) => made[index]?.topic ?? '');
    // The batch is the caller's again.
    batch.ids.fill(0);
    batch.length = 0;
  };
  give(50);
  const id = recordings.start(profile, ['lab/1/#', 'lab/2/+'], 'Valve', true);
  expect(() => recordings.start(profile, [], 'twice', true)).toThrow(/already/);
  const before = appended.lastId;
  for (let batch = 0; batch < 20; batch++) give(50);
  const after = appended.lastId;
  recordings.connectionChanged('lab', false);
  recordings.connectionChanged('lab', true);
  await recordings.stop(id);
  give(50);

  const [recording] = recordings.summaries;
  const expected = appended.lines.filter((line) => {
    const number = Number.parseInt(line, 10);
    return number > before && number <= after && / lab\/[12]\//.test(line);
  });
  expect(recording).toMatchObject({
    name: 'Valve',
    state: { kind: 'complete' },
    messages: expected.length,
  });
  expect(linesOf(recording?.path ?? '')).toEqual(expected);
  expect(checked(recording?.path ?? '')).toEqual([]);

  recordings.change(id, { name: 'Valve, hot', note: 'at 40 °C' });
  await recordings.close();
  const again = openRecordings(home);
  expect(again.recordings.summaries).toMatchObject([
    {
      id,
      name: 'Valve, hot',
      note: 'at 40 °C',
      messages: expected.length,
      state: { kind: 'complete' },
    },
  ]);
  await again.recordings.delete(id);
  expect(again.recordings.summaries).toEqual([]);
  again.recordings.restore(id);
  expect(again.recordings.summaries).toHaveLength(1);
  await again.recordings.delete(id);
  await again.recordings.close();
  expect(openRecordings(home).recordings.summaries).toEqual([]);
  expect(readdirSync(join(home, 'recordings'))).toEqual([]);
});

test('one that was cut off is there, and says so', async () => {
  const home = await temporaryFolder();
  const first = openRecordings(home);
  const id = first.recordings.start(profile, [], 'Cut', true);
  const path = first.recordings.summaries[0]?.path ?? '';
  await first.recordings.stop(id);
  // As a killed program leaves it: messages, an open session, and notes without an end.
  const { history } = await openForTest({ ...bundles, file: path });
  const session = history.beginSession('lab', 1);
  await appendAll(history, 'lab', session, new Appended(seededRandom(3)).make('lab', 30, 0.1));
  await history.close();
  const notes = join(home, 'recordings', `${id}.json`);
  const known = JSON.parse(readFileSync(notes, 'utf8')) as Record<string, unknown>;
  writeFileSync(notes, JSON.stringify({ ...known, endedMs: null }));
  writeFileSync(join(home, 'recordings', 'half.db.partial'), 'half a copy');
  const { recordings } = openRecordings(home);
  await until(() => (recordings.summaries[0]?.messages ?? 0) > 0);
  expect(recordings.summaries).toMatchObject([
    { name: 'Cut', state: { kind: 'interrupted' }, messages: 30 },
  ]);
  expect(readdirSync(join(home, 'recordings')).filter((name) => name.includes('partial'))).toEqual(
    [],
  );
});

test('a copy of a part of the past is exact; one that is cancelled leaves nothing', async () => {
  const home = await temporaryFolder();
  const { file, lines } = await randomHistory(11);
  const { recordings, warnings } = openRecordings(home);
  const source = { file, profile, expected: 2_000 };
  const whole = recordings.copy({ ...source, selection: everything('lab') }, 'All', 'of it');
  const part = recordings.copy(
    {
      ...source,
      selection: { ...everything('lab'), sessionKey: 2, filters: ['lab/+/3', 'lab/4/#'] },
    },
    'Part',
    '',
  );
  const isDone = (): boolean =>
    recordings.summaries.every(({ state }) => state.kind === 'complete');
  await until(isDone, 'it is copied');
  const pathOf = (id: string): string =>
    recordings.summaries.find((one) => one.id === id)?.path ?? '';
  expect(linesOf(pathOf(whole))).toEqual(lines);
  expect(checked(pathOf(whole))).toEqual([]);
  const meant = lines.slice(1_000).filter((line) => / lab\/(?:\d\/3|4\/\d+) /.test(line));
  expect(linesOf(pathOf(part))).toEqual(meant);
  expect(recordings.summaries.map(({ messages }) => messages)).toContain(meant.length);

  const cancelled = recordings.copy({ ...source, selection: everything('lab') }, 'Not', '');
  recordings.cancel(cancelled);
  await until(isDone, 'it is copied');
  expect(recordings.summaries.map(({ name }) => name)).not.toContain('Not');
  expect(readdirSync(join(home, 'recordings')).filter((name) => name.includes(cancelled))).toEqual(
    [],
  );
  expect(warnings).toEqual([]);
});

test('what can be read of a damaged history is in the repaired one', async () => {
  const random = seededRandom(5);
  for (let round = 0; round < 3; round++) {
    const { file, lines } = await randomHistory(20 + round);
    const bytes = readFileSync(file);
    // Pages in the midst of the file; the first one has its structure.
    for (let hole = 0; hole < 3; hole++) {
      const at = 8_192 + Math.floor(random() * (bytes.length - 16_384));
      bytes.fill(0xff, at, at + 4_096);
    }
    writeFileSync(file, bytes);
    const out = join(await temporaryFolder(), 'repaired.db');
    const options = { file, out, threads: bundles.threads };
    const result = await startJob(bundles.threads, 'repair', options).done;
    const repaired = linesOf(out);
    expect(checked(out)).toEqual([]);
    expect(repaired).toHaveLength(result.messages);
    // What stands in a payload has no checksum: only that of the damaged places can be another one.
    const exact = new Set(lines);
    const headOf = (line: string): string =>
      line.replace(/ (?:lab|unknown-1) \S+ /u, ' ').replace(/ \S+ (\d+) \S+$/u, ' $1');
    const heads = new Set(lines.map(headOf));
    for (const line of repaired) expect(heads.has(headOf(line)), line).toBe(true);
    const whole = repaired.filter((line) => exact.has(line)).length;
    expect(whole, `round ${String(round)}`).toBeGreaterThan(lines.length / 2);
    if (repaired.length < lines.length) expect(result.unreadable + result.lost).toBeGreaterThan(0);
    await expect(startJob(bundles.threads, 'repair', options).done).rejects.toThrow(
      /exists already/,
    );
  }
});
