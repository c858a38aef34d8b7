/**
 * What works on a history besides recording, and is killed meanwhile: removing the oldest, exporting, importing, copying
 * a recording. The history is sound, nothing half done is shown, and the next run leaves nothing of it.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { nodeConfig } from '../../build/vite.node.mjs';
import { everything } from '../../app/selection';
import { defaultProfileFields, type Profile } from '../../app/profile';
import { seededRandom } from '../../main/engine/demo/plant';
import { Recordings } from '../../main/engine/recordings/recordings';
import { startBroker } from '../bench/bench';
import { generateLoad } from '../bench/generator/generate-load';
import { bundleCommandLine, type CommandLine, type RunningCommand } from '../helpers/cli';
import { rowsOf, temporaryFolder, until } from '../helpers/history';
import type { Mosquitto } from '../helpers/mosquitto';
import { infoOf, messagesOf, problemsOf } from '../helpers/stored';

const SEED = Number(process.env['MQTT_LOUPE_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);
const KILLS = Number(process.env['MQTT_LOUPE_KILLS'] ?? 2);
const MESSAGES = 120_000;

let cli: CommandLine;
let broker: Mosquitto;
let folder: string;
/** A history with many messages of one profile: what takes it must take a while. */
let filled: string;
beforeAll(async () => {
  [cli, broker] = await Promise.all([bundleCommandLine(), startBroker()]);
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-killed-'));
  filled = join(folder, 'history.db');
  const source = join(folder, 'source.ndjson');
  writeNdjson(source, MESSAGES);
  await promisify(execFile)(process.execPath, [cli.program, 'import', source, '--db', filled]);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await broker.dispose();
  await cli.dispose();
});

