import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { openHistory } from '../../main/engine/history/sqlite-history';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { historyOf, hostileMessages, linesOf, PROFILE, seeded } from '../helpers/files';
import { rowsOf, temporaryFolder, until, type TestMessage } from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';

let cli: CommandLine;

// Each test starts the program several times.
beforeAll(async () => {
  cli = await bundleCommandLine();
});

afterAll(() => cli.dispose());

function plain(count: number): TestMessage[] {
  return Array.from({ length: count }, (_, at) => ({
    topic: `plant/line${String(at % 5)}/state`,
    timeUs: 1_763_900_000_000_000 + at * 1_000_000,
    payload: Buffer.from(`{"value":${String(at)}}`),
  }));
}

async function exportTo(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return await cli.run(['export', ...args]);
}

test('what is exported and imported into another history is the same; a second time is refused', async () => {
  const file = await historyOf(cli.threads, hostileMessages(seeded(21), 800));
  const folder = await temporaryFolder();
  for (const format of ['recording', 'ndjson', 'csv']) {
    const path = join(folder, `out.${format}`);
    const done = await exportTo(['--db', file, '-f', format, '-o', path, '--json']);
    expect(done.err).toBe('');
    expect(JSON.parse(done.out)).toMatchObject({ messages: 800, format, file: path });
    const db = join(folder, `${format}.db`);
    const first = await cli.run(['import', path, '--db', db, '--json']);
    expect(first.err).toBe('');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ messages: 800, skipped: 0, format });
    expect(linesOf(db, ['extras'])).toEqual(linesOf(file, ['extras']));
    const second = await cli.run(['import', path, '--db', db]);
    expect(second.code).toBe(6);
    expect(second.err).toContain('was imported into');
    expect(linesOf(db)).toHaveLength(800);
    expect(untrueCounters(db)).toEqual([]);
  }
});

test('what "query" prints is imported, too', async () => {
  const file = await historyOf(cli.threads, hostileMessages(seeded(22), 300));
  const folder = await temporaryFolder();
  for (const format of ['ndjson', 'csv']) {
    const { out } = await cli.run(['query', '--db', file, '--format', format]);
    const path = join(folder, `query.${format}`);
    await writeFile(path, out);
    const db = join(folder, `${format}.db`);
    const done = await cli.run(['import', path, '--db', db]);
    expect(done.err).toBe('');
    expect(linesOf(db, ['extras'])).toEqual(linesOf(file, ['extras']));
  }
});

test('filters, times and sessions say what is exported; a pipe does for a file', async () => {
  const file = await historyOf(cli.threads, plain(900));
  const from = new Date(1_763_900_000_000 + 100_000).toISOString();
  const to = new Date(1_763_900_000_000 + 199_000).toISOString();
  const some = await exportTo([
    '--db',
    file,
    '-f',
    'ndjson',
    '-o',
    '-',
    '--from',
    from,
    '--to',
    to,
  ]);
  expect(some.out.trimEnd().split('\n')).toHaveLength(100);
  const args = ['--db', file, '-f', 'ndjson', '-o', '-', '-t', 'plant/line1/#', '--session', '2'];
  const lines = (await exportTo(args)).out.trimEnd().split('\n');
  expect(lines).toHaveLength(60);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ topic: 'plant/line1/state', session: 2 });

  const folder = await temporaryFolder();
  const recording = join(folder, 'all.mqttrec');
  await exportTo(['--db', file, '-f', 'recording', '-o', recording]);
  const db = join(folder, 'piped.db');
  const child = spawn(process.execPath, [cli.program, 'import', '-', '--db', db]);
  createReadStream(recording).pipe(child.stdin);
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(linesOf(db, ['extras'])).toEqual(linesOf(file, ['extras']));
});

