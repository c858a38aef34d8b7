import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoupeError } from '../../app/errors';
import { encodeChunkHead, encodeTrailer } from '../../app/recording/chunk';
import { crc32 } from '../../app/recording/crc32';
import { encodeDocument } from '../../app/recording/documents';
import { CHUNK, CHUNK_HEAD_BYTES, CHUNK_MARKER, MAGIC } from '../../app/recording/layout';
import type { RecordedMessage } from '../../app/recording/records';
import { checksum, deflated } from '../../main/engine/files/compression';
import { openImport } from '../../main/engine/files/import-source';
import { footerOf } from '../../main/engine/files/recording-chunks';
import { readRecording, type RecordingLoss } from '../../main/engine/files/recording-reader';
import { RecordingWriter } from '../../main/engine/files/recording-writer';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { exported, historyOf, hostileMessages, imported, seeded } from '../helpers/files';
import { bundleHistory, temporaryFolder, type Bundles } from '../helpers/history';

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory();
});

afterAll(() => bundles.dispose());

/** A recording in memory, of many small chunks. */
async function recordingOf(count: number): Promise<{ bytes: Buffer; lines: string[] }> {
  const parts: Uint8Array[] = [];
  const sink = {
    write: (bytes: Uint8Array) => {
      parts.push(Uint8Array.from(bytes));
      return Promise.resolve();
    },
  };
  const writer = new RecordingWriter(sink);
  const selection = { profileId: 'lab', filters: [], fromUs: null, toUs: null, sessionKey: null };
  const header = { format: 1, program: 'test', createdUs: 1, fileId: 'one', name: 'a', note: '' };
  await writer.begin({ ...header, selection }, [{ key: 1, startedUs: 1, endedUs: null }], []);
  const lines: string[] = [];
  for (const [at, message] of messagesOf(count).entries()) {
    writer.add(message, message.properties);
    lines.push(lineOf(message));
    if (at % 20 === 19) await writer.flush();
  }
  await writer.end();
  return { bytes: Buffer.concat(parts), lines };
}

function messagesOf(count: number): RecordedMessage[] {
  return hostileMessages(seeded(3), count, 400).map(({ topic, payload, timeUs = 0 }, at) => ({
    ...{
      id: at + 1,
      session: 1,
      topic,
      timeUs,
      direction: 'in',
      qos: 0,
      retain: false,
      dup: false,
    },
    ...{ packetId: null, properties: null, payload },
  }));
}

function lineOf({ id, topic, timeUs, payload }: RecordedMessage): string {
  return `${String(id)} ${topic} ${String(timeUs)} ${Buffer.from(payload).toString('hex')}`;
}

async function read(
  bytes: Buffer,
): Promise<{ lines: string[]; losses: RecordingLoss[]; isWhole: boolean }> {
  const found = { lines: [] as string[], losses: [] as RecordingLoss[], isWhole: false };
  for await (const part of readRecording(piecesOf(bytes))) {
    if (part.kind === 'messages') found.lines.push(...part.messages.map(lineOf));
    else if (part.kind === 'lost') found.losses.push(part);
    else if (part.kind === 'footer') found.isWhole = true;
  }
  return found;
}

/** As from a pipe: in pieces of any size. */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
}

test('a sound recording is read whole from a pipe', async () => {
  const { bytes, lines } = await recordingOf(500);
  expect(await read(bytes)).toEqual({ lines, losses: [], isWhole: true });
});

test('a recording that ends anywhere loses only its tail, and says how much', async () => {
  const { bytes, lines } = await recordingOf(200);
  const bounds = new Set<number>();
  for (let at = 0; at >= 0; at = bytes.indexOf(Buffer.from(CHUNK_MARKER), at + 1)) bounds.add(at);
  const random = seeded(4);
  const cuts = new Set([...bounds].flatMap((at) => [at - 1, at, at + 1, at + CHUNK_HEAD_BYTES]));
  for (let extra = 0; extra < 150; extra += 1) cuts.add(Math.floor(random() * bytes.length));
  for (const cut of cuts) {
    if (cut < MAGIC.length || cut > bytes.length) continue;
    const found = await read(bytes.subarray(0, cut));
    expect(found.lines).toEqual(lines.slice(0, found.lines.length));
    if (found.isWhole) continue;
    const [loss, ...more] = found.losses;
    expect(more).toEqual([]);
    // At least so many: nothing says what came behind the part that was cut.
    expect(loss?.messages).not.toBe(0);
    expect(found.lines.length + (loss?.messages ?? 0)).toBeLessThanOrEqual(lines.length);
    expect(loss?.why).toContain('the end of the file is missing');
    // Every byte belongs to what was read, or to what was told as lost.
    expect((loss?.offset ?? 0) + (loss?.bytes ?? 0)).toBe(cut);
    // Whatever chunk was whole was read.
    const whole = [...bounds].filter((at) => at > 0 && at <= cut).at(-1) ?? MAGIC.length;
    expect(loss?.offset).toBeGreaterThanOrEqual(Math.min(whole, cut));
  }
});

