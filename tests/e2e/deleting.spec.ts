import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.mjs';
import { run } from '../../build/process.mjs';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp;

test.beforeEach(async () => {
  broker = await startMosquitto();
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-deleting-'));
  launched = await launchApp({ home });
});

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

const card = (name: string) => launched.window.getByRole('listitem', { name, exact: true });

async function addConnected(name: string): Promise<void> {
  const { window } = launched;
  await addProfile(window, { name, port: broker.port });
  await showConnections();
  await card(name).getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
  await showConnections();
}

async function publishFromOutside(topic: string, payloads: readonly string[]): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  for (const payload of payloads) await client.publishAsync(topic, payload, { qos: 1 });
  await client.endAsync();
}

async function showConnections(): Promise<void> {
  await launched.window.getByRole('button', { name: 'Connections', exact: true }).click();
}

async function deleteProfile(name: string): Promise<void> {
  const { window } = launched;
  await window.getByRole('button', { name: `More for ${name}`, exact: true }).click();
  await window.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(card(name)).toBeHidden();
}

/** How often a payload stands in the database, whoever it belongs to. */
async function storedTimes(payload: string): Promise<number> {
  const program = join(root, 'dist/cli/mqtt-loupe.cjs');
  const query = ['query', '--db', join(home, 'history.db'), '--format', 'ndjson'];
  const { code, output } = await run(process.execPath, [program, ...query], { timeoutMs: 30_000 });
  expect(code, output.slice(-500)).toBe(0);
  return output.split(`"payload":"${payload}"`).length - 1;
}

async function expectHistory(name: string): Promise<void> {
  const { window } = launched;
  await card(name).getByRole('button', { name }).first().click();
  await openTopic(window, 'log/entry');
  await window.getByRole('tab', { name: 'History' }).click();
  const tab = window.getByRole('tabpanel', { name: 'History' });
  for (const text of ['first words', 'last words']) await expect(tab).toContainText(text);
  await showConnections();
}

test('a connected profile is deleted and brought back with its history; deleted for good, others keep theirs', async () => {
  await addConnected('Kept');
  await addConnected('Doomed');
  await publishFromOutside('log/entry', ['first words', 'last words']);
  for (const name of ['Kept', 'Doomed']) await expectHistory(name);

  await deleteProfile('Doomed');
  await launched.window.getByRole('button', { name: 'Undo' }).click();
  await expect(card('Doomed')).toContainText('disconnected');
  await expectHistory('Doomed');
  await card('Doomed').getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(launched.window)).toContainText(/^connected/);
  await showConnections();

  await deleteProfile('Doomed');
  await launched.close();
  launched = await launchApp({ home });
  await expect(card('Kept')).toBeVisible();
  await expect(card('Doomed')).toBeHidden();
  await expectHistory('Kept');
  await expect.poll(() => storedTimes('last words')).toBe(1);
  await expect.poll(() => readFile(join(home, 'profiles.json'), 'utf8')).not.toContain('Doomed');
});

test('undo is offered for a while, and then the history is gone', async () => {
  await addConnected('Kept');
  await addConnected('Doomed');
  await publishFromOutside('log/entry', ['last words']);
  await expect.poll(() => storedTimes('last words')).toBe(2);
  await deleteProfile('Doomed');
  const undo = launched.window.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeVisible();
  await expect(undo).toBeHidden();
  await expect.poll(() => storedTimes('last words')).toBe(1);
  await expect.poll(() => readFile(join(home, 'profiles.json'), 'utf8')).not.toContain('Doomed');
  await card('Kept').getByRole('button', { name: 'Kept' }).first().click();
  await expect(row(launched.window, '$SYS')).toBeVisible();
  await expect(status(launched.window)).toContainText(/^connected.*stored [1-9]/);
});
