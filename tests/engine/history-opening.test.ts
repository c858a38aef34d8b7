import Database from 'better-sqlite3';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../main/engine/history/migrations/migrations';
import { openHistory, setAside } from '../../main/engine/history/sqlite-history';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  temporaryFolder,
  type Bundles,
} from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

describe('opening the history', () => {
  it('makes the folder and the file, with the layout that cannot be changed later', async () => {
    const file = join(await temporaryFolder(), 'deep', 'er', 'history.db');
    const history = openHistory({ file, ...bundles });
    await history.close();
    const database = new Database(file);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    database.close();
    // The second holds nothing but who writes.
    expect(readdirSync(dirname(file))).toEqual(['history.db', 'history.db-writer']);
  });

  it('takes an empty file for a new history', async () => {
    const file = join(await temporaryFolder(), 'history.db');
    writeFileSync(file, '');
    const { history } = await openForTest({ file, ...bundles });
    expect(history.nextId).toBe(1);
  });

  it('leaves the file of a newer version as it is, and says so', async () => {
    const { history, file } = await openForTest(bundles);
    await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('x') },
    ]);
    await history.close();
    const newer = new Database(file);
    newer.pragma('user_version = 999');
    newer.close();
    const before = readFileSync(file);
    expect(() => openHistory({ file, ...bundles })).toThrow(
      expect.objectContaining({
        code: 'history-newer',
        message: expect.stringMatching(/newer version.*999.*untouched/s) as string,
      }) as Error,
    );
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
  });

  it('does not write into a database of another program', async () => {
    const file = join(await temporaryFolder(), 'history.db');
    const other = new Database(file);
    other.exec('CREATE TABLE notes (text)');
    other.close();
    const before = readFileSync(file);
    expect(() => openHistory({ file, ...bundles })).toThrow(/another program/);
    expect(Buffer.compare(readFileSync(file), before)).toBe(0);
  });

  const damages: readonly [string, (file: string) => void][] = [
    [
      'overwritten with something else',
      (file) => writeFileSync(file, 'not a database '.repeat(1_000)),
    ],
    ['cut off', (file) => truncateSync(file, 8_192)],
    ['zeroed in the middle', (file) => writeFileSync(file, readFileSync(file).fill(0, 4_096))],
  ];
  it.each(damages)('reports a file that was %s; set aside, a new one begins', async (_, damage) => {
    const { history, file } = await openForTest(bundles);
    await appendAll(history, 'lab', history.beginSession('lab', 1), [
      { topic: 'a', payload: bytes('x') },
    ]);
    await history.close();
    damage(file);
    const damaged = readFileSync(file);
    expect(() => openHistory({ file, ...bundles })).toThrow(
      expect.objectContaining({ code: 'history-unavailable' }) as Error,
    );

    const aside = setAside(file);
    expect(existsSync(file)).toBe(false);
    expect(Buffer.compare(readFileSync(aside), damaged)).toBe(0);
    const again = await openForTest({ file, ...bundles });
    expect(again.history.totals('lab').stored).toBe(0);
  });

  it('sets aside twice without losing the first', async () => {
    const file = join(await temporaryFolder(), 'history.db');
    const names = ['one', 'two'].map((text) => {
      writeFileSync(file, text);
      writeFileSync(`${file}-wal`, `${text} journal`);
      return setAside(file, 1_700_000_000_000);
    });
    expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(['one', 'two']);
    expect(readFileSync(`${names[0]!}-wal`, 'utf8')).toBe('one journal');
  });

  it('says why it cannot make the file', () => {
    expect(() => openHistory({ file: '/dev/null/history.db', ...bundles })).toThrow(
      expect.objectContaining({
        code: 'history-unavailable',
        message: expect.stringContaining('/dev/null/history.db cannot be opened') as string,
      }) as Error,
    );
  });
});

describe('a crash', () => {
  it('leaves a sound file with true counters, and its session ended with a gap', async () => {
    const file = join(await temporaryFolder(), 'history.db');
    for (let run = 1; run <= 3; run++) {
      const lastReported = await appendUntilKilled(file, 60 * run);
      const { history } = await openForTest({ file, ...bundles, now: () => 2_000_000_000_000 });
      const totals = history.totals('lab');
      // A commit that was reported has survived.
      expect(totals.stored).toBeGreaterThanOrEqual(lastReported);
      expect(history.nextId).toBe(totals.stored + 1);
      expect(rowsOf(file, 'SELECT count(*) AS open FROM sessions WHERE ended_us IS NULL')).toEqual([
        { open: 0 },
      ]);
      const [gap] = rowsOf(
        file,
        "SELECT * FROM gaps WHERE kind = 'lost' ORDER BY key DESC LIMIT 1",
      );
      expect(gap).toMatchObject({ session: run, to_us: 2_000_000_000_000_000 });
      expect(
        rowsOf(file, 'SELECT last_time_us, ended_us FROM sessions WHERE key = ?', run),
      ).toEqual([{ last_time_us: gap?.['from_us'], ended_us: gap?.['from_us'] }]);
      await history.close();
      expect(untrueCounters(file)).toEqual([]);
    }
  });

  /** Returns the count that the program reported last before it was killed in the midst of its work. */
  async function appendUntilKilled(file: string, batches: number): Promise<number> {
    const program = join(dirname(bundles.historyFile), 'endless.cjs');
    await writeFile(program, endlessWriter(file));
    const child = fork(program, { stdio: 'inherit' });
    let reported = 0;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (stored: number) => {
        reported = stored;
        if (--batches === 0) resolve();
      });
      child.once('exit', () => {
        reject(new Error('The program ended by itself.'));
      });
    });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    return reported;
  }

  function endlessWriter(file: string): string {
    return `
      const { openHistory } = require(${JSON.stringify(bundles.historyFile)});
      const history = openHistory({ file: ${JSON.stringify(file)} });
      const session = history.beginSession('lab', 1);
      // A topic's key is the caller's to remember; each run of the program has topics of its own.
      const keys = Array.from({ length: 400 }, (_, index) =>
        history.addTopic('lab', 't' + history.nextId + '/' + index));
      const column = (make) => Array.from({ length: 500 }, (_, index) => make(index));
      // Large enough that the segments' share of it is reached every few batches.
      history.limit('lab', 5000000);
      let next = history.nextId;
      (async function append() {
        for (;;) {
          await history.append('lab', session, {
            length: 500,
            ids: column((index) => next + index),
            timesUs: column((index) => 1000000 + next + index),
            topicKeys: column((index) => keys[(next + index * index) % 400]),
            flags: column(() => 0),
            packetIds: column(() => 0),
            properties: column(() => null),
            payloads: column((index) => Buffer.alloc(index === 7 ? 200000 : index)),
          }, { received: 501, refused: 1 });
          next += 500;
          process.send(history.totals('lab').stored);
        }
      })();`;
  }
});