test('an export of nothing says so, and leaves what is there as it is', async () => {
  const file = await historyOf(cli.threads, plain(20));
  const path = join(await temporaryFolder(), 'good');
  await writeFile(path, 'an earlier export');
  for (const format of ['recording', 'csv', 'mqtt_recorder']) {
    const what = ['--db', file, '-f', format, '-t', 'no/such/topic'];
    const none = await exportTo([...what, '-o', path, '--json']);
    expect(none).toMatchObject({ code: 8, out: '' });
    expect(none.err).toContain('has no message of no/such/topic');
    expect(none.err).toContain('mqtt-loupe topics');
    expect(await readFile(path, 'utf8')).toBe('an earlier export');
    expect(await exportTo([...what, '-o', '-'])).toMatchObject({ code: 8, out: '' });
  }
  expect(await readdir(dirname(path))).toEqual(['good']);
});

test('bad rows stop an import, or are skipped, told by their line and noted', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'rows.csv');
  const rows = [
    'time,topic,payload,qos',
    '2026-11-23T17:00:05.000001Z,a,"two\r\nlines",0',
    '2026-11-23T17:00:05Z,a,x,7',
    '2026-13-23T17:00:05Z,a,x,0',
    '2026-11-23T17:00:06Z,"=1+1",ü,2',
  ];
  await writeFile(path, rows.join('\r\n'));
  const db = join(folder, 'rows.db');
  const stopped = await cli.run(['import', path, '--db', db]);
  expect(stopped.code).toBe(1);
  expect(stopped.err).toContain('Line 4 cannot be imported: its QoS is not 0, 1 or 2');
  expect(stopped.err).toContain('give --on-error skip');
  expect(rowsOf(db, 'SELECT * FROM profiles')).toEqual([]);
  const skipped = await cli.run(['import', path, '--db', db, '--on-error', 'skip', '--json']);
  expect(skipped.code).toBe(5);
  const summary = JSON.parse(skipped.out) as { problems: { line: number }[] };
  expect(summary).toMatchObject({ messages: 2, skipped: 2 });
  expect(summary.problems.map(({ line }) => line)).toEqual([4, 5]);
  const gaps = rowsOf(db, 'SELECT kind, messages FROM gaps');
  expect(gaps).toEqual([{ kind: 'lost', messages: 2 }]);
});

test("a file of mqtt_recorder's is imported as that tool writes it", async () => {
  const folder = await temporaryFolder();
  // Python's csv module and repr of floats; no header.
  const rows = [
    'home/temp,21.5,0,False,1700000000.123456,0.5',
    'home/json,"{""value"": 1, ""unit"": ""a,b""}",1,True,1700000001.25,1.126544',
    'home/empty,,0,False,1700000002.0,0.75',
  ];
  const path = join(folder, 'recording.csv');
  await writeFile(path, `${rows.join('\r\n')}\r\n`);
  const db = join(folder, 'home.db');
  expect((await cli.run(['import', path, '--db', db])).err).toBe('');
  const { out } = await exportTo(['--db', db, '-f', 'mqtt_recorder', '-o', '-']);
  expect(out.split('\r\n').slice(0, 3)).toEqual([
    'home/temp,21.5,0,False,1700000000.123456,0.000000',
    'home/json,"{""value"": 1, ""unit"": ""a,b""}",1,True,1700000001.250000,1.126544',
    'home/empty,,0,False,1700000002.000000,0.750000',
  ]);
  const encoded = join(folder, 'encoded.csv');
  await writeFile(encoded, 'a,AP8BAgMEBQ==,0,False,1700000000.1,0.1\r\n');
  const other = join(folder, 'encoded.db');
  await cli.run(['import', encoded, '--db', other]);
  const { out: line } = await cli.run(['query', '--db', other, '--format', 'ndjson']);
  expect(JSON.parse(line)).toMatchObject({ encoding: 'base64', payload: 'AP8BAgMEBQ==' });
});

