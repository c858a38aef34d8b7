/** A disk that is full for real: storing pauses and says so, the live view goes on, and storing resumes. */
import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { StatusFrame } from '../../app/contract';
import { defaultProfileFields } from '../../app/profile';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import { Recordings } from '../../main/engine/recordings/recordings';
import { JsonFile } from '../../main/files/json-file';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { contentsOf } from '../helpers/history-contents';
import { checked } from '../helpers/history-lines';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { mountSmallDisk, type SmallDisk } from '../helpers/small-disk';

let bundles: Bundles;
let broker: Mosquitto;
beforeAll(async () => {
  [bundles, broker] = await Promise.all([bundleHistory(), startMosquitto()]);
});
afterAll(async () => {
  await Promise.all([broker.dispose(), bundles.dispose()]);
});

/** Incompressible, so that each takes its room. */
const PAYLOAD_BYTES = 64 * 1024;

interface Recorded {
  readonly engine: TestEngine;
  readonly profileId: string;
  readonly publish: (topic: string, payload: string | Buffer) => Promise<unknown>;
  readonly statusThat: (fits: (status: StatusFrame) => boolean) => Promise<StatusFrame>;
}

async function record(disk: SmallDisk): Promise<Recorded> {
  const engine = await openEngine({ threads: bundles.threads, home: disk.folder });
  onTestFinished(() => engine.close());
  const subscriptions = [{ filter: 'test/#', qos: 1 as const }];
  const { id: profileId } = await engine.addProfile({ port: broker.port, subscriptions });
  const statusThat: Recorded['statusThat'] = (fits) =>
    engine.waitFor('status', { profileId }, fits);
  await engine.client.calls.connect({ profileId });
  await statusThat(({ state }) => state.kind === 'connected' && state.subscriptions.length > 0);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  onTestFinished(() => client.endAsync());
  return {
    engine,
    profileId,
    publish: (topic, payload) => client.publishAsync(topic, payload, { qos: 1 }),
    statusThat,
  };
}

/** Publishes until the history says that it has a problem. */
async function publishUntilFull({ publish, statusThat }: Recorded): Promise<StatusFrame> {
  for (let published = 1; published <= 500; published += 1) {
    await publish('test/load', randomBytes(PAYLOAD_BYTES));
    const { historyProblem } = await statusThat(() => true);
    if (historyProblem !== null) return statusThat((status) => status.refused > 0);
  }
  throw new Error('The disk never became full.');
}

async function expectSeenLive({ engine, profileId, publish }: Recorded): Promise<void> {
  const payload = randomBytes(PAYLOAD_BYTES);
  await publish('test/live', payload);
  const { last } = await engine.waitFor(
    'topic',
    { profileId, topic: 'test/live', maxBytes: PAYLOAD_BYTES },
    (detail) => detail.last !== null,
  );
  expect(payload.equals(last?.payload ?? Buffer.of())).toBe(true);
}

test('a full disk: said, seen live, counted as refused with a gap, and stored again when there is space', async (context) => {
  const disk = await mountSmallDisk(24);
  if (disk === null) return context.skip('Only root on Linux can mount a disk to fill.');
  onTestFinished(() => disk.dispose());
  const recorded = await record(disk);
  const { engine, publish, statusThat } = recorded;
  await publish('test/before', 'stored');
  await statusThat(({ stored }) => stored === 1);

  disk.fill();
  const full = await publishUntilFull(recorded);
  expect(full.state.kind).toBe('connected');
  expect(full.historyProblem).toMatch(/^Messages cannot be stored: .*(disk is full|free space)/u);
  await expectSeenLive(recorded);
  const stillFull = await statusThat(({ refused }) => refused > full.refused);
  expect(stillFull.historyProblem).not.toBeNull();

  disk.free();
  await publish('test/after', 'stored again');
  const after = await statusThat(
    ({ historyProblem, received, stored, refused }) =>
      historyProblem === null && received === stored + refused,
  );
  await publish('test/after', 'and again');
  await statusThat(({ stored }) => stored === after.stored + 1);
  await engine.close();

  const file = join(disk.folder, 'history.db');
  expect(checked(file)).toEqual([]);
  const contents = contentsOf(file);
  expect(contents.length).toBe(after.stored + 1);
  expect(contents.at(0)?.topic).toBe('test/before');
  expect(contents.slice(-2).map(({ topic }) => topic)).toEqual(['test/after', 'test/after']);
  const archive = openArchive(file);
  onTestFinished(() => {
    archive.close();
  });
  const gaps = [...archive.gaps()].filter(({ kind }) => kind === 'refused');
  expect(gaps.reduce((sum, { messages }) => sum + messages, 0)).toBe(after.refused);
});

test('a recording that a full disk does not let begin is none, and leaves nothing', async (context) => {
  const disk = await mountSmallDisk(4);
  if (disk === null) return context.skip('Only root on Linux can mount a disk to fill.');
  onTestFinished(() => disk.dispose());
  const recordings = new Recordings({
    ...{ home: disk.folder, threads: bundles.threads, nowUs: () => Date.now() * 1_000 },
    ...{ warn: () => undefined, onChange: () => undefined, onDelete: () => Promise.resolve() },
  });
  onTestFinished(() => recordings.close());
  const profile = { ...defaultProfileFields(), id: 'lab', name: 'Lab', host: 'localhost' };
  disk.fill();
  expect(() => recordings.start(profile, [], 'Full', true)).toThrow(/disk is full|free space/u);
  expect(recordings.summaries).toEqual([]);
  expect(readdirSync(join(disk.folder, 'recordings'))).toEqual([]);

  disk.free();
  recordings.start(profile, [], 'Room', true);
  expect(recordings.summaries).toMatchObject([{ name: 'Room', state: { kind: 'recording' } }]);
});

test('settings that do not fit on a full disk leave those that are there as they are', async (context) => {
  const disk = await mountSmallDisk(4);
  if (disk === null) return context.skip('Only root on Linux can mount a disk to fill.');
  onTestFinished(() => disk.dispose());
  const file = join(disk.folder, 'settings.json');
  const warnings: string[] = [];
  const open = (): JsonFile<string> =>
    new JsonFile({ file, schema: v.string(), initial: '', warn: (text) => warnings.push(text) });
  const settings = open();
  settings.set('as they were');
  settings.flush();

  // Room for the beginning only.
  const spare = join(disk.folder, 'spare');
  writeFileSync(spare, new Uint8Array(4_096));
  disk.fill();
  rmSync(spare);
  settings.set('much more '.repeat(2_000));
  settings.flush();
  expect(warnings.join()).toMatch(/settings\.json could not be written/u);
  expect(open().value).toBe('as they were');
  expect(readdirSync(disk.folder).sort()).toEqual(['filler', 'settings.json']);
});
