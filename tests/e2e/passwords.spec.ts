import { expect, test } from '@playwright/test';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
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
    /you will be asked how the password is to be kept/,
  );
  await window.keyboard.press('Escape');
  await addLocked(window);
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
  await window.getByRole('button', { name: 'Disconnect' }).first().click();
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);

  // It was chosen for good: it is not asked again.
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

  // Who thinks better of it makes a vault later, and what is known goes along.
  await command(window, 'Keep passwords in a password vault');
  await window.getByRole('textbox', { name: 'New passphrase' }).fill(VAULT);
  await window.getByRole('textbox', { name: 'The same again' }).fill(VAULT);
  await window.getByRole('button', { name: 'Make a vault' }).click();
  await expect(window.getByRole('dialog')).toBeHidden();
  const { vault } = JSON.parse(await readFile(join(home, 'vault.json'), 'utf8')) as {
    vault: { secrets: unknown[] };
  };
  expect(vault.secrets).toHaveLength(1);
});

const VAULT = 'a long passphrase';
const OTHER_VAULT = 'another passphrase';

async function command(window: LaunchedApp['window'], name: string): Promise<void> {
  await window.keyboard.press('Control+k');
  await window.getByRole('combobox').fill(name);
  await window.getByRole('option', { name }).click();
}

test('a vault keeps passwords behind a passphrase: unlocked once per start, changed, forgotten', async () => {
  let window = await start({ args: noKeyring });
  await window.getByRole('button', { name: 'New connection' }).click();
  let dialog = window.getByRole('dialog');
  await dialog
    .getByRole('textbox', { name: 'Host' })
    .fill(`mqtt://127.0.0.1:${String(broker.port)}`);
  await dialog.getByRole('textbox', { name: 'Username' }).fill('anna');
  await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Save and connect' }).click();
  const fresh = window.getByRole('textbox', { name: 'New passphrase' });
  const again = window.getByRole('textbox', { name: 'The same again' });
  await fresh.fill(VAULT);
  await again.fill('something else');
  await window.getByRole('button', { name: 'Make a vault' }).click();
  await expect(window.getByRole('alert')).toContainText('not the same');
  await again.fill(VAULT);
  await window.getByRole('button', { name: 'Make a vault' }).click();
  await expect(status(window)).toContainText(/^connected/);
  expect(await filesWith(home, 'canary-7f3a9d')).toEqual([]);
  expect(await filesWith(home, VAULT)).toEqual([]);
  expect((await stat(join(home, 'vault.json'))).mode & 0o777).toBe(0o600);

  window = await start({ args: noKeyring });
  dialog = window.getByRole('dialog', { name: 'Unlock the password vault' });
  // Typed without a click first.
  await expect(dialog.getByRole('textbox', { name: 'Passphrase' })).toBeFocused();
  await window.keyboard.type('wrong one');
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog.getByRole('alert')).toContainText('not the vault’s passphrase');
  await dialog.getByRole('button', { name: 'Leave it locked' }).click();
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await window.getByRole('alert').getByRole('button', { name: 'Unlock the vault' }).click();
  await dialog.getByRole('textbox', { name: 'Passphrase' }).fill(VAULT);
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog).toBeHidden();
  await expect(window.getByRole('alert')).toContainText('It is not locked any more: try again.');
  await window.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await expect(status(window)).toContainText(/^connected/);

  await command(window, 'Change the passphrase of the password vault');
  await window.getByRole('textbox', { name: 'Passphrase until now' }).fill(VAULT);
  await window.getByRole('textbox', { name: 'New passphrase' }).fill(OTHER_VAULT);
  await window.getByRole('textbox', { name: 'The same again' }).fill(OTHER_VAULT);
  await window.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(window.getByText('The vault has its new passphrase.')).toBeVisible();

  window = await start({ args: noKeyring });
  dialog = window.getByRole('dialog', { name: 'Unlock the password vault' });
  // Lost: what it opens can only be forgotten, and that is asked about.
  await dialog.getByRole('button', { name: 'I lost the passphrase…' }).click();
  await expect(window.getByRole('dialog', { name: 'Forget the vault?' })).toBeVisible();
  await window.getByRole('button', { name: 'Cancel' }).click();
  await command(window, 'Unlock the password vault');
  await dialog.getByRole('textbox', { name: 'Passphrase' }).fill(OTHER_VAULT);
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog).toBeHidden();
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
  await command(window, 'Forget the password vault');
  await window.getByRole('button', { name: 'Forget it and all passwords in it' }).click();
  await expect.poll(() => readFile(join(home, 'vault.json'), 'utf8')).toContain('"vault": null');
});
