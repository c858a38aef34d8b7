/** A history that was damaged while its program was killed: set aside with its journal, begun anew, repaired by the command line. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openHistoryOrBegin } from '../../main/engine/history-file';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { appendAll, openForTest, temporaryFolder } from '../helpers/history';
import { infoOf, messagesOf, problemsOf } from '../helpers/stored';

let cli: CommandLine;
beforeAll(async () => {
  cli = await bundleCommandLine();
});
afterAll(() => cli.dispose());

const MESSAGES = 20_000;
const PAGE_BYTES = 4_096;

const named = (index: number): string => `message ${String(index)} ${'of a plant '.repeat(20)}`;

/** A history as a killed program leaves it, with its journal; its folder holds nothing else. */
async function leftByKill(): Promise<string> {
  const { history, file } = await openForTest({ threads: cli.threads });
  const session = history.beginSession('lab', 1);
  for (let first = 0; first < MESSAGES; first += 1_000) {
    const batch = Array.from({ length: 1_000 }, (_, at) => ({
      topic: `lab/${String((first + at) % 50)}`,
      payload: Buffer.from(named(first + at)),
    }));
    await appendAll(history, 'lab', session, batch);
  }
  const left = join(await temporaryFolder(), 'history.db');
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, left + suffix);
  }
  return left;
}

/** Overwrites the file's first page: nothing can be opened with it. */
function damageHead(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 0, PAGE_BYTES);
  writeFileSync(file, bytes);
}

/** Overwrites some pages from the middle of the file. */
function damageMiddle(file: string): void {
  const bytes = readFileSync(file);
  const page = Math.floor(bytes.length / PAGE_BYTES / 2);
  bytes.fill(0x5a, page * PAGE_BYTES, (page + 3) * PAGE_BYTES);
  writeFileSync(file, bytes);
}

test('it is set aside with its journal, and a new one is begun', async () => {
  const file = await leftByKill();
  const folder = join(file, '..');
  const before = readdirSync(folder).sort();
  expect(before).toContain('history.db-wal');
  const journal = readFileSync(`${file}-wal`);
  // Without a journal to heal it from.
  writeFileSync(`${file}-wal`, journal.fill(0x5a));
  damageHead(file);

  const warnings: string[] = [];
  const { history: begun, damaged } = openHistoryOrBegin(file, {
    warn: (text) => warnings.push(text),
    threads: cli.threads,
  });
  onTestFinished(() => begun.close());
  const aside = damaged?.path ?? '';
  expect(basename(aside)).toMatch(/^history\.db\.damaged-/u);
  expect(warnings.join()).toContain(`It was set aside as ${aside} and a new history was begun.`);
  for (const name of before.map((one) => one.replace('history.db', basename(aside)))) {
    expect(readdirSync(folder)).toContain(name);
  }
  expect(readFileSync(`${aside}-wal`).equals(journal)).toBe(true);

  await begun.close();
  const { history } = await openForTest({ file, threads: cli.threads });
  const session = history.beginSession('lab', 1);
  await appendAll(history, 'lab', session, [{ topic: 'lab/new', payload: Buffer.from('begun') }]);
  await history.close();
  expect(await problemsOf(cli, file)).toEqual([]);
  expect((await messagesOf(cli, file)).map(({ payload }) => payload)).toEqual(['begun']);
});

test('the command line repairs what can be read, says what is lost, and leaves the damaged file as it is', async () => {
  const file = await leftByKill();
  // Everything is in the file itself, so that no journal hides the damage.
  expect((await cli.run(['vacuum', '--db', file])).code).toBe(0);
  expect((await infoOf(cli, file)).messages).toBe(MESSAGES);
  damageMiddle(file);
  expect((await cli.run(['check', '--db', file])).code).not.toBe(0);
  const bytes = readFileSync(file);

  const out = `${file}.repaired`;
  const result = await cli.run(['repair', '--db', file, '--out', out, '--json']);
  expect(result.code, result.err).toBe(1);
  const said = JSON.parse(result.out) as { messages: number; lost: number; unreadable: number };
  expect(said.lost + said.unreadable).toBeGreaterThan(0);
  expect(said.messages).toBeGreaterThan(0);
  expect(readFileSync(file).equals(bytes)).toBe(true);

  expect(await problemsOf(cli, out)).toEqual([]);
  const lines = await messagesOf(cli, out);
  expect(lines.length).toBe(said.messages);
  for (const { id, payload } of lines) expect(payload).toBe(named(id - 1));

  const again = await cli.run(['repair', '--db', file, '--out', out]);
  expect(again.code).not.toBe(0);
  expect(await messagesOf(cli, out, ['-n', '1'])).toHaveLength(1);
});
