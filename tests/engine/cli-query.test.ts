import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { escapeHidden } from '../../app/payload/escape';
import { topicMatches } from '../../app/topic';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import type { MessageQuery } from '../../main/engine/history/archive';
import type { History } from '../../main/engine/history/history';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import {
  appendAll,
  bundleHistory,
  openForTest,
  temporaryFolder,
  type Bundles,
} from '../helpers/history';
import { startMosquitto } from '../helpers/mosquitto';

let cli: CommandLine;
let bundles: Bundles;
beforeAll(async () => {
  [cli, bundles] = await Promise.all([bundleCommandLine(), bundleHistory()]);
});
afterAll(() => Promise.all([cli.dispose(), bundles.dispose()]));

/** All that tools stumble over: separators, quotes, line ends, markup, control characters, other scripts, bytes. */
const texts = [
  '',
  'plain',
  '"quoted", with, commas',
  'line\nbreak\r\nand\ttab',
  ' spaces at both ends ',
  '<b>markup</b> & {"json": [1, "…"]}',
  '\u0000\u0001\u001b[31mred\u001b[0m\u0007\u007f\u0085',
  '\ufeffbyte order mark',
  'עברית \u202e left \u2066 ⟨\u200b⟩ 日本語 👩‍👩‍👧‍👦 é e\u0301',
  'a\u2028b\u2029c',
  "=cmd|' /C calc'!A0",
  `long ${'x'.repeat(200_000)} end`,
];
const binaries = [
  Buffer.from([0xff]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
];
const topicNames = [
  '/',
  'a//b/',
  'with space/"quote",comma',
  '__proto__/constructor',
  'emoji/👩‍👩‍👧‍👦',
  'rtl/\u202eeman',
  '<script>alert(1)</script>',
  '=SUM(A1)',
  `deep/${'l/'.repeat(190)}end`,
];

describe('what is hostile', () => {
  test('comes back exact as NDJSON and CSV, and harmless as a table', async () => {
    const broker = await startMosquitto();
    try {
      const file = join(await temporaryFolder(), 'hostile.db');
      const url = `mqtt://127.0.0.1:${String(broker.port)}`;
      const payloads = [...texts.map((text) => Buffer.from(text)), ...binaries];
      const sent = [
        ...payloads.map((payload, at) => ({ topic: topicNames[at % topicNames.length]!, payload })),
        ...topicNames.map((topic) => ({ topic, payload: Buffer.from(topic) })),
      ];
      const args = ['--url', url, '--qos', '2', '-C', String(sent.length), '--db', file];
      const recording = cli.start(['record', ...args]);
      await recording.says(/connected to/u);
      const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
      for (const { topic, payload } of sent) {
        await client.publishAsync(topic, payload, {
          qos: 2,
          properties: {
            userProperties: { 'na"me': 'va,"lue' },
            correlationData: Buffer.from([1]),
          },
        });
      }
      await client.endAsync();
      expect((await recording.ended).code).toBe(0);

      const ndjson = await cli.run(['query', '--db', file, '--format', 'ndjson']);
      const objects = ndjson.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(objects.map(contentOf)).toEqual(sent.map(plain));
      expect(objects[0]).toMatchObject({
        id: 1,
        qos: 2,
        retain: false,
        properties: { userProperties: [['na"me', 'va,"lue']], correlationData: 'AQ==' },
      });

      const csv = parseCsv((await cli.run(['query', '--db', file, '--format', 'csv'])).out);
      expect(csv.map(contentOf)).toEqual(sent.map(plain));

      const table = (await cli.run(['query', '--db', file])).out.split('\n');
      expect(table).toHaveLength(1 + sent.length + 1);
      // eslint-disable-next-line no-control-regex -- a terminal must never get one
      expect(table.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
      sent.forEach(({ topic, payload }, at) => {
        expect(table[at + 1]).toContain(escapeHidden(topic));
        const text = payload.toString('utf8');
        const shown = Buffer.from(text).equals(payload) ? text : payload.toString('base64');
        expect(table[at + 1]).toContain(escapeHidden(shown).trimEnd());
      });

      const topics = await cli.run(['topics', '--db', file, '-f', 'ndjson']);
      const names = topics.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { topic: string }).topic);
      expect(names).toEqual(topicNames);
    } finally {
      await broker.dispose();
    }
  });

  test('control characters in a topic, which few brokers let through, are as harmless', async () => {
    const { history, file } = await openForTest(bundles);
    const topics = ['\u001b]0;title\u0007', 'tab\there', 'new\nline', '\u0000', 'a\u009bb'];
    const session = history.beginSession('lab', 1);
    const payload = Buffer.from('x');
    await appendAll(
      history,
      'lab',
      session,
      topics.map((topic) => ({ topic, payload })),
    );
    await history.close();
    for (const command of ['query', 'topics']) {
      const table = (await cli.run([command, '--db', file])).out.trimEnd().split('\n');
      expect(table).toHaveLength(1 + topics.length);
      topics.forEach((topic, at) => {
        expect(table[at + 1]).toContain(escapeHidden(topic));
      });
      // eslint-disable-next-line no-control-regex -- a terminal must never get one
      expect(table.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u);
      const csv = parseCsv((await cli.run([command, '--db', file, '-f', 'csv'])).out);
      expect(csv.map((record) => record['topic'])).toEqual(topics);
    }
  });

  function plain({ topic, payload }: { topic: string; payload: Buffer }): unknown {
    return { topic, payload: payload.toString('hex') };
  }

  function contentOf(record: Readonly<Record<string, unknown>>): unknown {
    const { topic, payload, encoding } = record;
    expect(encoding).toMatch(/^(utf8|base64)$/u);
    return { topic, payload: Buffer.from(payload as string, encoding as 'utf8').toString('hex') };
  }
});