test('an export that is ended by a signal leaves nothing, and a killed one nothing under its name', async () => {
  const file = await historyOf(cli.threads, plain(40_000), 1);
  const folder = await temporaryFolder();
  const path = join(folder, 'out.csv');
  await writeFile(path, 'before');
  const args = ['export', '--db', file, '-f', 'csv', '-o', path];
  const names = async (): Promise<string[]> => (await readdir(folder)).sort();
  const begun = async (): Promise<boolean> =>
    (await names()).some((name) => name.includes('unfinished'));
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const running = cli.start(args);
    for (let isBegun = false; !isBegun;) isBegun = await begun();
    running.child.kill(signal);
    const { code, err } = await running.ended;
    if (signal === 'SIGINT') {
      expect(err).toContain('The export was cancelled');
      expect(code).toBe(130);
      expect(await names()).toEqual(['out.csv']);
    }
    expect(await readFile(path, 'utf8')).toBe('before');
  }
  expect(await names()).toHaveLength(2);
  expect((await cli.run(args)).code).toBe(0);
  expect(await names()).toEqual(['out.csv']);
  expect((await readFile(path, 'utf8')).split('\r\n')).toHaveLength(40_002);
});

test('a killed import is never shown, goes with the next writing, and can be done again', async () => {
  const source = await historyOf(cli.threads, plain(60_000), 1);
  const folder = await temporaryFolder();
  const path = join(folder, 'plant.mqttrec');
  await exportTo(['--db', source, '-f', 'recording', '-o', path]);
  const db = join(folder, 'plant.db');
  const import60k = ['import', path, '--db', db];
  const there = (): number => {
    try {
      const sql = 'SELECT coalesce(sum(messages), 0) AS messages FROM batches';
      return Number(rowsOf(db, sql)[0]?.['messages']);
    } catch {
      return 0;
    }
  };
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const running = cli.start(import60k);
    await until(() => there() > 0, 'the first messages are stored');
    running.child.kill(signal);
    const { code } = await running.ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    const archive = openArchive(db);
    expect(archive.info()).toMatchObject({ messages: 0, profiles: [], sessions: [] });
    const all = {
      filters: [],
      profileId: null,
      fromUs: null,
      toUs: null,
      text: null,
      accepts: null,
    };
    expect([...archive.messages({ ...all, limit: 10, newestFirst: false })]).toEqual([]);
    expect([...archive.topics(all)]).toEqual([]);
    archive.close();
  }
  const history = openHistory({ file: db, threads: dirname(join(cli.threads, 'x')) });
  await until(() => rowsOf(db, 'SELECT * FROM profiles').length === 0, 'what was left is gone');
  await history.close();
  expect((await cli.run(import60k)).code).toBe(0);
  expect(linesOf(db, ['extras'])).toEqual(linesOf(source, ['extras']));
  expect(untrueCounters(db)).toEqual([]);
});

test('wrong use is told in words', async () => {
  const folder = await temporaryFolder();
  const db = await historyOf(cli.threads, plain(5), 1);
  const cases: [readonly string[], RegExp, number][] = [
    [['export', '--db', db], /Where to\? Give --out FILE/, 2],
    [['export', '--db', db, '-o', 'x'], /Which format\? Give --format recording, ndjson/, 2],
    [['export', '--db', db, '-o', join(folder, 'no/x'), '-f', 'csv'], /there is no such folder/, 1],
    [['export', '--db', db, '-o', folder, '-f', 'csv'], /cannot be written/, 1],
    [['import'], /Which file\?/, 2],
    [['import', db, '--db', join(folder, 'x.db')], /is a database\. A recorded history is not/, 1],
    [['import', join(folder, 'none'), '--db', join(folder, 'x.db')], /There is no file/, 4],
    [['import', cli.program, '--db', join(folder, 'x.db')], /none of the formats/, 1],
  ];
  for (const [args, words, code] of cases) {
    const done = await cli.run(args);
    expect(done.err).toMatch(words);
    expect(done.code).toBe(code);
  }
  expect(
    (await cli.run(['export', '--db', db, '--profile', PROFILE, '-f', 'csv', '-o', '-'])).code,
  ).toBe(0);
});
