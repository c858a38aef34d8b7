import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { previewImport } from '../../main/engine/files/import-preview';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { exported, historyOf, hostileMessages, imported, linesOf, seeded } from '../helpers/files';
import { bundleHistory, type Bundles } from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory();
});

afterAll(() => bundles.dispose());

for (const format of ['recording', 'ndjson', 'csv'] as const) {
  test.for([1, 2, 3])(
    `${format}: what is exported and imported again is the same, row by row and byte by byte (seed %i)`,
    async (seed) => {
      const file = await historyOf(bundles.threads, hostileMessages(seeded(seed), 2_000));
      const result = await imported(bundles.threads, await exported(file, format));
      expect(linesOf(result.file)).toEqual(linesOf(file));
      expect(linesOf(file)).toHaveLength(2_000);
      expect(untrueCounters(result.file)).toEqual([]);
    },
  );
}

test('a recording of many megabytes is looked at before it is imported', async () => {
  const random = seeded(4);
  const messages = Array.from({ length: 40 }, (_, at) => ({
    topic: `camera/${String(at)}`,
    timeUs: 1_700_000_000_000_000 + at,
    payload: Uint8Array.from({ length: 100_000 }, () => random() * 256),
  }));
  const path = await exported(await historyOf(bundles.threads, messages), 'recording');
  const preview = await previewImport(path, null);
  expect(preview).toMatchObject({ totalMessages: 40, name: 'Plant "Süd"', isWhole: false });
  expect(preview.rows[0]).toMatchObject({ topic: 'camera/0', sizeBytes: 100_000 });
});

test('a recording keeps sessions, gaps and its name', async () => {
  const file = await historyOf(bundles.threads, hostileMessages(seeded(9), 300));
  const result = await imported(bundles.threads, await exported(file, 'recording'));
  const [before, after] = [openArchive(file), openArchive(result.file)];
  try {
    const profile = after.info().profiles[0];
    expect(profile?.name).toBe('Plant "Süd"');
    const ofSession = ({ startedUs, endedUs, stored }: Record<string, unknown>): unknown => ({
      ...{ startedUs, endedUs, stored },
    });
    const sessionsOf = (archive: typeof before): unknown[] =>
      archive.info().sessions.map((session) => ofSession({ ...session }));
    expect(sessionsOf(after)).toEqual(sessionsOf(before));
    expect([...after.gaps()]).toEqual([...before.gaps()]);
    expect([...before.gaps()]).toHaveLength(3);
  } finally {
    before.close();
    after.close();
  }
});

test.for([true, false])(
  "mqtt_recorder's CSV keeps topics, payloads, QoS, retain and times (with binary payloads: %s)",
  async (isBinary) => {
    const all = hostileMessages(seeded(5), 1_000);
    const isText = ({ payload }: { payload: Uint8Array }): boolean =>
      Buffer.from(Buffer.from(payload).toString('utf8')).equals(payload);
    const messages = isBinary ? all : all.filter(isText);
    const file = await historyOf(bundles.threads, messages);
    const path = await exported(file, 'mqtt_recorder');
    const [first = ''] = (await readFile(path, 'utf8')).split('\r\n');
    expect(first.endsWith(',base64')).toBe(isBinary);
    const result = await imported(bundles.threads, path);
    expect(linesOf(result.file, [])).toEqual(linesOf(file, []));
  },
);

test('Parquet has every message with its bytes', async () => {
  const file = await historyOf(bundles.threads, hostileMessages(seeded(6), 1_500));
  const bytes = await readFile(await exported(file, 'parquet'));
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file: buffer, utf8: false });
  const archive = openArchive(file);
  const query = {
    filters: [],
    profileId: null,
    fromUs: null,
    toUs: null,
    text: null,
    accepts: null,
  };
  const messages = [...archive.messages({ ...query, limit: Infinity, newestFirst: false })];
  archive.close();
  expect(rows).toHaveLength(1_500);
  const sha = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('hex');
  for (const [at, message] of messages.entries()) {
    const row = rows[at] ?? {};
    expect(row['topic']).toBe(message.topic);
    expect(sha(row['payload'] as Uint8Array)).toBe(sha(message.payload));
    expect(row).toMatchObject({
      ...{ id: BigInt(message.id), qos: message.qos, retain: message.retain, dup: message.dup },
      ...{ direction: message.direction, packetId: message.packetId },
    });
    expect((row['time'] as Date).getTime()).toBe(Math.floor(message.timeUs / 1_000));
  }
});

test('a payload of 64 MB survives a recording and NDJSON', async () => {
  const large = Buffer.alloc(64_000_000);
  for (let at = 0; at < large.length; at += 4)
    large.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  const small = { topic: 'small', payload: Buffer.from('21.5'), timeUs: 1_700_000_000_000_000 };
  const messages = [small, { ...small, topic: 'large', payload: large }, small];
  const file = await historyOf(bundles.threads, messages, 1);
  const before = linesOf(file);
  for (const format of ['recording', 'ndjson'] as const) {
    const result = await imported(bundles.threads, await exported(file, format));
    expect(linesOf(result.file)).toEqual(before);
  }
});
