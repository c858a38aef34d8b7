import Database from 'better-sqlite3';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../../build/paths.mjs';
import {
  appendAll,
  bundleHistory,
  openForTest,
  rowsOf,
  type TestMessage,
} from '../helpers/history';

const script = join(root, 'docs', 'read-history.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Everything that the format can hold: sizes around the bounds, properties, flags, a clock that was set back. */
function messageOf(at: number): TestMessage {
  const sizes = [0, 1, 200, 65_535, 65_536, 65_537, 65_536 + 1_048_577];
  return {
    topic: at % 3 === 0 ? 'plant/ünïcode "quoted"' : `plant/line${String(at % 11)}`,
    timeUs: 1_700_000_000_123_456 + at * 1_000_003 - (at % 10 === 0 ? 60_000_000 : 0),
    flags: [0, 1, 2, 0x04, 0x1e][at % 5] ?? 0,
    packetId: [0, 7, 65_535, 0, 300][at % 5] ?? 0,
    ...(at % 4 === 0 && { properties: { contentType: 'text/plain', messageExpiryInterval: 60 } }),
    payload: Buffer.alloc(sizes[at % 40] ?? at % 90, `${String(at)} é 日本 `),
  };
}

test.skipIf(!hasPython)(
  'the example in Python reads every message of a history (skipped where there is no python3)',
  async () => {
    const bundles = await bundleHistory();
    try {
      const messages = Array.from({ length: 600 }, (_, at) => messageOf(at));
      const first = await openForTest(bundles);
      const session = first.history.beginSession('lab', 1);
      await appendAll(first.history, 'lab', session, messages.slice(0, 200));
      await appendAll(first.history, 'lab', session, messages.slice(200, 400));
      await first.history.close();
      const { file, history } = await openForTest({ ...bundles, file: first.file });
      await appendAll(history, 'lab', history.beginSession('lab', 1), messages.slice(400));
      await history.settled();
      // Both kinds are there, and blocks with and without compressed bodies.
      expect(rowsOf(file, 'SELECT messages FROM segments')).toEqual([{ messages: 400 }]);
      expect(rowsOf(file, 'SELECT messages FROM batches')).not.toHaveLength(0);

      const { stdout } = await promisify(execFile)('python3', [script, file], {
        maxBuffer: 2 ** 28,
      });
      const lines = stdout.trimEnd().split('\n');
      const found = lines.map((line) => JSON.parse(line) as [id: number, ...fields: string[]]);
      found.sort(([one], [other]) => one - other);
      const expected = messages.map(({ topic, timeUs = 0, payload }, at) => {
        // A date has no more than ms.
        const seconds = new Date(timeUs / 1_000).toISOString().replace(/\d{3}Z$/u, '');
        return [at + 1, topic, seconds + microseconds(timeUs), escaped(payload)];
      });
      expect(found).toEqual(expected);

      await history.close();
      const newer = new Database(file);
      newer.pragma('user_version = 6');
      newer.close();
      await expect(promisify(execFile)('python3', [script, file])).rejects.toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringContaining('another format than 5') as string,
      });
    } finally {
      await bundles.dispose();
    }
  },
  60_000,
);

function microseconds(timeUs: number): string {
  return `${String(timeUs % 1_000_000).padStart(6, '0')}+00:00`;
}

/** As Python shows text that was cut within a character. */
function escaped(payload: Uint8Array): string {
  const bytes = Buffer.from(payload);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  const end = text.indexOf('\ufffd');
  const whole = text.slice(0, end);
  const rest = [...bytes.subarray(Buffer.byteLength(whole))];
  return whole + rest.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
