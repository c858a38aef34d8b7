/** What docs/ tells other programs of the history's file is true: its example, and its program. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../build/paths.mjs';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN } from '../../main/engine/history/history';
import { MessageColumns } from '../../main/engine/history/message-columns';
import { encodeProperties } from '../../main/engine/history/properties';
import { RunEncoder } from '../../main/engine/history/run';
import { bundleHistory, appendAll, openForTest, rowsOf, type Bundles } from '../helpers/history';
import { contentsOf } from '../helpers/history-contents';
import { messagesOf, noise } from '../helpers/history-filling';

const program = join(root, 'docs', 'read-history.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

test('the example is what the encoder writes', async () => {
  const properties = encodeProperties({ contentType: 't' });
  const rows = [
    { id: 41, topic: 7, afterUs: 0, flags: 0, packetId: 0, properties: 0, payload: '21.5' },
    { id: 42, topic: 9, afterUs: 1_500, flags: 5, packetId: 300, properties: 0, payload: 'on' },
    { id: 43, topic: 7, afterUs: 2_000, flags: 0, packetId: 0, properties: 4, payload: '21.6' },
  ];
  const columns = new MessageColumns();
  for (const [at, row] of rows.entries()) {
    columns.topics[at] = row.topic;
    columns.ids[at] = row.id;
    columns.timesUs[at] = 1_700_000_000_000_000 + row.afterUs;
    columns.flags[at] = row.flags;
    columns.packetIds[at] = row.packetId;
    columns.properties[at] = row.properties;
    columns.sizes[at] = row.payload.length;
    columns.places[at] = at;
    const payload = Buffer.from(row.payload);
    columns.bodies.push(row.properties === 0 ? payload : Buffer.concat([properties, payload]));
  }
  columns.length = rows.length;
  const run = new RunEncoder().encode(columns, columns.byTopic(), 0, rows.length, false);

  const page = await readFile(join(root, 'docs', 'history-format.md'), 'utf8');
  const example = /```text\n(?<lines>.*?)```/su.exec(page)?.groups?.['lines'] ?? '';
  const blobs = new Map<string, string>();
  let blob = '';
  for (const line of example.split('\n')) {
    const found = /^(?<name>[a-z]*) +(?<hex>[0-9a-f]{2}(?: [0-9a-f]{2})*)(?: {2}|$)/u.exec(line);
    if (found?.groups === undefined) continue;
    blob = found.groups['name'] || blob;
    blobs.set(blob, (blobs.get(blob) ?? '') + (found.groups['hex'] ?? '').replaceAll(' ', ''));
  }
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  expect(Object.fromEntries(blobs)).toEqual({
    topics: hex(run.topics),
    heads: hex(run.heads),
    body: hex(run.body),
  });
});

describe.skipIf(!hasPython)('the program in Python (skipped where there is none)', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleHistory();
  });
  afterAll(() => bundles.dispose());

  /** Each profile has messages in segments and, later ones, in batches. */
  async function recorded(): Promise<string> {
    const first = await openForTest(bundles);
    const { file } = first;
    let { history } = first;
    for (const round of [0, 1]) {
      for (const profile of ['lab', 'plant']) {
        const session = history.beginSession(profile, 1);
        const texts = ['', 'plain', '\u0000\u001b[31m "quoted" \u2028 日本語 👩‍👩‍👧‍👦', '\ufeff'];
        const kinds = texts.map((text, at) => ({
          topic: `a "topic"/日本/${String(at)}`,
          payload: Buffer.from(text),
          // The clock is set back.
          timeUs: 1_700_000_000_000_000 - at * 1_000_000,
          flags: [1, 2 | FLAG_DUP, FLAG_OUT, 1 | FLAG_RETAIN][at] ?? 0,
          packetId: [1, 65_535, 0, 300][at] ?? 0,
        }));
        await appendAll(history, profile, session, kinds);
        const sizes = [65_535, 65_536, 65_537, 3 * 1024 * 1024 + 5];
        const large = sizes.map((size, at) => ({ topic: 'large', payload: noise(size, at) }));
        await appendAll(history, profile, session, [...large, ...messagesOf(5_000, round)]);
      }
      if (round === 1) return file;
      await history.close();
      ({ history } = await openForTest({ ...bundles, file }));
    }
    return file;
  }

  async function read(file: string): Promise<Record<string, unknown>[]> {
    const { stdout } = await promisify(execFile)('python3', [program, file], {
      maxBuffer: 256 * 1024 * 1024,
    });
    const lines = stdout.trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  test('reads every message of batches and segments', { timeout: 60_000 }, async () => {
    const file = await recorded();
    const [units] = rowsOf(
      file,
      `SELECT (SELECT count(DISTINCT profile) FROM batches) AS batches,
         (SELECT count(DISTINCT profile) FROM segments) AS segments, (SELECT max(codec) FROM blocks) AS codec`,
    );
    expect(units).toEqual({ batches: 2, segments: 2, codec: 3 });

    const found = (await read(file)).map(({ payload, encoding, ...fields }) => ({
      ...fields,
      payload: Buffer.from(payload as string, encoding as BufferEncoding).toString('base64'),
    }));
    const there = contentsOf(file).map(({ flags, packetId, payload, ...fields }) => ({
      id: fields.id,
      profile: fields.profile,
      topic: fields.topic,
      timeUs: fields.timeUs,
      qos: flags & 3,
      retain: (flags & FLAG_RETAIN) !== 0,
      dup: (flags & FLAG_DUP) !== 0,
      direction: (flags & FLAG_OUT) === 0 ? 'in' : 'out',
      packetId: (flags & 3) === 0 ? null : packetId,
      payload: payload.toString('base64'),
    }));
    expect(there.length).toBe(4 * 5_008);
    // Profile by profile, each in the order of ids.
    expect(found).toEqual(
      ['lab', 'plant'].flatMap((profile) => there.filter((one) => one.profile === profile)),
    );
  });

  test('refuses a format that it does not know', async () => {
    const { history, file } = await openForTest(bundles);
    await history.close();
    const database = new Database(file);
    database.pragma('user_version = 4');
    database.close();
    await expect(read(file)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('has format 4; this program reads format 3') as string,
    });
  });
});
