/** Recording over TLS from a broker whose authority this computer does not know. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeClientCertificates, PASSPHRASE } from '../helpers/client-certificates';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { startHttpsProxy, startSocksProxy } from '../helpers/proxies';
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
  expect(refused.err).toMatch(/not signed by an authority .*--ca FILE/su);

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

test('a client certificate, a fingerprint and a proxy are given as options; secrets come from the environment', async () => {
  const strict = await startMosquitto({ tls: true, config: ['require_certificate true'] });
  onTestFinished(() => strict.dispose());
  if (strict.certificates === null) throw new Error('no certificates');
  const files = await makeClientCertificates(strict.certificates);
  const proxy = await startSocksProxy({ username: 'anna', password: 'geheim' });
  onTestFinished(() => proxy.dispose());
  const target = `mqtts://localhost:${String(strict.port)}`;
  const folder = await temporaryFolder();
  const publisher = await mqtt.connectAsync(target, {
    ca: strict.certificates.ca,
    cert: readFileSync(files.file('client.pem')),
    key: readFileSync(files.file('client.key')),
  });
  onTestFinished(() => publisher.endAsync());
  await publisher.publishAsync('kept', 'x', { qos: 1, retain: true });

  const common = ['record', '--url', target, '-t', 'kept', '-C', '1', '--json'];
  const client = ['--cert', files.file('client.pem'), '--key', files.file('encrypted.key')];
  const env = { MQTT_LOUPE_KEY_PASSPHRASE: PASSPHRASE, MQTT_LOUPE_PROXY_PASSWORD: 'geheim' };
  const unknown = await cli.run([...common, ...client, '--db', join(folder, 'a.db')], { env });
  expect(unknown.code).toBe(3);
  const fingerprint = /--fingerprint ([0-9A-F:]{95})/u.exec(unknown.err)?.[1] ?? '';

  const through = ['--proxy', `socks5h://anna@127.0.0.1:${String(proxy.port)}`];
  const ways = [
    ['--cafile', files.file('ca.p7b')],
    ['--fingerprint', fingerprint],
    ['--insecure', ...through],
  ];
  for (const [at, way] of ways.entries()) {
    const db = join(folder, `way-${String(at)}.db`);
    const recorded = await cli.run([...common, ...client, ...way, '--db', db], { env });
    expect(recorded.err).not.toContain(PASSPHRASE);
    expect(summaryOf(recorded)).toMatchObject({ end: 'count', stored: 1 });
  }
  const secure = await startHttpsProxy(strict.certificates, {
    ...{ username: 'anna', password: 'geheim' },
  });
  onTestFinished(() => secure.dispose());
  const encrypted = [
    ...[...common, ...client, '--insecure', '--db', join(folder, 'c.db')],
    ...['--proxy', `https://anna@localhost:${String(secure.port)}`],
  ];
  const unproven = await cli.run(encrypted, { env });
  expect(unproven.code).toBe(3);
  expect(unproven.err).toContain('The certificate of the proxy');
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: strict.certificates.caFile };
  expect(summaryOf(await cli.run(encrypted, { env: trusting }))).toMatchObject({ stored: 1 });
  const without = await cli.run([...common, ...client, '--insecure', '--db', join(folder, 'b.db')]);
  expect(without.err).toContain('encrypted.key is encrypted');
  const useless = await cli.run(['record', '--url', 'mqtt://h', '--insecure']);
  expect(useless).toMatchObject({ code: 2 });
  expect(useless.err).toContain('--insecure is for mqtts and wss');
});