/** RFC 4180, read by its own rules. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu;
  let end = 0;
  for (const match of text.matchAll(field)) {
    expect(match.index).toBe(end);
    end = match.index + match[0].length;
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
  }
  expect(end).toBe(text.length);
  const [header = [], ...records] = rows.slice(0, -1);
  return records.map((record) => {
    expect(record).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, at) => [name, record[at]!]));
  });
}

const COUNT = 6_000;
const BATCH = 500;

/** What a batch's profile is: their ids interleave. */
function profileOf(at: number): string {
  return Math.floor(at / BATCH) % 3 === 2 ? 'field' : 'lab';
}

interface Sent {
  readonly profile: string;
  readonly topic: string;
  readonly timeUs: number;
}

/** Fills a history in two runs: the first half is compressed when the first one ends. */
async function filled(): Promise<{ file: string; sent: Sent[]; close: () => Promise<void> }> {
  const sent = Array.from({ length: COUNT }, (_, at) => ({
    profile: profileOf(at),
    // One topic in a hundred is rare, and a few messages are out of the order of time: the clock was set back.
    topic: at % 100 === 7 ? `rare/${String(at % 3)}` : `plant/line${String(at % 5)}/value`,
    timeUs: 1_000_000 + at * 10 - (at % 50 === 0 ? 5_000 : 0),
  }));
  const first = await openForTest(bundles);
  await fill(first.history, sent, 0, COUNT / 2);
  await first.history.close();
  const { history, file } = await openForTest({ ...bundles, file: first.file });
  await fill(history, sent, COUNT / 2, COUNT);
  return { file, sent, close: () => history.close() };
}

async function fill(history: History, sent: Sent[], begin: number, end: number): Promise<void> {
  const sessions = new Map<string, number>();
  for (let from = begin; from < end; from += BATCH) {
    const profile = profileOf(from);
    const session = sessions.get(profile) ?? history.beginSession(profile, 1);
    sessions.set(profile, session);
    const messages = sent.slice(from, from + BATCH).map(({ topic, timeUs }, at) => ({
      ...{ topic, timeUs },
      payload: Buffer.from(`value ${String(from + at)}`),
    }));
    await appendAll(history, profile, session, messages);
  }
}