/** A file to import: so many that it takes a while. */
function writeNdjson(file: string, messages: number): void {
  const lines = Array.from({ length: messages }, (_, index) =>
    JSON.stringify({
      ...{ time: new Date(1_790_000_000_000 + index).toISOString(), qos: 0, retain: false },
      ...{ topic: `plant/${String(index % 100)}`, encoding: 'utf8' },
      payload: `message ${String(index)} ${String(random())}`,
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Kills it at a random moment after it began its work; it must be at it still. */
async function killWhen(running: RunningCommand, hasBegun: () => boolean): Promise<void> {
  await until(hasBegun, 'it has begun');
  await wait(random() * 60);
  running.child.kill('SIGKILL');
  expect(await running.ended, `seed ${String(SEED)}`).toMatchObject({ code: null });
}

const unfinishedIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.includes('unfinished'));

test.each(['recording', 'ndjson', 'parquet'])(
  'an export as %s that is killed: what was there stays, and the next one leaves nothing of it',
  async (format) => {
    const outs = await temporaryFolder();
    const out = join(outs, 'plant');
    await writeFile(out, 'an older export');
    const args = ['export', '--db', filled, '--format', format, '--out', out];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = new Set(unfinishedIn(outs));
      await killWhen(cli.start(args), () =>
        unfinishedIn(outs).some((name) => !before.has(name) && statSync(join(outs, name)).size > 0),
      );
      expect(readFileSync(out, 'utf8')).toBe('an older export');
      expect(unfinishedIn(outs)).toHaveLength(1);
      expect(await problemsOf(cli, filled)).toEqual([]);
    }
    const whole = await cli.run([...args, '--json']);
    expect(JSON.parse(whole.out)).toMatchObject({ messages: MESSAGES });
    expect(readdirSync(outs)).toEqual(['plant']);
  },
);

test('an import that is killed is never shown, and nothing of it stays', async () => {
  const own = await temporaryFolder();
  const file = join(own, 'history.db');
  await copyFile(filled, file);
  const before = await infoOf(cli, file);
  const more = join(own, 'more.ndjson');
  writeNdjson(more, MESSAGES);
  const args = ['import', more, '--db', file];
  const unfinished = (): unknown[] =>
    rowsOf(file, `SELECT id FROM profiles WHERE id GLOB 'importing-*' AND stored > 0`).map(
      ({ id }) => id,
    );
  let killed: unknown[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Of the one before, something may still be there: it goes while the next one comes in.
    await killWhen(cli.start(args), () => unfinished().some((id) => !killed.includes(id)));
    killed = [...killed, ...unfinished()];
    expect(await problemsOf(cli, file), `seed ${String(SEED)}`).toEqual([]);
    const after = await infoOf(cli, file);
    expect({ messages: after.messages, profiles: after.profiles }).toEqual({
      messages: before.messages,
      profiles: before.profiles,
    });
  }
  const whole = await cli.run([...args, '--json']);
  expect(JSON.parse(whole.out)).toMatchObject({ messages: MESSAGES });
  expect(unfinished()).toEqual([]);
  expect((await infoOf(cli, file)).messages).toBe(2 * MESSAGES);
  expect(await problemsOf(cli, file)).toEqual([]);
});

test('a recorder that is killed while it removes the oldest: sound, counted, and only the oldest are gone', async () => {
  const file = join(await temporaryFolder(), 'history.db');
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const args = ['record', '--url', url, '-t', 'bench/#', '--max-size', '1MB', '--db', file];
  const ending = new AbortController();
  const load = generateLoad({
    ...{ host: '127.0.0.1', port: broker.port, topics: 200, sizeBytes: 400, kind: 'random' },
    ...{ qos: 0, retain: false, rate: 4_000, count: Infinity, duration: 200, first: 0 },
    ...{ window: 1_000, signal: ending.signal },
  });
  const prunedIn = (): number =>
    existsSync(file) ? Number(rowsOf(file, 'SELECT sum(pruned) AS n FROM profiles')[0]?.['n']) : 0;
  let pruned = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const running = cli.start(args);
    await running.says(/recording bench/u);
    await killWhen(running, () => prunedIn() > pruned);
    expect(await problemsOf(cli, file), `seed ${String(SEED)}`).toEqual([]);
    const { messages, profiles } = await infoOf(cli, file);
    const [profile] = profiles;
    expect(messages).toBe((profile?.stored ?? 0) - (profile?.pruned ?? 0));
    expect(profile?.pruned).toBeGreaterThan(pruned);
    pruned = profile?.pruned ?? 0;
  }
  ending.abort();
  await load;
  const ids = (await messagesOf(cli, file)).map(({ id }) => id);
  // Numbers are given in the order of arrival, so what is there is the newest, whole.
  expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
});

const profile: Profile = { ...defaultProfileFields(), id: 'lab', name: 'Lab', host: 'localhost' };

/** The engine's part that keeps recordings, in a program of its own: it copies the history, and says how far it is. */
async function copyingProgram(): Promise<string> {
  const config = nodeConfig({
    source: 'main/engine/recordings/recordings.ts',
    output: 'recordings.cjs',
  });
  await build({ ...config, build: { ...config.build, outDir: cli.threads, sourcemap: false } });
  const program = join(cli.threads, 'copying.cjs');
  await writeFile(
    program,
    `const { Recordings } = require('./recordings.cjs');
    const [home, file, profile, selection] = process.argv.slice(2);
    const recordings = new Recordings({
      home,
      threads: __dirname,
      nowUs: () => Date.now() * 1000,
      warn: (message) => process.send({ warning: message }),
      onChange: () => process.send({ messages: recordings.summaries[0].messages }),
      onDelete: () => Promise.resolve(),
    });
    const source = {
      file, profile: JSON.parse(profile), selection: JSON.parse(selection), expected: ${String(MESSAGES)},
    };
    recordings.copy(source, 'Copy', '');`,
  );
  return program;
}

test('a copy of the past that is killed is not shown, and no half file stays', async () => {
  const home = await temporaryFolder();
  const recorded = join(home, 'recordings');
  const program = await copyingProgram();
  const [imported] = (await infoOf(cli, filled)).profiles;
  const selection = everything(imported?.id ?? '');
  for (let kill = 0; kill < KILLS; kill += 1) {
    const args = [home, filled, JSON.stringify(profile), JSON.stringify(selection)];
    const child = fork(program, args);
    const said: { messages?: number; warning?: string }[] = [];
    child.on('message', (one) => said.push(one as { messages?: number; warning?: string }));
    const ended = once(child, 'exit');
    await until(() => said.some(({ messages = 0 }) => messages > 0), 'it is copying');
    await wait(random() * 30);
    child.kill('SIGKILL');
    expect((await ended)[1], `seed ${String(SEED)}`).toBe('SIGKILL');
    expect(said.flatMap(({ warning = [] }) => warning)).toEqual([]);
    expect(readdirSync(recorded).filter((name) => name.endsWith('.db.partial'))).toHaveLength(1);
    expect(await problemsOf(cli, filled)).toEqual([]);
  }
  const warnings: string[] = [];
  const recordings = new Recordings({
    ...{ home, threads: cli.threads, nowUs: () => Date.now() * 1_000 },
    warn: (message) => warnings.push(message),
    onChange: () => undefined,
    onDelete: () => Promise.resolve(),
  });
  onTestFinished(() => recordings.close());
  expect(recordings.summaries).toEqual([]);
  expect(readdirSync(recorded)).toEqual([]);
  expect(warnings).toEqual([]);
});
