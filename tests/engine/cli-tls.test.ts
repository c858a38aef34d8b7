/** Recording over TLS from a broker whose authority this computer does not know. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { infoOf, messagesOf, summaryOf } from '../helpers/stored';

let cli: CommandLine;
let broker: Mosquitto;
beforeAll(async () => {
  [cli, broker] = await Promise.all([bundleCommandLine(), startMosquitto({ tls: true })]);
});
afterAll(async () => {
  await broker.dispose();
  await cli.dispose();
});

const url = (): string => `mqtts://127.0.0.1:${String(broker.port)}`;
const caFile = (): string => broker.certificates?.caFile ?? '';

test('--ca trusts the authorities in a file; without it the words say so', async () => {
  const file = join(await temporaryFolder(), 'tls.db');
  const args = ['record', '--url', url(), '-t', 'tls/#', '-C', '1', '--db', file, '--json'];
  const refused = await cli.run(args);
  expect(refused.code).toBe(3);
  expect(refused.err).toMatch(/not by an authority .*--ca FILE/su);

  const recording = cli.start([...args, '--ca', caFile()]);
  await recording.says(/recording tls/u);
  const client = await mqtt.connectAsync(url(), { ca: broker.certificates?.ca ?? '' });
  await client.publishAsync('tls/topic', 'secret', { qos: 1 });
  await client.endAsync();
  expect(summaryOf(await recording.ended)).toMatchObject({ end: 'count', stored: 1 });
  expect((await messagesOf(cli, file)).map(({ payload }) => payload)).toEqual(['secret']);
});

test('--ca FILE that is of no use is refused with words and exit code 2', async () => {
  const folder = await temporaryFolder();
  const files = new Map([
    ['key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['cut.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ]);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const db = join(folder, 'none.db');
  const wrong: readonly (readonly [url: string, file: string, words: RegExp])[] = [
    [url(), join(folder, 'missing.pem'), /--ca cannot be read: ENOENT.*missing\.pem/u],
    [url(), join(folder, 'key.pem'), /key\.pem has no certificate in it/u],
    [url(), join(folder, 'cut.pem'), /cut\.pem: certificate 1 in it is damaged/u],
    [url().replace('mqtts', 'mqtt'), caFile(), /--ca is for mqtts and wss/u],
  ];
  for (const [broken, file, words] of wrong) {
    const result = await cli.run(['record', '--url', broken, '--ca', file, '--db', db]);
    expect(result.err).toMatch(words);
    expect({ code: result.code, out: result.out }).toEqual({ code: 2, out: '' });
  }
});

test('a session begins with its first message, so that its rate is that of the messages', async () => {
  const plain = await startMosquitto();
  onTestFinished(() => plain.dispose());
  const target = `mqtt://127.0.0.1:${String(plain.port)}`;
  const file = join(await temporaryFolder(), 'rate.db');
  const recording = cli.start(['record', '-u', target, '-t', 'rate', '--db', file, '-C', '20']);
  await recording.says(/recording rate/u);
  const client = await mqtt.connectAsync(target);
  for (let message = 0; message < 20; message += 1) await client.publishAsync('rate', 'x');
  await client.endAsync();
  await recording.ended;
  const [first] = await messagesOf(cli, file);
  const [session] = (await infoOf(cli, file)).sessions;
  expect(session?.started).toBe(first?.time);
  expect(session?.seconds).toBeGreaterThan(0);
});