describe('a query', () => {
  test.each([
    [false, 'while it is recorded'],
    [true, 'while it is recorded'],
    [false, 'after that'],
    [true, 'after that'],
  ])(
    'finds what a look at every message finds, in order (newest first: %s, %s)',
    async (newestFirst, when) => {
      const { file, sent, close } = await filled();
      if (when === 'after that') await close();
      const archive = openArchive(file);
      const range = { fromUs: 1_010_000, toUs: 1_050_000 };
      const everything = { fromUs: null, toUs: null };
      for (const filters of [
        [],
        ['rare/#'],
        ['plant/+/value'],
        ['rare/1', 'plant/line3/#'],
        ['x'],
      ]) {
        for (const { fromUs, toUs } of [everything, range]) {
          for (const limit of [Infinity, 7]) {
            const query: MessageQuery = {
              filters,
              profileId: null,
              fromUs,
              toUs,
              text: null,
              accepts: null,
              limit,
              newestFirst,
            };
            const wanted = sent
              .map((one, at) => ({ ...one, id: at + 1 }))
              .filter(
                ({ topic, timeUs }) =>
                  (filters.length === 0 || filters.some((filter) => topicMatches(filter, topic))) &&
                  timeUs >= (fromUs ?? 0) &&
                  timeUs <= (toUs ?? Infinity),
              );
            if (newestFirst) wanted.reverse();
            const found = [...archive.messages(query)].map((one) => {
              const { id, topic, timeUs, profileId: profile, session, payload } = one;
              expect(Buffer.from(payload).toString()).toBe(`value ${String(id - 1)}`);
              expect(session).toBe((id > COUNT / 2 ? 3 : 1) + (profile === 'field' ? 1 : 0));
              return { profile, topic, timeUs, id };
            });
            expect(found).toEqual(wanted.slice(0, limit));
          }
        }
      }
      archive.close();
    },
  );

  test('takes text, case, limit, order and times from the command line', async () => {
    const { file, close } = await filled();
    await close();
    const ids = async (...args: string[]): Promise<number[]> =>
      (await cli.run(['query', '--db', file, '-f', 'ndjson', ...args])).out
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(await ids('--text', 'value 599', '-n', '4')).toEqual([600, 5991, 5992, 5993]);
    expect(await ids('--text', 'VALUE 5999')).toEqual([]);
    expect(await ids('--text', 'RARE/0', '-i', '-r', '-n', '1')).toEqual([5_908]);
    expect(await ids('--since', '1970-01-01T00:00:01.05998Z')).toEqual([5_999, 6_000]);
    expect(await ids('--until', '1970-01-01T00:00:01.000010Z', '-t', 'plant/#')).toEqual([
      1, 2, 51, 101, 151, 201, 251, 301, 351, 401, 451, 501,
    ]);
  });

  test('ends quietly when its reader has enough', async () => {
    const { file, close } = await filled();
    await close();
    const running = cli.start(['query', '--db', file, '-f', 'csv']);
    running.child.stdout.once('data', () => running.child.stdout.destroy());
    expect(await running.ended).toMatchObject({ code: 0, err: '' });

    const piped = spawn(
      'sh',
      [
        '-c',
        'set -e; "$0" "$1" query --db "$2" -f ndjson | head -n 2',
        process.execPath,
        cli.program,
        file,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    piped.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    piped.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    await once(piped, 'close');
    expect(Buffer.concat(out).toString().trimEnd().split('\n')).toHaveLength(2);
    expect(Buffer.concat(err).toString()).toBe('');
  });
});

test('check names what is wrong', async () => {
  const { file, close } = await filled();
  await close();
  const sound = await cli.run(['check', '--db', file, '--json']);
  expect(JSON.parse(sound.out)).toMatchObject({ sound: true, problems: [] });
  const database = new Database(file);
  const [segment] = database
    .prepare<unknown[], { key: number; messages: number }>(
      "SELECT segments.key, messages FROM segments JOIN profiles ON profile = profiles.key WHERE id = 'lab'",
    )
    .all();
  database.prepare('DELETE FROM blocks WHERE segment = ?').run(segment?.key);
  database.prepare('DELETE FROM segments WHERE key = ?').run(segment?.key);
  database.exec("UPDATE topics SET count = count + 1 WHERE name = 'plant/line1/value'");
  database.close();
  const { code, out } = await cli.run(['check', '--db', file, '--json']);
  expect(code).toBe(1);
  const left = 4_000 - (segment?.messages ?? 0);
  expect(JSON.parse(out)).toMatchObject({
    sound: false,
    problems: [
      expect.stringMatching(
        new RegExp(`^profile lab: 4000 messages .* were counted, ${left} `, 'u'),
      ),
      expect.stringMatching(/profile lab: 4000 stored in all, but 4001 by topic/u),
      expect.stringMatching(/profile field: 2000 stored in all, but 2001 by topic/u),
    ],
  });
});
