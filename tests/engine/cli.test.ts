import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultProfileFields } from '../../app/profile';
import { openHistoryOrBegin } from '../../main/engine/history-file';
import { bundleCommandLine, type CommandLine, type RunResult } from '../helpers/cli';
import { openEngine } from '../helpers/engine';
import { rowsOf, temporaryFolder } from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';

let cli: CommandLine;
let broker: Mosquitto;
let url: string;

beforeAll(async () => {
  // A burst of QoS 1 would be cut by Mosquitto at its default of 1,000 waiting messages.
  const config = ['max_queued_messages 0'];
  [cli, broker] = await Promise.all([bundleCommandLine(), startMosquitto({ config })]);
  url = `mqtt://127.0.0.1:${String(broker.port)}`;
});
afterAll(async () => {
  await broker.dispose();
  await cli.dispose();
});

interface Summary {
  readonly end: string;
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly gaps: number;
  readonly seconds: number;
  readonly rate: number;
}

function lastLine(result: RunResult): Summary {
  return JSON.parse(result.out.trim().split('\n').at(-1) ?? '') as Summary;
}

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), 'recorded.db');
}

interface Sent {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos?: 0 | 1 | 2;
}

async function publishAll(messages: readonly Sent[]): Promise<void> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
  await Promise.all(
    messages.map(({ topic, payload, qos = 1 }) => client.publishAsync(topic, payload, { qos })),
  );
  await client.endAsync();
}

const numbered = (topic: string, count: number): Sent[] =>
  Array.from({ length: count }, (_, index) => ({ topic, payload: String(index) }));

async function infoOf(file: string): Promise<Record<string, unknown>> {
  const { out, code } = await cli.run(['info', '--db', file, '--json']);
  expect(code).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
}

