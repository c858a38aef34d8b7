import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { FileJobFrame } from '../../app/contract-files';
import { everything } from '../../app/selection';
import { nodeConfig } from '../../build/vite.node.mjs';
import { exportToFile } from '../../main/engine/files/exporter';
import { historyOf, hostileMessages, linesOf, PROFILE, seeded } from '../helpers/files';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, temporaryFolder, type Bundles } from '../helpers/history';
import { PATIENCE } from '../helpers/patience';

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory();
  const source = 'main/engine/files/files-worker.ts';
  const config = nodeConfig({ source, output: 'files-worker.cjs' });
  await build({ ...config, build: { ...config.build, outDir: bundles.threads } });
});

afterAll(() => bundles.dispose());

const OFTEN = { ...PATIENCE, interval: 20 };

async function engine(home: string): Promise<TestEngine> {
  const opened = await openEngine({ home, threads: bundles.threads });
  onTestFinished(() => opened.dispose());
  return opened;
}

async function endOf({ core, waitFor }: TestEngine, jobId: number): Promise<FileJobFrame> {
  // A thread that starts on a busy machine takes longer than a frame may.
  await vi.waitFor(() => {
    expect(core.files.frame(jobId).frame.state).not.toBe('running');
  }, OFTEN);
  return await waitFor('fileJob', { jobId }, ({ state }) => state !== 'running');
}

test('a window exports a profile where the person chose, and imports it once', async () => {
  const home = await temporaryFolder();
  const { client, core, ...rest } = await engine(home);
  const one = { client, core, ...rest };
  const file = await historyOf(bundles.threads, hostileMessages(seeded(41), 700));
  const [profileId = ''] = (await client.calls.openHistoryFile({ path: file })).profileIds;
  const selection = everything(profileId);
  expect((await client.calls.countForExport({ selection })).messages).toBe(700);

  const path = join(await temporaryFolder(), 'out.mqttrec');
  const wish = { selection, format: 'recording', path, name: 'n', note: '' } as const;
  await expect(client.calls.startExport(wish)).rejects.toMatchObject({ code: 'forbidden' });
  core.files.allowExport(path);
  const exporting = await client.calls.startExport(wish);
  expect(await endOf(one, exporting.jobId)).toMatchObject({
    state: 'exported',
    messages: 700,
    path,
  });
  // Once chosen, once written.
  await expect(client.calls.startExport(wish)).rejects.toMatchObject({ code: 'forbidden' });

  const none = join(await temporaryFolder(), 'none.mqttrec');
  core.files.allowExport(none);
  const nothing = { ...wish, selection: { ...selection, filters: ['no/such'] }, path: none };
  const ended = await endOf(one, (await client.calls.startExport(nothing)).jobId);
  expect(ended).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('nothing was written') as string,
  });
  expect(existsSync(none)).toBe(false);

  const preview = await client.calls.previewImport({ path, isBase64: null });
  expect(preview).toMatchObject({
    format: 'recording',
    totalMessages: 700,
    problems: 0,
    name: 'n',
  });
  expect(preview.rows).toHaveLength(50);
  const start = { path, isBase64: null, onBadRow: 'stop' } as const;
  const first = await endOf(one, (await client.calls.startImport(start)).jobId);
  expect(first).toMatchObject({ state: 'imported', isNew: true, messages: 700 });
  const { profiles } = await one.waitFor('profiles', {}, (list) => list.profiles.length === 2);
  expect(profiles.map(({ profile }) => profile.name)).toContain('n');
  const second = await endOf(one, (await client.calls.startImport(start)).jobId);
  expect(second).toMatchObject({ state: 'imported', isNew: false });
  const names = (await readdir(join(home, 'imported'))).filter((name) => name.endsWith('.db'));
  expect(names).toHaveLength(1);
  expect(linesOf(join(home, 'imported', names[0] ?? ''))).toEqual(linesOf(file));
});

test('an export is cancelled while it counts, too', async () => {
  const file = await historyOf(bundles.threads, hostileMessages(seeded(43), 300));
  // Nothing of it is meant: without the counting it would never be heard.
  const selection = { ...everything(PROFILE), fromUs: Number.MAX_SAFE_INTEGER };
  const request = { file, selection, format: 'csv', name: '', note: '', program: 'test' } as const;
  const watch = { progress: () => undefined, isCancelled: () => true };
  const folder = await temporaryFolder();
  await expect(exportToFile(request, join(folder, 'out.csv'), watch)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('what killed imports left goes when the engine starts; a cancelled one leaves nothing', async () => {
  const home = await temporaryFolder();
  const left = join(home, 'imported', 'unfinished', 'abc.db');
  await mkdir(join(home, 'imported', 'unfinished'), { recursive: true });
  await writeFile(left, 'half');
  const one = await engine(home);
  const { client } = one;
  await vi.waitFor(() => {
    expect(existsSync(left)).toBe(false);
  }, OFTEN);
  const path = join(await temporaryFolder(), 'many.ndjson');
  const row = { time: '2026-11-23T17:00:05Z', topic: 'a', payload: 'x'.repeat(200) };
  await writeFile(path, `${JSON.stringify(row)}\n`.repeat(200_000));
  const start = { path, isBase64: null, onBadRow: 'stop' } as const;
  const { jobId } = await client.calls.startImport(start);
  await expect(client.calls.startImport(start)).rejects.toMatchObject({ code: 'invalid-argument' });
  await vi.waitFor(() => {
    expect(one.core.files.frame(jobId).frame).toMatchObject({ state: 'running' });
    expect(existsSync(join(home, 'imported', 'unfinished'))).toBe(true);
  }, OFTEN);
  await client.calls.cancelFileJob({ jobId });
  expect(await endOf(one, jobId)).toEqual({ state: 'cancelled' });
  expect(await readdir(join(home, 'imported'))).toEqual(['unfinished']);
  expect(await readdir(join(home, 'imported', 'unfinished'))).toEqual([]);
});
