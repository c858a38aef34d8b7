import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { bundleHistory, openForTest, type Bundles } from '../helpers/history';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

test.each([
  ['an older format', 'PRAGMA user_version = 2'],
  ['a conversion that was cut off', 'CREATE TABLE messages (id INTEGER PRIMARY KEY)'],
])('what only reads says what to do about %s', async (_, sql) => {
  const { history, file } = await openForTest(bundles);
  await history.close();
  openArchive(file).close();
  const database = new Database(file);
  database.exec(sql);
  database.close();
  expect(() => openArchive(file)).toThrow(
    expect.objectContaining({
      code: 'history-unavailable',
      message: expect.stringContaining('mqtt-loupe vacuum') as string,
    }) as Error,
  );
});
