import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { ConnectionsPreview, ConnectionsSource } from '../../app/contract-move-in';
import { OWN_FORMAT } from '../../app/move-in/own-file';
import { nodeConfig } from '../../build/vite.node.mjs';
import type { EngineOptions } from '../../main/engine/engine-options';
import { openForWriting } from '../../main/engine/history/driver';
import { makeCertificates } from '../helpers/certificates';
import { openEngine, type TestEngine } from '../helpers/engine';
import { explorerSettings, mqttxConnection } from '../helpers/foreign-settings';
import { bundleHistory, temporaryFolder, type Bundles } from '../helpers/history';
import { PATIENCE } from '../helpers/patience';

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleHistory();
  const source = 'main/engine/move-in/move-in-worker.ts';
  const config = nodeConfig({ source, output: 'move-in.cjs' });
  await build({ ...config, build: { ...config.build, outDir: bundles.threads } });
});

afterAll(() => bundles.dispose());

interface Keeper {
  readonly kept: Map<string, string>;
  readonly keepSecret: NonNullable<EngineOptions['keepSecret']>;
}

/** Keeps secrets as main does; a secret with this text is refused. */
function keeper(refused = 'no secret'): Keeper {
  const kept = new Map<string, string>();
  return {
    kept,
    keepSecret: (profileId, name, value) => {
      if (value === refused) return Promise.reject(new Error('the keyring is locked'));
      if (value === null) kept.delete(`${profileId} ${name}`);
      else kept.set(`${profileId} ${name}`, value);
      return Promise.resolve();
    },
  };
}

async function engine(options: Partial<Keeper> & { password?: string } = {}): Promise<TestEngine> {
  const { keepSecret, password } = options;
  const opened = await openEngine({
    threads: bundles.threads,
    ...(keepSecret === undefined ? {} : { keepSecret }),
    ...(password === undefined ? {} : { password }),
  });
  onTestFinished(() => opened.dispose());
  return opened;
}

type Read = Extract<ConnectionsPreview, { kind: 'read' }>;

async function look({ client }: TestEngine, from: ConnectionsSource): Promise<Read> {
  const preview = await client.calls.previewConnections({ from, passphrase: null });
  if (preview.kind !== 'read') throw new Error('a passphrase is wanted');
  return preview;
}

async function settingsFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'settings.json');
  await writeFile(path, JSON.stringify(explorerSettings()));
  return path;
}

const allOf = ({ connections }: Read): number[] => connections.map((_one, index) => index);

test('secrets go where they are kept, the preview has none, and nothing connects', async () => {
  const { kept, keepSecret } = keeper();
  const one = await engine({ keepSecret });
  const preview = await look(one, { kind: 'file', path: await settingsFile() });
  expect(JSON.stringify(preview)).not.toContain('plant-pass');
  const { previewId } = preview;
  const { profiles } = await one.client.calls.importConnections({ previewId, chosen: [2, 3] });
  expect(profiles.map(({ name }) => name)).toEqual(['Plant Lyon', 'Cloud <b>bold</b>']);
  expect([...kept]).toEqual([[`${profiles[0]!.id} password`, 'plant-pass']]);
  const { profiles: list } = await one.waitFor(
    'profiles',
    {},
    (frame) => frame.profiles.length === 2,
  );
  expect(list.map(({ state }) => state.kind)).toEqual(['disconnected', 'disconnected']);
});

test('certificates and a key that are in the settings of MQTT Explorer come as copies', async () => {
  const folder = await temporaryFolder();
  const { caFile } = await makeCertificates(folder);
  const [ca, key] = [
    await readFile(caFile),
    Buffer.from('-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n'),
  ];
  const file = (name: string, bytes: Buffer): object => ({ name, data: bytes.toString('base64') });
  const settings = {
    ConnectionManager_connections: {
      a: {
        ...{ id: 'a', name: 'Cloud', host: 'broker.example.com', port: 8883, encryption: true },
        selfSignedCertificate: file('ca.pem', ca),
        clientCertificate: file('client.pem', Buffer.from('no certificate')),
        clientKey: file('client\n.key', key),
      },
    },
  };
  const one = await engine();
  const preview = await look(one, { kind: 'text', text: JSON.stringify(settings) });
  expect(JSON.stringify(preview)).not.toContain(key.toString('base64'));
  expect(preview.connections[0]).toMatchObject({
    comes: expect.arrayContaining(['certificates', 'key of the client certificate']) as string[],
    stays: [expect.stringContaining('client.pem: it is no certificate')],
  });
  const { profiles } = await one.client.calls.importConnections({
    previewId: preview.previewId,
    chosen: [0],
  });
  const { tls } = profiles[0]!;
  expect(tls).toMatchObject({ keepsCopies: true, certificate: null });
  expect([tls.authorities[0]!.path, tls.key!.path]).toEqual(['ca.pem', 'client.key']);
  const copies = join(one.home, 'certificates');
  expect(await readFile(join(copies, tls.authorities[0]!.copy!))).toEqual(ca);
  expect(await readFile(join(copies, tls.key!.copy!))).toEqual(key);
  expect((await stat(join(copies, tls.key!.copy!))).mode & 0o077).toBe(0);
});

