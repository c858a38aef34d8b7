import { expect, test } from '@playwright/test';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp, type LaunchOptions } from '../helpers/electron';
import { startKeyring, type Keyring } from '../helpers/keyring';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, status } from '../helpers/window';

test.skip(process.platform !== 'linux', 'the keyring is a Linux one');

const PASSWORD = 'canary-7f3a9d-ü';

let broker: Mosquitto;
let home: string;
let keyring: Keyring | null = null;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto({ users: new Map([['anna', PASSWORD]]) });
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-passwords-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await keyring?.dispose();
  keyring = null;
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

async function start(options: LaunchOptions = {}): Promise<LaunchedApp['window']> {
  await launched?.close();
  launched = await launchApp({ home, ...options });
  return launched.window;
}

async function addLocked(window: LaunchedApp['window']): Promise<void> {
  await addProfile(window, {
    name: 'Locked',
    port: broker.port,
    username: 'anna',
    password: PASSWORD,
  });
}

/** Every file below a folder in which a text stands, in UTF-8 or UTF-16. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')];
    if (forms.some((form) => bytes.includes(form))) found.push(file);
  }
  return found;
}

test('with a keyring a password is there after a restart, and nowhere in plain text', async () => {
  keyring = await startKeyring();
  const { args, env } = keyring;
  let window = await start({ args, env });
  await addLocked(window);
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);

  window = await start({ args, env });
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window.getByRole('button', { name: 'More for Locked' }).click();
  await window.getByRole('menuitem', { name: 'Edit…' }).click();
  const dialog = window.getByRole('dialog');
  await expect(dialog).toContainText('A password is stored, encrypted by the system’s keyring.');
  await expect(dialog.getByRole('textbox', { name: 'Password' })).toHaveValue('');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const secrets = await readFile(join(home, 'secrets.json'), 'utf8');
  const { passwords } = JSON.parse(secrets) as { passwords: [string, string][] };
  expect(passwords).toHaveLength(1);
  expect(Buffer.from(passwords[0]![1], 'base64').toString('latin1')).not.toContain('canary');
  expect(await filesWith(home, 'canary-7f3a9d')).toEqual([]);
  expect(await filesWith(home, Buffer.from(PASSWORD).toString('base64'))).toEqual([]);

  // Deleted with its profile, once that can't be undone any more.
  await window.getByRole('button', { name: 'More for Locked' }).click();
  await window.getByRole('menuitem', { name: 'Delete' }).click();
  window = await start({ args, env });
  await expect(window.getByRole('button', { name: 'Try it with a built-in broker' })).toBeVisible();
  await expect
    .poll(async () => readFile(join(home, 'secrets.json'), 'utf8'))
    .toMatch(/"passwords": \[\]/);
});

/** Also where the person who runs the tests has one. */
const noKeyring = ['--password-store=basic'];

test('without a keyring a password lives until the program ends, and that is said', async () => {
  let window = await start({ args: noKeyring });
  await window.getByRole('button', { name: 'New connection' }).click();
  await expect(window.getByRole('dialog')).toContainText(
    /kept in memory until the program ends, and is never written to disk/,
  );
  await window.keyboard.press('Escape');
  await addLocked(window);
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
  await window.getByRole('button', { name: 'Disconnect' }).first().click();
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);

  window = await start({ args: noKeyring });
  expect(await filesWith(home, 'canary-7f3a9d')).toEqual([]);
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  const alert = window.getByRole('alert');
  await expect(alert).toContainText(/refused the (login|username)/);
  await expect(alert).toContainText(
    'No password was sent. This system has no keyring, so a password is forgotten when the program ends.',
  );
  await alert.getByRole('button', { name: 'Edit connection' }).click();
  await window.getByRole('dialog').getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await window.getByRole('button', { name: 'Save and connect' }).click();
  await expect(status(window)).toContainText(/^connected/);
});