test('flipped bytes cost the chunk they are in: all else is read, and the missing messages are counted', async () => {
  const { bytes, lines } = await recordingOf(400);
  const random = seeded(8);
  for (let round = 0; round < 250; round += 1) {
    const broken = Buffer.from(bytes);
    const flips = 1 + Math.floor(random() * 3);
    for (let flip = 0; flip < flips; flip += 1) {
      const at = MAGIC.length + Math.floor(random() * (broken.length - MAGIC.length));
      broken[at] = (broken[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    const found = await read(broken);
    // Nothing that was never written, nothing twice, all in order.
    let at = -1;
    for (const line of found.lines) {
      const next = lines.indexOf(line, at + 1);
      expect(next).toBeGreaterThan(at);
      at = next;
    }
    const missing = lines.length - found.lines.length;
    const told = found.losses.reduce((sum, { messages }) => sum + (messages ?? 0), 0);
    if (found.isWhole) expect(told).toBe(missing);
    else expect(told).toBeLessThanOrEqual(missing);
    if (missing > 0) expect(found.losses).not.toEqual([]);
    expect(missing).toBeLessThanOrEqual(20 * flips);
  }
});

test('whatever a file holds, nothing is thrown but words', async () => {
  const { bytes } = await recordingOf(60);
  const random = seeded(12);
  for (let round = 0; round < 150; round += 1) {
    const from = Math.floor(random() * bytes.length);
    const cut = Buffer.concat([
      bytes.subarray(0, from),
      Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => random() * 256)),
      bytes.subarray(Math.floor(random() * bytes.length)),
    ]);
    await read(cut).catch((error: unknown) => {
      expect(error).toBeInstanceOf(LoupeError);
    });
    const source = await openImport(piecesOf(cut), 'file', null).catch((error: unknown) => {
      expect(error).toBeInstanceOf(LoupeError);
      return null;
    });
    if (source === null) continue;
    for await (const item of source.items) expect(item.kind).not.toBe('');
  }
});

async function chunkOf(type: number, raw: Buffer, says: object): Promise<Buffer> {
  const stored = await deflated(raw);
  const head = {
    ...{ type, codec: 1, more: false, sequence: 0, storedBytes: stored.length },
    ...{ rawBytes: raw.length, crc: checksum(stored), messagesBefore: 0, messages: 0 },
  };
  return Buffer.concat([encodeChunkHead({ ...head, ...says }, checksum), stored]);
}

test('a bomb is not unpacked: neither beyond what a chunk may have nor beyond what it says', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const chunks = [
    await chunkOf(CHUNK.messages, zeros, { messages: 5 }),
    await chunkOf(CHUNK.messages, zeros, { messages: 5, rawBytes: 1_000 }),
    await chunkOf(CHUNK.messages, zeros, { messages: 5, rawBytes: 4 * 1024 * 1024, more: true }),
  ];
  const before = process.memoryUsage().arrayBuffers;
  for (const chunk of chunks) {
    const { lines, losses } = await read(Buffer.concat([Buffer.from(MAGIC), chunk]));
    expect(lines).toEqual([]);
    expect(losses).toHaveLength(1);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(zeros.length / 2);
});

test('a newer format is refused in words, and so is what is no recording', async () => {
  const selection = { profileId: '', filters: [], fromUs: null, toUs: null, sessionKey: null };
  const header = { format: 2, program: 'x', createdUs: 1, fileId: 'x', name: '', note: '' };
  const newer = encodeDocument({ ...header, selection });
  const file = Buffer.concat([
    Buffer.from(MAGIC),
    await chunkOf(CHUNK.header, Buffer.from(newer), {}),
    encodeTrailer(8, checksum),
  ]);
  await expect(read(file)).rejects.toThrow(/newer version of MQTT Loupe \(format 2/);
  await expect(read(Buffer.from('hello'))).rejects.toThrow('It is no recording of MQTT Loupe');
});

test('a damaged recording is imported as far as it is sound, and the rest is a gap', async () => {
  const file = await historyOf(bundles.threads, hostileMessages(seeded(2), 1_000), 1);
  const whole = await exported(file, 'recording');
  const bytes = await readFile(whole);
  expect((await footerOf(whole))?.messages).toBe(1_000);
  const path = join(await temporaryFolder(), 'cut.mqttrec');
  await copyFile(whole, path);
  await writeFile(path, bytes.subarray(0, bytes.length - 30));
  expect(await footerOf(path)).toBeNull();
  const result = await imported(bundles.threads, path);
  if (result.kind !== 'imported') throw new Error('It was not imported before.');
  expect(result.counts).toMatchObject({ messages: 1_000, lost: 0 });
  expect(result.counts.problems[0]?.why).toContain('the end of the file is missing');
  const archive = openArchive(result.file);
  const gaps = [...archive.gaps()].map(({ kind }) => kind);
  archive.close();
  expect(gaps).toContain('lost');
});

test('our own CRC-32 is that of zlib', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const noise = Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 7) % 256));
  expect(crc32(noise)).toBe(checksum(noise));
});
