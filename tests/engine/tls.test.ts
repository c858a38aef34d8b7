/** TLS as a profile can be set: authorities, client certificates in every form, trust by fingerprint, and what goes wrong. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TLS, type TlsSettings } from '../../app/profile-tls';
import {
  makeClientCertificates,
  PASSPHRASE,
  type ClientCertificates,
} from '../helpers/client-certificates';
import {
  testConnection,
  type TestConnection,
  type TestConnectionOptions,
} from '../helpers/connection';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';

let broker: Mosquitto;
let strict: Mosquitto;
let files: ClientCertificates;
beforeAll(async () => {
  broker = await startMosquitto({ tls: true });
  strict = await startMosquitto({
    tls: true,
    config: ['require_certificate true', 'use_identity_as_username true'],
  });
  if (strict.certificates === null) throw new Error('no certificates');
  files = await makeClientCertificates(strict.certificates);
  // Making keys takes its time on a busy machine.
});
afterAll(async () => {
  await broker.dispose();
  await strict.dispose();
});

const passphrase = new Map([['key-passphrase', PASSPHRASE]] as const);

function connection(
  port: number,
  tls: Partial<TlsSettings>,
  options: TestConnectionOptions = {},
): TestConnection {
  const made = testConnection(
    { protocol: 'mqtts', port, tls: { ...DEFAULT_TLS, ...tls } },
    options,
  );
  onTestFinished(() => made.disconnect());
  made.connect();
  return made;
}

const caOf = ({ certificates }: Mosquitto): TlsSettings['authorities'] => [
  { path: certificates?.caFile ?? '', copy: null },
];

test('an own authority is trusted, as PEM, DER, P7B or a folder of them', async () => {
  await connection(broker.port, { authorities: caOf(broker) }).reaches('connected');
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-authorities-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'readme.txt'), 'not a certificate');
  await writeFile(join(folder, 'plant.crt'), await readFile(files.file('ca.pem')));
  const client = { certificate: files.named('client.pem'), key: files.named('client.key') };
  for (const name of ['ca.der', 'ca.p7b', 'ca-pem.p7b']) {
    const authorities = [files.named(name)];
    await connection(strict.port, { ...client, authorities }).reaches('connected');
  }
  const authorities = [{ path: folder, copy: null }];
  await connection(strict.port, { ...client, authorities }).reaches('connected');
});

test.each([
  ['PEM', 'client.pem', 'client.key'],
  ['DER', 'client.der', 'key.der'],
  ['PKCS#1', 'client.pem', 'pkcs1.key'],
  ['EC', 'ec.pem', 'ec.key'],
  ['encrypted PKCS#8', 'client.pem', 'encrypted.key'],
  ['encrypted PKCS#8 in DER', 'client.pem', 'encrypted.der'],
  ['encrypted PKCS#1', 'client.pem', 'pkcs1-encrypted.key'],
  ['P12', 'client.p12', null],
])('a client certificate as %s opens the broker', async (_form, certificate, key) => {
  const made = connection(
    strict.port,
    {
      authorities: caOf(strict),
      certificate: files.named(certificate),
      key: key === null ? null : files.named(key),
    },
    { secrets: passphrase },
  );
  await made.reaches('connected');
});

const stranger = (): Partial<TlsSettings> => ({
  certificate: files.named('stranger.pem'),
  key: files.named('stranger.key'),
});

test.each([
  ['no client certificate', () => ({}), 'tls-client-certificate-missing', /asks for a client/],
  ['a stranger’s one', stranger, 'tls-client-certificate-refused', /refused the client/],
  [
    'a key of another certificate',
    () => ({ certificate: files.named('client.pem'), key: files.named('ec.key') }),
    'tls-key-mismatch',
    /do not belong together/,
  ],
  [
    'an encrypted key without passphrase',
    () => ({ certificate: files.named('client.pem'), key: files.named('encrypted.key') }),
    'tls-passphrase',
    /could not be opened/,
  ],
  [
    'a P12 without passphrase',
    () => ({ certificate: files.named('client.p12') }),
    'tls-passphrase',
    /could not be opened/,
  ],
  [
    'a file that is gone',
    () => ({ certificate: files.named('gone.pem') }),
    'tls-file',
    /client’s certificate could not be used/,
  ],
])('%s is told in words, and not tried again', async (_what, tls, code, title) => {
  const failure = await connection(strict.port, { authorities: caOf(strict), ...tls() }).fails();
  expect(failure).toMatchObject({ code, retryable: false });
  expect(failure.title).toMatch(title);
});

test('a wrong passphrase is told, and the passphrase is in no word of it', async () => {
  const failure = await connection(
    strict.port,
    { authorities: caOf(strict), certificate: files.named('client.p12') },
    { secrets: new Map([['key-passphrase', 'canary-wrong']]) },
  ).fails();
  expect(failure.code).toBe('tls-passphrase');
  expect(failure.advice).toContain('The passphrase does not open client.p12');
  expect(JSON.stringify(failure)).not.toContain('canary');
});

test('a P12 that OpenSSL 3 no longer reads is explained', async () => {
  const failure = await connection(
    strict.port,
    { authorities: caOf(strict), certificate: files.named('legacy.p12') },
    { secrets: passphrase },
  ).fails();
  expect(failure.code).toBe('tls-file');
  expect(failure.advice).toMatch(/encrypted in an old way .* openssl pkcs12 -legacy/u);
});

test('an unknown certificate is shown; trusted by its fingerprint it connects, and another one then fails', async () => {
  const failure = await connection(broker.port, {}).fails();
  const pem = await readFile(broker.certificates?.certFile ?? '', 'utf8');
  const { fingerprint256: fingerprint } = new X509Certificate(pem);
  expect(failure).toMatchObject({
    code: 'tls-untrusted',
    certificate: {
      subject: 'CN=Test broker',
      issuer: 'CN=Test authority',
      names: ['localhost', '127.0.0.1'],
      fingerprint,
    },
  });
  await connection(broker.port, { trust: 'fingerprint', fingerprint }).reaches('connected');
  const changed = await connection(strict.port, {
    ...{ trust: 'fingerprint', fingerprint },
    ...{ certificate: files.named('client.pem'), key: files.named('client.key') },
  }).fails();
  expect(changed.code).toBe('tls-fingerprint-changed');
  expect(changed.advice).toContain(fingerprint);
  expect(changed.advice).toContain(changed.certificate?.fingerprint);
  expect(changed.certificate?.fingerprint).not.toBe(fingerprint);
});

test('whatever the certificate is, it connects when the profile says so, and the state says it too', async () => {
  const made = connection(broker.port, { trust: 'anything' });
  expect(await made.reaches('connected')).toMatchObject({ isUnchecked: true });
  const checked = connection(broker.port, { authorities: caOf(broker) });
  expect(await checked.reaches('connected')).not.toHaveProperty('isUnchecked');
});

test('without the system’s authorities only the own ones count', async () => {
  const failure = await connection(broker.port, { systemAuthorities: false }).fails();
  expect(failure.code).toBe('tls-untrusted');
  const own = { systemAuthorities: false, authorities: caOf(broker) };
  await connection(broker.port, own).reaches('connected');
});

test('the server name is asked for, and is the one that is checked', async () => {
  const authorities = caOf(broker);
  await connection(broker.port, { authorities, serverName: 'localhost' }).reaches('connected');
  const failure = await connection(broker.port, { authorities, serverName: 'other.test' }).fails();
  expect(failure).toMatchObject({ code: 'tls-host-mismatch', retryable: false });
});

test('the keys of a connection are logged for Wireshark, for its owner only, and only where that is set', async () => {
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-keys-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const surroundings = { home, systemProxy: () => Promise.resolve('DIRECT') };
  const authorities = caOf(broker);
  await connection(broker.port, { authorities }, { surroundings }).reaches('connected');
  await expect(stat(join(home, 'tls-keys'))).rejects.toThrow('ENOENT');
  await connection(broker.port, { authorities, keyLog: true }, { surroundings }).reaches(
    'connected',
  );
  const file = join(home, 'tls-keys', 'test.log');
  await expect
    .poll(() => readFile(file, 'utf8').catch(() => ''))
    .toMatch(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]+$/mu);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a copy in the data folder is read in the place of the file', async () => {
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-copies-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const pem = await readFile(broker.certificates?.caFile ?? '');
  const copy = createHash('sha256').update(pem).digest('hex');
  await mkdir(join(home, 'certificates'));
  await writeFile(join(home, 'certificates', copy), pem);
  const surroundings = { home, systemProxy: () => Promise.resolve('DIRECT') };
  const authorities = [{ path: '/media/stick/ca.pem', copy }];
  await connection(broker.port, { authorities }, { surroundings }).reaches('connected');
});

/** A TLS server with settings that Mosquitto cannot be given. */
async function startTlsServer(options: {
  readonly ALPNProtocols?: string[];
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2';
  readonly minVersion?: 'TLSv1.1' | 'TLSv1.2';
  readonly ciphers?: string;
}): Promise<number> {
  const server: Server = createServer({
    cert: await readFile(broker.certificates?.certFile ?? ''),
    key: await readFile(broker.certificates?.keyFile ?? ''),
    ...options,
  });
  server.on('secureConnection', (socket) => socket.end(`${String(socket.alpnProtocol)} `));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('protocols that the server does not know, an old TLS version and impossible ciphers have words of their own', async () => {
  const authorities = caOf(broker);
  const amazon = await startTlsServer({ ALPNProtocols: ['x-amzn-mqtt-ca'] });
  const known = await connection(amazon, { authorities, alpn: ['x-amzn-mqtt-ca'] }).fails();
  // It was agreed on: what came over TLS is its name, which is no MQTT.
  expect(known).toMatchObject({
    code: 'protocol-error',
    technical: expect.stringContaining('78 2d 61 6d 7a 6e'),
  });
  const unknown = await connection(amazon, { authorities, alpn: ['http/1.1'] }).fails();
  expect(unknown.code).toBe('tls-alpn-refused');

  const newest = await startTlsServer({ maxVersion: 'TLSv1.2' });
  const tooOld = await connection(newest, { authorities, minimumVersion: '1.3' }).fails();
  expect(tooOld.code).toBe('tls-version-refused');
  const old = await startTlsServer({
    ...{ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
  });
  expect((await connection(old, { authorities }).fails()).code).toBe('tls-version-refused');
  const allowed = await connection(old, { authorities, minimumVersion: '1.1' }).fails();
  expect(allowed.code).toBe('protocol-error');

  const ciphers = await connection(broker.port, { authorities, ciphers: 'NONSENSE' }).fails();
  expect(ciphers).toMatchObject({
    code: 'invalid-settings',
    title: expect.stringContaining('ciphers'),
  });
});

test('a port without TLS is recognised', async () => {
  const plain = await startMosquitto();
  onTestFinished(() => plain.dispose());
  const failure = await connection(plain.port, {}).fails();
  expect(failure.code).toBe('tls-failed');
});