test('what is here already is recognised, and a name that is taken gets a number', async () => {
  const { keepSecret } = keeper();
  const one = await engine({ keepSecret });
  const from = { kind: 'file', path: await settingsFile() } as const;
  const first = await look(one, from);
  await one.client.calls.importConnections({ previewId: first.previewId, chosen: [2] });
  const again = await look(one, from);
  expect(again.connections[2]).toMatchObject({ sameAs: 'Plant Lyon', isWanted: false });
  const { profiles } = await one.client.calls.importConnections({
    previewId: again.previewId,
    chosen: [2],
  });
  expect(profiles[0]!.name).toBe('Plant Lyon 2');
});

test('nothing is half done when a secret cannot be kept', async () => {
  const { kept, keepSecret } = keeper('plant-pass');
  const one = await engine({ keepSecret });
  const from = { kind: 'text', text: 'mqtt://a:first@one\nmqtt://b:plant-pass@two' } as const;
  const preview = await look(one, from);
  const chosen = allOf(preview);
  await expect(
    one.client.calls.importConnections({ previewId: preview.previewId, chosen }),
  ).rejects.toThrow('locked');
  expect(kept.size).toBe(0);
  expect(one.core.profiles.all).toEqual([]);
});

/** `MQTTX.db` with what its version 1.9 has, as far as connections go. */
async function mqttxDatabase(): Promise<string> {
  const path = join(await temporaryFolder(), 'MQTTX.db');
  const database = openForWriting(path);
  database.pragma('journal_mode = WAL');
  database.exec(`
    CREATE TABLE CollectionEntity (id varchar PRIMARY KEY, name varchar, orderId integer, parentId varchar);
    CREATE TABLE WillEntity (id varchar PRIMARY KEY, lastWillTopic varchar, lastWillPayload varchar,
      lastWillQos integer, lastWillRetain boolean, willDelayInterval integer);
    CREATE TABLE ConnectionEntity (id varchar PRIMARY KEY, client_id varchar, name varchar, clean boolean,
      protocol varchar, host varchar, port integer, keepalive integer, username varchar, password varchar,
      path varchar, certType varchar, ssl boolean, mqttVersion varchar, parent_id varchar, orderId integer,
      rejectUnauthorized boolean, ca varchar, cert varchar, key varchar, sessionExpiryInterval integer,
      userProperties varchar, willId varchar);
    CREATE TABLE SubscriptionEntity (id varchar PRIMARY KEY, topic varchar, qos integer, nl boolean,
      rh integer, alias varchar, connection_id varchar);
    INSERT INTO CollectionEntity VALUES ('c1', 'Lyon', 0, NULL), ('c2', 'Line 7', 0, 'c1'),
      ('loop', 'Loop', 0, 'loop');
    INSERT INTO WillEntity VALUES ('w1', 'gone', 'bye', 1, 1, 9);
    INSERT INTO ConnectionEntity VALUES ('x', 'fixed', 'Press', 0, 'mqtt', 'press.example.com', 1883, 20,
      'anna', 'db-pass', '/mqtt', 'server', 0, '5.0', 'c2', 1, 1, '', '', '', 60, '{"a":"b"}', 'w1');
    INSERT INTO ConnectionEntity (id, client_id, name, host, port, parent_id, orderId)
      VALUES ('y', 'mqttx_0a1b2c3d', 'Loop', 'h', 1883, 'loop', 2);
    INSERT INTO SubscriptionEntity VALUES ('s1', 'press/#', 1, 1, 0, 'all', 'x');
  `);
  // Open, as MQTTX has it: what was written still stands beside the file.
  onTestFinished(() => {
    database.close();
  });
  return path;
}

