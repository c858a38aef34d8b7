import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultProfileFields } from '../../app/profile';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { bytes, temporaryFolder, until, type TestMessage } from '../helpers/history';
import { freePort, startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { BEGAN_US, capture, recordStream } from '../helpers/replay';

let cli: CommandLine;
let broker: Mosquitto;
let url = '';

beforeAll(async () => {
  cli = await bundleCommandLine();
  broker = await startMosquitto({ config: ['max_queued_messages 0'] });
  url = `mqtt://127.0.0.1:${String(broker.port)}`;
});
afterAll(async () => {
  await broker.dispose();
  await cli.dispose();
});

function plant(count: number, stepUs = 1_000): TestMessage[] {
  return Array.from({ length: count }, (_, at) => ({
    topic: `plant/line${String(at % 2)}/value`,
    timeUs: BEGAN_US + at * stepUs,
    flags: 1,
    packetId: 1 + at,
    payload: bytes(`{"n":${String(at)}}`),
  }));
}

test('publishes what is stored and says how it went', async () => {
  const db = await recordStream(cli.threads, plant(200));
  const { arrived } = await capture(broker.port, 'copy/#', 'cli-copy');
  const { code, out } = await cli.run([
    ...['replay', '--db', db, '--to', url, '--speed', '10', '--json', '-t', 'plant/line1/#'],
    ...['--map', 'plant/+/# => copy/$1/$2', '--set', 'site="lyon"', '--qos', '2', '--loop', '2'],
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    end: 'done',
    sent: 200,
    acknowledged: 200,
    failed: 0,
    loops: 2,
    error: null,
  });
  await until(() => arrived.length === 200, 'all arrived');
  expect(arrived[0]).toMatchObject({ topic: 'copy/line1/value', qos: 2 });
  expect(arrived[0]?.payload.toString()).toBe('{"n":1,"site":"lyon"}');
});

test('a recording is replayed as the history that it was made of, and nothing of it stays', async () => {
  const db = await recordStream(cli.threads, plant(100));
  const folder = await temporaryFolder();
  const recording = join(folder, 'plant.mqttrec');
  const exported = await cli.run([
    'export',
    '--db',
    db,
    '--format',
    'recording',
    '--out',
    recording,
  ]);
  expect(exported.code).toBe(0);
  const { arrived } = await capture(broker.port, 'rec/#', 'cli-recording');
  const args = ['replay', '--db', recording, '-t', 'plant/line1/#', '-m', 'plant => rec'];
  const env = { TMPDIR: folder };
  const { code, out } = await cli.run([...args, '--to', url, '--speed', 'max', '--json'], { env });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ end: 'done', sent: 50, acknowledged: 50, failed: 0 });
  await until(() => arrived.length === 50, 'all arrived');
  expect(arrived[0]?.topic).toBe('rec/line1/value');
  expect((await cli.run([...args, '--dry-run'], { env })).out).toContain('Would send 50 of 50');
  expect(readdirSync(folder)).toEqual(['plant.mqttrec']);
});

test('a dry run sends nothing and needs no broker', async () => {
  const db = await recordStream(cli.threads, plant(100));
  const args = ['replay', '--db', db, '--dry-run', '--exclude', '+/line0/#', '-m', 'plant => x'];
  const words = await cli.run(args);
  expect(words.code).toBe(0);
  expect(words.out).toContain('Would send 50 of 100 messages');
  expect(words.out).toContain('plant/line1/value => x/line1/value');
  const json = JSON.parse((await cli.run([...args, '--json'])).out) as Record<string, unknown>;
  expect(json).toMatchObject({ messages: 50, skipped: { excluded: 50 }, topics: 1 });
  const invalid = await cli.run(['replay', '--db', db, '--dry-run', '-m', 'plant/# => $1$1']);
  expect(invalid.code).toBe(0);
});

test('a production broker is only touched with --yes', async () => {
  const db = await recordStream(cli.threads, plant(2));
  const home = await temporaryFolder();
  const profile = {
    ...defaultProfileFields(),
    id: 'plant',
    name: 'Plant',
    host: '127.0.0.1',
    port: broker.port,
    production: true,
    subscriptions: [],
  };
  const profiles = { version: 1, profiles: [profile], deleted: [] };
  writeFileSync(join(home, 'profiles.json'), JSON.stringify(profiles));
  const env = { MQTT_LOUPE_HOME: home };
  const args = ['replay', '--db', db, '--profile', 'Plant', '--speed', 'max'];
  const refused = await cli.run(args, { env });
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('marked as production');
  const sent = await cli.run([...args, '--yes'], { env });
  expect(sent).toMatchObject({ code: 0 });
  expect(sent.out).toContain('sent 2, acknowledged 2, failed 0');
});

test('exit codes tell how it ended', async () => {
  const db = await recordStream(cli.threads, plant(1_000, 1_000_000));
  const nowhere = `mqtt://127.0.0.1:${String(await freePort())}`;
  expect((await cli.run(['replay', '--db', db, '--to', nowhere])).code).toBe(3);
  expect((await cli.run(['replay', '--db', `${db}-none`, '--to', url])).code).toBe(4);
  for (const wrong of [
    ['--speed', '0'],
    ['--map', 'a'],
    ['--qos', '3'],
    ['--set', 'a=b'],
  ]) {
    const { code, err } = await cli.run(['replay', '--db', db, '--to', url, ...wrong]);
    expect(code, wrong.join(' ')).toBe(2);
    expect(err).toContain(wrong[0]);
  }
  expect((await cli.run(['replay', '--db', db])).code).toBe(2);

  const limited = await startMosquitto({ config: ['max_qos 0'] });
  const few = await recordStream(cli.threads, plant(3));
  const to = `mqtt://127.0.0.1:${String(limited.port)}`;
  const some = await cli.run(['replay', '--db', few, '--to', to, '--json']);
  await limited.dispose();
  expect(some.code).toBe(5);
  expect(JSON.parse(some.out)).toMatchObject({ end: 'done', failed: 3, acknowledged: 0 });

  const running = cli.start(['replay', '--db', db, '--to', url]);
  await running.says(/replaying/u);
  running.child.kill('SIGINT');
  const { code, out } = await running.ended;
  expect(code).toBe(7);
  expect(out).toContain('broken off (signal)');
});
