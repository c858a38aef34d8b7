/** A walk through a history goes on where it was, whatever its writer makes of the messages meanwhile. */
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageQuery, StoredMessage } from '../../main/engine/history/archive';
import type { History } from '../../main/engine/history/history';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const PROFILES = ['lab', 'plant'];
const EACH = 10;

function segments(file: string): number {
  return Number(rowsOf(file, 'SELECT count(*) AS count FROM segments')[0]?.['count']);
}

/** Appends batches of both profiles in turn. */
class Recording {
  readonly #history: History;
  readonly #sessions: ReadonlyMap<string, number>;
  #batches = 0;

  constructor(history: History) {
    this.#history = history;
    this.#sessions = new Map(PROFILES.map((id) => [id, history.beginSession(id, 1)]));
  }

  async append(batches: number): Promise<void> {
    for (const end = this.#batches + batches; this.#batches < end; this.#batches++) {
      const profile = PROFILES[this.#batches % 2] ?? '';
      const messages = Array.from({ length: EACH }, (_, at) => ({
        topic: `t${String((at * 7) % 4)}`,
        payload: bytes(`${profile} ${String(this.#batches * EACH + at + 1)}`),
      }));
      await appendAll(this.#history, profile, this.#sessions.get(profile) ?? 0, messages);
    }
  }
}

function query(newestFirst: boolean, limit: number): MessageQuery {
  const all = { filters: [], profileId: null, fromUs: null, toUs: null, text: null, accepts: null };
  return { ...all, newestFirst, limit };
}

test.each([
  ['oldest first', false],
  ['newest first', true],
])('%s', async (_, newestFirst) => {
  const { history, file } = await openForTest(bundles);
  const recording = new Recording(history);
  await recording.append(200);
  const archive = openArchive(file);
  try {
    const found: StoredMessage[] = [];
    for (const message of archive.messages(query(newestFirst, Infinity))) {
      found.push(message);
      // In the midst of a batch, and again in the midst of what it became a part of.
      if (found.length !== 35 && found.length !== 1_235) continue;
      const before = segments(file);
      await recording.append(560);
      await until(() => segments(file) >= before + 2, 'both profiles have another segment');
    }
    const told = found.map(({ id, payload }) => `${String(id)} ${Buffer.from(payload).toString()}`);
    const expected = Array.from({ length: 200 * EACH }, (__, at) => {
      const profile = PROFILES[Math.floor(at / EACH) % 2] ?? '';
      return `${String(at + 1)} ${profile} ${String(at + 1)}`;
    });
    expect(told).toEqual(newestFirst ? expected.reverse() : expected);
  } finally {
    archive.close();
  }
});

test('ends with the last message that is wanted', async () => {
  const { history, file } = await openForTest(bundles);
  await new Recording(history).append(4);
  const archive = openArchive(file);
  try {
    const asked: number[] = [];
    const accepts = ({ id }: StoredMessage): boolean => asked.push(id) > 3;
    const found = [...archive.messages({ ...query(false, 2), accepts })];
    expect(found.map(({ id }) => id)).toEqual([4, 5]);
    expect(asked).toEqual([1, 2, 3, 4, 5]);
    expect([...archive.messages(query(false, 0))]).toEqual([]);
  } finally {
    archive.close();
  }
});

test('a payload whose end was removed is never given cut', async () => {
  const { history, file } = await openForTest(bundles);
  const large = { topic: 't', payload: new Uint8Array(200_000) };
  await appendAll(history, 'lab', history.beginSession('lab', 1), [large, large, large]);
  const archive = openArchive(file);
  try {
    const found: number[] = [];
    for (const { id, payload } of archive.messages(query(false, Infinity))) {
      expect(payload.length).toBe(200_000);
      found.push(id);
      await history.forget('lab');
    }
    expect(found).toEqual([1]);

    await appendAll(history, 'plant', history.beginSession('plant', 1), [large, large]);
    const database = new Database(file);
    database.exec('DELETE FROM message_parts WHERE message = 5');
    database.close();
    const walk = archive.messages(query(false, Infinity))[Symbol.iterator]();
    expect(walk.next().value).toMatchObject({ id: 4 });
    expect(() => walk.next()).toThrow(
      expect.objectContaining({ code: 'history-unavailable' }) as Error,
    );
  } finally {
    archive.close();
  }
});