test('MQTTX.db is read from a copy while MQTTX has it open; the copy is gone afterwards', async () => {
  const { kept, keepSecret } = keeper();
  const one = await engine({ keepSecret });
  const path = await mqttxDatabase();
  const copies = await temporaryFolder();
  vi.stubEnv('TMPDIR', copies);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const before = await stat(path);
  const preview = await look(one, { kind: 'file', path });
  expect(preview.program).toBe('MQTTX');
  const { profiles } = await one.client.calls.importConnections({
    previewId: preview.previewId,
    chosen: allOf(preview),
  });
  expect(profiles[0]).toMatchObject({
    ...{ name: 'Press', host: 'press.example.com', clientId: 'fixed', version: '5' },
    ...{ cleanStart: false, keepAlive: 20 },
    organisation: { folder: 'Lyon / Line 7', connectAtStart: false },
    connect: { sessionExpirySeconds: 60, userProperties: [['a', 'b']] },
    will: { topic: 'gone', qos: 1, retain: true, delaySeconds: 9 },
    subscriptions: [{ filter: 'press/#', qos: 1, noLocal: true, note: 'all' }],
  });
  expect(profiles[1]).toMatchObject({ clientId: '', organisation: { folder: 'Loop' } });
  expect([...kept.values()]).toEqual(['db-pass']);
  expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
  expect(await readdir(copies)).toEqual([]);
});

test('files that are none say so', async () => {
  const one = await engine();
  const folder = await temporaryFolder();
  const refuse = async (name: string, content: string | Buffer, words: RegExp): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, content);
    await expect(look(one, { kind: 'file', path })).rejects.toThrow(words);
  };
  await refuse('empty', '', /No connections could be read/u);
  await refuse('binary', Buffer.from([0, 255, 7, 1]), /no format that is known/u);
  await refuse('damaged.db', Buffer.from(`SQLite format 3\0${'x'.repeat(5000)}`), /database/u);
  await refuse('huge.json', Buffer.alloc(64_000_001, 32), /larger than 64 MB/u);
  await refuse('newer', JSON.stringify({ format: OWN_FORMAT, version: 9 }), /newer version/u);
  await refuse('cut.json', '{"ConnectionManager_connections": {', /damaged or cut off/u);
  await expect(look(one, { kind: 'file', path: folder })).rejects.toThrow(/it is no file/u);
});

async function exported(
  one: TestEngine,
  passphrase: string | null,
): Promise<{ readonly path: string; readonly text: string }> {
  const path = join(await temporaryFolder(), 'connections.json');
  const profileIds = one.core.profiles.all.map(({ id }) => id);
  const wish = { path, profileIds, passphrase };
  await expect(one.client.calls.exportConnections(wish)).rejects.toMatchObject({
    code: 'forbidden',
  });
  one.core.moveIn.allowExport(path);
  await one.client.calls.exportConnections(wish);
  return { path, text: await readFile(path, 'utf8') };
}

test('an export has no secrets, unless under a passphrase that alone opens it', async () => {
  const password = 'canary-secret';
  const one = await engine({ password });
  const saved = await one.addProfile({ port: 1, name: 'Line 7', host: 'line7.example.com' });
  await one.client.calls.saveProfile({
    profile: {
      ...saved,
      organisation: { ...saved.organisation, folder: 'Lyon', connectAtStart: true },
    },
  });
  const plain = await exported(one, null);
  expect(plain.text).toContain('line7.example.com');
  expect(plain.text).not.toContain(password);
  const { path, text } = await exported(one, 'a long passphrase é');
  expect(text).not.toContain('line7.example.com');
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const { kept, keepSecret } = keeper();
  const other = await engine({ keepSecret });
  const from = { kind: 'file', path } as const;
  const ask = (passphrase: string | null) =>
    other.client.calls.previewConnections({ from, passphrase });
  expect(await ask(null)).toEqual({ kind: 'locked', wasWrong: false });
  expect(await ask('a long passphrase')).toEqual({ kind: 'locked', wasWrong: true });
  // The accent as two characters, as another keyboard types it.
  const preview = (await ask('a long passphrase e\u0301')) as Read;
  expect(preview.connections[0]).toMatchObject({ name: 'Line 7', folder: 'Lyon' });
  expect(preview.connections[0]!.stays[0]).toContain('connecting at start');
  const { previewId } = preview;
  const { profiles } = await other.client.calls.importConnections({ previewId, chosen: [0] });
  expect(profiles[0]!.organisation).toMatchObject({ folder: 'Lyon', connectAtStart: false });
  expect(profiles[0]!.id).not.toBe(saved.id);
  expect([...kept.values()]).toEqual([password]);
});

