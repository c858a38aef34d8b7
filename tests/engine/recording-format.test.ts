import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../build/paths.mjs';
import { isoMicroseconds } from '../../app/recording/time-text';
import { exported, historyOf, hostileMessages, seeded } from '../helpers/files';
import { bundleHistory, temporaryFolder, type Bundles } from '../helpers/history';

const script = join(root, 'docs', 'read-recording.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const run = promisify(execFile);

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory();
});

afterAll(() => bundles.dispose());

/** As Python's `backslashreplace` writes what is not UTF-8. */
function escaped(payload: Uint8Array): string {
  const bytes = Buffer.from(payload);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : '(binary)';
}

test.skipIf(!hasPython)(
  'the example in Python reads every message of a recording, also around damage (skipped where there is no python3)',
  async () => {
    const messages = hostileMessages(seeded(31), 1_200);
    // One that is cut into pieces.
    messages.push({
      topic: 'large',
      timeUs: 1_700_000_000_000_000,
      payload: Buffer.alloc(5_000_000, 'é'),
    });
    const path = await exported(await historyOf(bundles.threads, messages), 'recording');
    const { stdout, stderr } = await run('python3', [script, path], { maxBuffer: 2 ** 28 });
    expect(stderr).toBe('');
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as [number, string, string, number, number | null, string]);
    expect(found).toHaveLength(messages.length);
    for (const [at, { topic, timeUs = 0, flags = 0, packetId, payload }] of messages.entries()) {
      const [id, ...fields] = found[at] ?? [];
      expect(id).toBe(at + 1);
      const text = escaped(payload);
      const time = isoMicroseconds(timeUs).replace('Z', '+00:00');
      const expected = [topic, time, flags & 3, packetId === 0 ? null : (packetId ?? null)];
      expect(fields.slice(0, 4)).toEqual(expected);
      if (text !== '(binary)') expect(fields[4]).toBe(text);
    }

    const damaged = await readFile(path);
    // Within the first chunk of messages.
    const chunk = damaged.indexOf(Buffer.from([...Buffer.from('MQRC'), 3]));
    damaged[chunk + 100] = (damaged[chunk + 100] ?? 0) ^ 1;
    const copy = join(await temporaryFolder(), 'damaged.mqttrec');
    await writeFile(copy, damaged);
    const again = await run('python3', [script, copy], { maxBuffer: 2 ** 28 });
    expect(again.stderr).toContain('is damaged');
  },
);
