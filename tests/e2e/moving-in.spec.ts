import { expect, test } from '@playwright/test';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { installExplorer } from '../helpers/foreign-settings';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { status } from '../helpers/window';

const PASSWORD = 'canary-moved-in';

let broker: Mosquitto;
let person: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto({ users: new Map([['anna', PASSWORD]]) });
  person = await mkdtemp(join(tmpdir(), 'mqtt-loupe-person-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await broker.dispose();
  await rm(person, { recursive: true, force: true });
});

test('connections of MQTT Explorer are offered, looked at, imported, and connect when asked', async () => {
  test.skip(process.platform !== 'linux', 'the usual place is the one on Linux');
  const path = await installExplorer(person, { port: broker.port, password: PASSWORD });
  const before = await readFile(path, 'utf8');
  launched = await launchApp({ env: { HOME: person, XDG_CONFIG_HOME: join(person, '.config') } });
  const { window } = launched;
  const offer = window.getByRole('complementary', { name: 'Connections of other programs' });
  await expect(offer).toContainText('2 connections of MQTT Explorer were found');
  await offer.getByRole('button', { name: 'Look at them' }).click();

  const dialog = window.getByRole('dialog', { name: 'Import connections' });
  const list = dialog.getByRole('list', { name: 'Connections to import' });
  await expect(list.getByRole('listitem')).toHaveCount(4);
  const plant = list.getByRole('listitem', { name: 'Plant Lyon' });
  await expect(plant).toContainText('password');
  await expect(plant.getByRole('checkbox')).toBeChecked();
  const example = list.getByRole('listitem', { name: 'test.mosquitto.org' });
  await expect(example.getByRole('checkbox')).not.toBeChecked();
  await expect(list).toContainText('Cloud <b>bold</b>');
  expect(await window.content()).not.toContain(PASSWORD);
  await dialog.getByRole('button', { name: 'Import 2 connections' }).click();
  await expect(dialog).toBeHidden();

  const card = window.getByRole('listitem', { name: 'Plant Lyon' });
  await expect(card).toContainText('disconnected');
  await card.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/u);
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(launched.complaints).toEqual([]);
});

test('the offer can be dismissed for good, and what is pasted is imported', async () => {
  await installExplorer(person, { port: broker.port });
  const home = join(person, 'home');
  await mkdir(home);
  const env = { HOME: person, XDG_CONFIG_HOME: join(person, '.config') };
  launched = await launchApp({ home, env });
  let { window } = launched;
  await window.getByRole('button', { name: 'Do not offer this again' }).click();
  await launched.close();
  launched = await launchApp({ home, env });
  window = launched.window;
  await window.getByRole('button', { name: 'Import connections…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Import connections' });
  await expect(dialog.getByRole('list', { name: 'Found on this computer' })).toContainText(
    'MQTT Explorer',
  );
  await expect(window.getByRole('complementary')).toHaveCount(0);
  await dialog
    .getByRole('textbox', { name: 'Or paste text' })
    .fill(`mqtt://anna:${PASSWORD}@127.0.0.1:${String(broker.port)} Pasted\nhttp://nowhere`);
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('list', { name: 'Not read' })).toContainText('http://nowhere');
  await dialog.getByRole('button', { name: 'Import 1 connection' }).click();
  await window
    .getByRole('listitem', { name: 'Pasted' })
    .getByRole('button', { name: 'Connect', exact: true })
    .click();
  await expect(status(window)).toContainText(/^connected/u);
});