test('a file under a passphrase that was changed does not open', async () => {
  const one = await engine({ password: 'secret' });
  await one.addProfile({ port: 1 });
  const { text } = await exported(one, 'passphrase');
  const file = JSON.parse(text) as { lock: Record<string, unknown>; data: string };
  const data = Buffer.from(file.data, 'base64');
  data[5]! ^= 1;
  const tryText = (changed: object) =>
    one.client.calls.previewConnections({
      from: { kind: 'text', text: JSON.stringify({ ...file, ...changed }) },
      passphrase: 'passphrase',
    });
  const wrong = { kind: 'locked', wasWrong: true };
  expect(await tryText({ data: data.toString('base64') })).toEqual(wrong);
  expect(await tryText({ lock: { ...file.lock, tag: 'AAAA' } })).toEqual(wrong);
  await expect(tryText({ lock: { ...file.lock, cost: 2 ** 30 } })).rejects.toThrow(/damaged/u);
  await expect(tryText({ data: '<b>' })).rejects.toThrow(/damaged/u);
});

test('an export that cannot be written leaves what was there', async () => {
  const one = await engine();
  const { id } = await one.addProfile({ port: 1 });
  const path = join(await temporaryFolder(), 'a folder');
  await mkdir(path);
  one.core.moveIn.allowExport(path);
  const wish = { path, profileIds: [id], passphrase: null };
  await expect(one.client.calls.exportConnections(wish)).rejects.toMatchObject({
    code: 'file-unwritable',
  });
  expect(existsSync(`${path}.new`)).toBe(false);
});

test('what was opened once is gone at the next start, unless it is kept', async () => {
  const one = await engine();
  const first = one.core.profileOfUrl('mqtt://127.0.0.1:1', true);
  const kept = one.core.profileOfUrl('mqtt://127.0.0.1:2', true);
  const saved = one.core.profileOfUrl('mqtt://127.0.0.1:3');
  await one.client.calls.keepProfile({ profileId: kept.profileId });
  expect(one.core.lookAtUrl('mqtt://x:secret@127.0.0.1:4')).toEqual({
    ...{ protocol: 'mqtt', host: '127.0.0.1', port: 4, username: 'x', hasPassword: true },
    saved: null,
  });
  await one.close();
  const next = await openEngine({ threads: bundles.threads, home: one.home });
  onTestFinished(() => next.dispose());
  next.core.begin(true);
  expect(next.core.profiles.all.map(({ id }) => id)).toEqual([kept.profileId, saved.profileId]);
  await vi.waitFor(() => {
    expect(next.gone).toEqual([first.profileId]);
  }, PATIENCE);
});

test('connects at start what is to, and nothing else', async () => {
  const one = await engine();
  const saved = await one.addProfile({ port: 1 });
  await one.addProfile({ port: 1 });
  await one.client.calls.saveProfile({
    profile: { ...saved, organisation: { ...saved.organisation, connectAtStart: true } },
  });
  one.core.begin(true);
  const isOn = (kind: string): boolean => kind !== 'disconnected';
  const { profiles } = await one.waitFor('profiles', {}, (frame) =>
    frame.profiles.some(({ state }) => isOn(state.kind)),
  );
  expect(profiles.map(({ state }) => isOn(state.kind))).toEqual([true, false]);
});

test('the export of MQTTX is read from a file', async () => {
  const { keepSecret } = keeper();
  const one = await engine({ keepSecret });
  const path = join(await temporaryFolder(), 'data.json');
  await writeFile(path, JSON.stringify([mqttxConnection]));
  const preview = await look(one, { kind: 'file', path });
  expect(preview).toMatchObject({ program: 'MQTTX', connections: [{ name: 'Line 7' }] });
});