describe('recording', () => {
  test('stops after COUNT messages, exactly, and stores the first ones', async () => {
    const file = await newFile();
    const args = ['--url', url, '-t', 'exact/#', '--qos', '1', '-C', '1500', '--db', file];
    const recording = cli.start(['record', ...args, '--json']);
    await recording.says(/connected to/u);
    await publishAll(numbered('exact/count', 2_000));
    const result = await recording.ended;
    expect(result.code).toBe(0);
    expect(lastLine(result)).toMatchObject({
      end: 'count',
      received: 1_500,
      stored: 1_500,
      refused: 0,
      gaps: 0,
    });
    const { seconds, rate } = lastLine(result);
    expect((rate * seconds) / 1_500).toBeCloseTo(1, 2);
    expect(contentsOf(file).map(({ payload }) => payload.toString())).toEqual(
      Array.from({ length: 1_500 }, (_, index) => String(index)),
    );
    expect(untrueCounters(file)).toEqual([]);
  });

  test('what comes after COUNT is not acknowledged: a session that the broker keeps gives it to the next run', async () => {
    const home = await temporaryFolder();
    const profile = {
      ...defaultProfileFields(),
      id: 'kept',
      name: 'Kept session',
      host: '127.0.0.1',
      port: broker.port,
      clientId: 'kept-session',
      cleanStart: false,
      subscriptions: [{ filter: 'kept/#', qos: 1 as const }],
    };
    const profiles = { version: 1, profiles: [profile], deleted: [] };
    writeFileSync(join(home, 'profiles.json'), JSON.stringify(profiles));
    const env = { MQTT_LOUPE_HOME: home };
    const record = ['record', '--profile', 'Kept session', '--json', '-C'];
    const recording = cli.start([...record, '5'], { env });
    await recording.says(/recording kept/u);
    await publishAll(numbered('kept/topic', 20));
    expect(lastLine(await recording.ended)).toMatchObject({ received: 5, stored: 5 });
    const rest = await cli.run([...record, '15'], { env });
    expect(lastLine(rest)).toMatchObject({ received: 15, stored: 15 });
    const kept = contentsOf(join(home, 'history.db')).map(({ payload }) => Number(payload));
    expect(kept).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s stores what arrived and ends in order',
    async (signal) => {
      const file = await newFile();
      const recording = cli.start(['record', '--url', url, '-t', 'sig/#', '--db', file]);
      await recording.says(/connected to/u);
      await publishAll(numbered('sig/nal', 25));
      // What the broker has not handed on yet nobody could store.
      await expect.poll(async () => (await infoOf(file))['messages']).toBe(25);
      recording.child.kill(signal);
      const { code, out } = await recording.ended;
      expect(code).toBe(0);
      expect(out).toMatch(
        /received 25, stored 25, refused 0, gaps 0 in .* a signal ended it\.\n$/u,
      );
      expect(rowsOf(file, 'SELECT count(*) AS open FROM sessions WHERE ended_us IS NULL')).toEqual([
        { open: 0 },
      ]);
    },
  );

  test('--for ends it after that time', async () => {
    const file = await newFile();
    const started = performance.now();
    const result = await cli.run(['record', '-u', url, '--for', '300ms', '--db', file, '--json']);
    expect(performance.now() - started).toBeGreaterThan(300);
    expect(result.code).toBe(0);
    expect(lastLine(result)).toMatchObject({ end: 'time' });
  });

  test('killed with -9: the file is sound, its counts are true, and recording goes on', async () => {
    const file = await newFile();
    const args = ['record', '--url', url, '-t', 'kill/#', '--qos', '1', '--db', file];
    const recording = cli.start(args);
    await recording.says(/connected to/u);
    const published = publishAll(numbered('kill/me', 3_000));
    await expect.poll(async () => (await infoOf(file))['messages']).toBeGreaterThan(0);
    recording.child.kill('SIGKILL');
    await Promise.all([recording.ended, published]);

    const checked = await cli.run(['check', '--db', file]);
    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(checked.out).toMatch(/is sound/u);
    const { messages, writer, sessions } = await infoOf(file);
    expect(messages).toBe(contentsOf(file).length);
    expect(writer).toBeNull();
    expect(sessions).toMatchObject([{ ended: null }]);

    const again = await cli.run([...args, '--for', '100ms', '--json']);
    expect(again.code).toBe(0);
    expect(rowsOf(file, 'SELECT kind FROM gaps')).toEqual([{ kind: 'lost' }]);
    expect(untrueCounters(file)).toEqual([]);
  });

  test('a broken connection is a gap, and counted', async () => {
    const other = await startMosquitto();
    try {
      const file = await newFile();
      const target = `mqtt://127.0.0.1:${String(other.port)}`;
      const recording = cli.start(['record', '--url', target, '--db', file, '--json']);
      await recording.says(/connected to/u);
      const client = await mqtt.connectAsync(target);
      await client.publishAsync('before', 'x', { qos: 1 });
      await client.endAsync();
      await other.stop();
      await recording.says(/the connection was lost: .* attempt 1/u);
      await other.start();
      await recording.says(/lost[^]*connected to/u);
      recording.child.kill('SIGINT');
      const result = await recording.ended;
      expect(lastLine(result)).toMatchObject({ received: 1, stored: 1, gaps: 1 });
    } finally {
      await other.dispose();
    }
  });

  test('--max-size removes the oldest and says how many', async () => {
    const file = await newFile();
    const args = ['-t', 'big/#', '--qos', '1', '-C', '400', '--max-size', '1MB', '--json'];
    const recording = cli.start(['record', '--url', url, ...args, '--db', file]);
    await recording.says(/connected to/u);
    // What can't be compressed, so that the limit is reached.
    const messages = (length: number): { topic: string; payload: Buffer }[] =>
      Array.from({ length }, () => ({ topic: 'big/one', payload: randomBytes(10_000) }));
    for (let round = 1; round <= 4; round += 1) {
      await publishAll(messages(99));
      // Each round is stored by itself: the limit is looked at after a batch.
      await expect
        .poll(() => rowsOf(file, 'SELECT stored FROM profiles')[0]?.['stored'])
        .toBe(99 * round);
    }
    await publishAll(messages(4));
    const result = await recording.ended;
    const { pruned } = lastLine(result) as Summary & { pruned: number };
    // A message takes 10 KB, so 99 are within the limit; what goes at once is a batch, or a sixteenth of the limit.
    expect(pruned).toBeGreaterThan(300);
    expect(pruned).toBeLessThan(400);
    expect((await infoOf(file))['messages']).toBe(400 - pruned);
    const vacuumed = await cli.run(['vacuum', '--db', file, '--json']);
    const sizes = JSON.parse(vacuumed.out) as { before: number; after: number };
    expect(sizes.after).toBeLessThanOrEqual(sizes.before);
    expect(sizes.after).toBeLessThan(1_200_000);
    expect(untrueCounters(file)).toEqual([]);
  });

  test.each([
    ['3.1', 'p1'],
    ['3.1.1', 'p2'],
    ['5', 'p5'],
  ])('speaks MQTT %s', async (version, inLog) => {
    const file = await newFile();
    const seen = broker.log().length;
    const recording = cli.start([
      'record',
      '-u',
      url,
      '-t',
      `v${version}`,
      '-V',
      version,
      '-C',
      '1',
      '--db',
      file,
    ]);
    await recording.says(/connected to/u);
    await publishAll([{ topic: `v${version}`, payload: 'x' }]);
    expect((await recording.ended).code).toBe(0);
    expect(broker.log().slice(seen)).toMatch(
      new RegExp(`New client connected from .* as mqtt-loupe-\\w+ \\(${inLog},`, 'u'),
    );
  });
});

describe('one writer', () => {
  test('reading is possible while another process records; writing is not', async () => {
    const file = await newFile();
    const recording = cli.start(['record', '--url', url, '-t', 'one/#', '--db', file]);
    await recording.says(/connected to/u);
    await publishAll(numbered('one/a', 100));
    await expect
      .poll(() => infoOf(file))
      .toMatchObject({
        messages: 100,
        topics: 1,
        writer: expect.stringMatching(/mqtt-loupe record \(process \d+, since /u) as string,
        sessions: [{ ended: null, received: 100, stored: 100 }],
      });
    await publishAll(numbered('one/b', 50));
    await expect.poll(async () => (await infoOf(file))['messages']).toBe(150);
    const lines = (await cli.run(['query', '--db', file, '-f', 'ndjson'])).out.trim().split('\n');
    expect(lines).toHaveLength(150);
    expect((await cli.run(['check', '--db', file])).code).toBe(0);

    const second = await cli.run(['record', '--url', url, '--db', file]);
    expect(second.code).toBe(4);
    expect(second.err).toMatch(/being written by mqtt-loupe record \(process \d+/u);
    expect((await cli.run(['vacuum', '--db', file])).code).toBe(4);

    const warnings: string[] = [];
    const { history: windows } = openHistoryOrBegin(file, {
      warn: (text) => warnings.push(text),
      threads: cli.threads,
    });
    expect(warnings.join()).toMatch(/being written by mqtt-loupe record.*this run are stored in/su);
    expect(windows.nextId).toBe(1);
    await windows.close();

    recording.child.kill('SIGINT');
    expect((await recording.ended).code).toBe(0);
    expect(untrueCounters(file)).toEqual([]);
  });

  test('a lock file that was damaged is no obstacle', async () => {
    const file = await newFile();
    writeFileSync(`${file}-writer`, 'not a database '.repeat(500));
    const result = await cli.run(['record', '-u', url, '--for', '50ms', '--db', file]);
    expect(result.code).toBe(0);
  });
});

test('a copied recording shows its connection and topics in the window, but no password', async () => {
  const home = await temporaryFolder();
  const file = join(home, 'history.db');
  const withPassword = url.replace('mqtt://', 'mqtt://anna:geheim@');
  const args = ['--url', withPassword, '-t', 'copied/#', '-C', '3', '--db', file];
  const recording = cli.start(['record', ...args]);
  await recording.says(/recording copied/u);
  await publishAll(numbered('copied/topic', 3));
  expect((await recording.ended).code).toBe(0);
  const name = `127.0.0.1:${String(broker.port)}`;
  expect(await infoOf(file)).toMatchObject({ profiles: [{ name, stored: 3, topics: 1 }] });
  expect(readFileSync(file).includes('geheim')).toBe(false);

  const engine = await openEngine({ home, threads: cli.threads });
  try {
    const { profiles } = await engine.waitFor('profiles', {}, (frame) => frame.profiles.length > 0);
    expect(profiles).toMatchObject([
      {
        profile: { name, username: 'anna', subscriptions: [{ filter: 'copied/#', qos: 0 }] },
        storedMessages: 3,
        state: { kind: 'disconnected' },
      },
    ]);
    const profileId = profiles[0]!.profile.id;
    await engine.waitFor('status', { profileId }, (frame) => frame.topics === 1);
  } finally {
    await engine.dispose();
  }
});

describe('the broker', () => {
  test('that is not there is said in words, with a code of its own', async () => {
    const file = await newFile();
    const nothing = 'mqtt://127.0.0.1:1';
    const result = await cli.run(['record', '--url', nothing, '--db', file, '--json']);
    expect(result.code).toBe(3);
    expect(result.err).toMatch(/Nothing is listening on 127\.0\.0\.1:1\. /u);
    expect(lastLine(result)).toMatchObject({
      end: 'connection',
      received: 0,
      error: { code: 'nothing-listening' },
    });
  });

  test('the password comes from the environment or the URL, and a profile says its subscriptions', async () => {
    const strict = await startMosquitto({ users: new Map([['reader', 'p@ss/word']]) });
    try {
      const home = await temporaryFolder();
      const { port } = strict;
      const profile = {
        ...defaultProfileFields(),
        id: 'plant-lyon',
        name: 'Plant Lyon',
        host: '127.0.0.1',
        port,
        username: 'reader',
        subscriptions: [{ filter: 'lyon/#', qos: 1 as const }],
      };
      const profiles = { version: 1, profiles: [profile], deleted: [] };
      writeFileSync(join(home, 'profiles.json'), JSON.stringify(profiles));
      const env = { MQTT_LOUPE_HOME: home };
      const args = ['record', '--profile', 'Plant Lyon', '--for', '100ms', '--json'];

      const refused = await cli.run(args, { env });
      expect(refused.code).toBe(3);
      expect(refused.err).toMatch(/No password was given.*keyring.*MQTT_LOUPE_PASSWORD/su);

      const right = { ...env, MQTT_LOUPE_PASSWORD: 'p@ss/word' };
      expect((await cli.run(args, { env: right })).code).toBe(0);
      expect(strict.log()).toMatch(/lyon\/# \(QoS 1\)/u);

      const inUrl = `mqtt://reader:p%40ss%2Fword@127.0.0.1:${String(port)}`;
      const file = await newFile();
      const byUrl = await cli.run(['record', '-u', inUrl, '--for', '100ms', '--db', file]);
      expect(byUrl.code).toBe(0);
      expect(byUrl.err + byUrl.out).not.toMatch(/word/u);

      const unknown = await cli.run(['record', '--profile', 'Plant Paris'], { env });
      expect(unknown.code).toBe(2);
      expect(unknown.err).toMatch(/no profile “Plant Paris” .*: saved are “Plant Lyon”/u);
    } finally {
      await strict.dispose();
    }
  });

  test('is built in: serve-demo can be recorded', async () => {
    const demo = cli.start(['serve-demo']);
    const port = (await demo.says(/mqtt:\/\/127\.0\.0\.1:(\d+)\n/u)) ?? '';
    const file = await newFile();
    const target = `mqtt://127.0.0.1:${port}`;
    const args = ['record', '--url', target, '-V', '3.1.1', '-C', '30', '--db', file, '--json'];
    const result = await cli.run(args);
    expect(lastLine(result)).toMatchObject({ stored: 30, end: 'count' });
    demo.child.kill('SIGTERM');
    expect((await demo.ended).code).toBe(0);
  });
});

describe('using it', () => {
  test('--help and --version go to the output, and every command has its page', async () => {
    const general = await cli.run(['--help']);
    expect(general).toMatchObject({ code: 0, err: '' });
    for (const name of [
      'record',
      'topics',
      'query',
      'info',
      'vacuum',
      'check',
      'repair',
      'serve-demo',
    ]) {
      expect(general.out).toContain(`  ${name} `);
    }
    const page = await cli.run(['record', '--help']);
    expect(page).toMatchObject({ code: 0, err: '' });
    expect(page.out).toMatch(/USAGE[^]*--mqtt-version[^]*--max-size[^]*EXIT CODES[^]*EXAMPLES/u);
    expect((await cli.run(['--version'])).out).toMatch(/^mqtt-loupe \d+\.\d+\.\d+\n$/u);
  });

  test.each([
    [['recrod'], /no command “recrod”\. Did you mean “record”\?/u],
    [['record'], /Which broker\? Give --url/u],
    [['record', '--ulr', 'x'], /no option --ulr\. Did you mean --url\?/u],
    [['record', '--url'], /--url needs a value/u],
    [['record', '--url', 'http://user:secret@x'], /“http:\/\/x” is not a broker's URL/u],
    [['record', '--url', 'mqtt://x', '--qos', '3'], /--qos must be 0, 1 or 2, not “3”/u],
    [['record', '--url', 'mqtt://x', '-t', 'a/#/b'], /“a\/#\/b” is no topic filter/u],
    [['record', '--url', 'mqtt://x', '--for', 'ever'], /--for must be a time such as 90s/u],
    [['record', '--url', 'mqtt://x', '--max-size', 'big'], /--max-size must be a size such as/u],
    [['query', 'plant/#'], /“plant\/#” stands alone/u],
    [['query', '--since', 'yesterday'], /--since must be a time such as/u],
  ])('%j is refused with words and exit code 2', async (args, words) => {
    const { code, err, out } = await cli.run(args);
    expect(err).toMatch(words);
    expect(err).toMatch(/See: mqtt-loupe .*--help/u);
    expect(err).not.toContain('secret');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('a history that is missing, damaged or foreign has exit code 4', async () => {
    const missing = await cli.run(['info', '--db', await newFile()]);
    expect(missing).toMatchObject({ code: 4, out: '' });
    expect(missing.err).toMatch(/There is no history at .*recorded\.db/u);
    const damaged = await newFile();
    writeFileSync(damaged, 'not a database '.repeat(1_000));
    expect((await cli.run(['query', '--db', damaged])).code).toBe(4);
    rmSync(damaged);
  });

  test('an older Node.js is told which one is needed', async () => {
    const folder = await temporaryFolder();
    const pretend = join(folder, 'older.cjs');
    writeFileSync(
      pretend,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.1' } });",
    );
    const { code, err } = await cli.run(['--version'], { node: ['--require', pretend] });
    expect(code).toBe(1);
    expect(err).toMatch(/needs Node\.js 22\.14 or newer; this is 20\.18\.1/u);
  });
});
