import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import mqtt from 'mqtt';
import { ProfileStore } from '../../main/engine/profile-store';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { freePort, startMosquitto } from '../helpers/mosquitto';

let bundles: Bundles;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  bundles = await bundleHistory();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  await bundles.dispose();
});

async function open(home?: string, password?: string): Promise<TestEngine> {
  const engine = await openEngine({
    threads: bundles.threads,
    ...(home === undefined ? {} : { home }),
    ...(password === undefined ? {} : { password }),
  });
  cleanUps.push(() => engine.dispose());
  return engine;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-profiles-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a URL makes a profile once, and hands its password on without keeping it', async () => {
  const { core, home } = await open();
  const url = 'mqtt://anna:p@ss%2Fword@127.0.0.1:1884';
  const first = core.profileOfUrl(url);
  expect(first.password).toBe('p@ss/word');
  expect(core.profileOfUrl(url).profileId).toBe(first.profileId);
  expect(core.profiles.all).toMatchObject([{ host: '127.0.0.1', port: 1884, username: 'anna' }]);
  core.profiles.flush();
  expect(await readFile(join(home, 'profiles.json'), 'utf8')).not.toMatch(/p@ss|ss%2F|ss\/word/u);
});

test.each([
  'mqtt://an%0Ana:secret@h',
  `mqtt://u:secret@${'h'.repeat(254)}`,
  'mqtt://u:secret@[a/b]',
  'mqtt://u:sec/ret@h',
  'u:secret@h',
])('a URL that cannot be a profile is refused without its password: %j', async (url) => {
  const { core, home } = await open();
  let refusal: unknown;
  try {
    core.profileOfUrl(url);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'invalid-argument' });
  expect(String(refusal)).not.toMatch(/sec/);
  // The file is read again as it was written: nothing that the schema refuses has got in.
  core.profiles.flush();
  const warnings: string[] = [];
  expect(new ProfileStore(home, (message) => warnings.push(message)).all).toEqual([]);
  expect(warnings).toEqual([]);
});

test('edited settings are used by the next try of a connection that is being brought back', async () => {
  const first = await startMosquitto();
  cleanUps.push(() => first.dispose());
  const second = await startMosquitto();
  cleanUps.push(() => second.dispose());
  const { client, waitFor, addProfile } = await open();
  const profile = await addProfile({ port: first.port });
  const params = { profileId: profile.id };
  await client.calls.connect(params);
  await waitFor('status', params, ({ state }) => state.kind === 'connected');
  await first.stop();
  await waitFor('status', params, ({ state }) => state.kind === 'reconnecting');
  await client.calls.saveProfile({
    profile: { ...profile, port: second.port, version: '3.1.1' },
  });
  await client.calls.retryNow(params);
  const { state } = await waitFor('status', params, (frame) => frame.state.kind === 'connected');
  expect(state).toMatchObject({ version: '3.1.1' });
});

test('the list of profiles tells of what is stored while it is being stored', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.dispose());
  const { client, waitFor, addProfile } = await open();
  const profile = await addProfile({
    port: broker.port,
    subscriptions: [{ filter: 'count/#', qos: 1 }],
  });
  await client.calls.connect({ profileId: profile.id });
  await waitFor('status', { profileId: profile.id }, ({ state }) => state.kind === 'connected');
  const seen: number[] = [];
  const view = client.open('profiles', {}, ({ profiles }) => {
    seen.push(profiles[0]?.storedMessages ?? -1);
  });
  cleanUps.push(() => Promise.resolve(view.close()));
  const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  cleanUps.push(() => publisher.endAsync());
  for (const payload of ['one', 'two', 'three']) {
    await publisher.publishAsync('count/up', payload, { qos: 1 });
  }
  await waitFor('profiles', {}, ({ profiles }) => profiles[0]?.storedMessages === 3);
  await expect.poll(() => seen.at(-1)).toBe(3);
});

test('a retained message that the broker protects is not said to be cleared', async () => {
  const users = new Map([
    ['admin', 'a'],
    ['guest', 'g'],
  ]);
  const acl = ['user admin', 'topic readwrite #', 'user guest', 'topic read #'];
  const broker = await startMosquitto({ users, acl });
  cleanUps.push(() => broker.dispose());
  const admin = await mqtt.connectAsync(`mqtt://admin:a@127.0.0.1:${String(broker.port)}`);
  cleanUps.push(() => admin.endAsync());
  await admin.publishAsync('kept', 'precious', { retain: true, qos: 1 });
  const { client, waitFor, addProfile } = await open(undefined, 'g');
  // Seen with QoS 0, with which a refusal would never be heard of.
  const profile = await addProfile({
    port: broker.port,
    username: 'guest',
    subscriptions: [{ filter: '#', qos: 0 }],
  });
  const params = { profileId: profile.id, topic: 'kept' };
  await client.calls.connect({ profileId: profile.id });
  await waitFor('topic', { ...params, maxBytes: 100 }, ({ retained }) => retained);
  await expect(client.calls.clearRetained(params)).rejects.toMatchObject({
    code: 'publish-refused',
    message: expect.stringMatching(/not cleared: .*not authorised/) as string,
  });
  await waitFor('topic', { ...params, maxBytes: 100 }, ({ retained }) => retained);
});

test('a history that cannot be opened, but is not damaged, stays where it is', async () => {
  const home = await temporaryFolder();
  // Nothing that SQLite opens, and nothing that anybody would want renamed.
  await mkdir(join(home, 'history.db'));
  await writeFile(join(home, 'history.db', 'precious'), 'mine');
  const { warnings } = await open(home);
  const temporary = /cannot be opened.*Messages of this run are stored in (\S+)\.$/s.exec(
    warnings.join(),
  )?.[1];
  expect(temporary).toBeDefined();
  cleanUps.push(() => rm(dirname(temporary!), { recursive: true, force: true }));
  expect(await readdir(home)).not.toContainEqual(expect.stringContaining('damaged'));
  expect(await readFile(join(home, 'history.db', 'precious'), 'utf8')).toBe('mine');
});

test('a damaged history is set aside and a new one begun', async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'history.db'), 'not a database '.repeat(1000));
  const { warnings, client, addProfile } = await open(home);
  expect(warnings.join()).toMatch(/damaged.*set aside as .*history\.db\.damaged/s);
  const profile = await addProfile({ port: await freePort() });
  expect(await client.calls.historyPage({ ...page, profileId: profile.id })).toEqual({
    messages: [],
    more: false,
  });
});

const page = { topic: 'a', beforeId: null, limit: 10, previewBytes: 100 };
