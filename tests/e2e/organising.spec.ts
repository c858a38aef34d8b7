import { expect, test, type Page } from '@playwright/test';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultProfileFields, type Profile } from '../../app/profile';
import { launchApp, runApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto } from '../helpers/mosquitto';
import { addProfile, status } from '../helpers/window';

const PASSWORD = 'canary-organised';

let folder: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-organising-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await rm(folder, { recursive: true, force: true });
});

interface Saved {
  readonly name: string;
  readonly folder?: string;
  readonly favourite?: boolean;
}

/** A data folder with these connections. */
async function homeWith(connections: readonly Saved[]): Promise<string> {
  const fields = defaultProfileFields();
  const profiles = connections.map(({ name, folder: inFolder = '', favourite = false }, index) => ({
    ...{
      ...fields,
      id: `p${String(index)}`,
      name,
      host: `${name.toLowerCase().replaceAll(' ', '-')}.example.com`,
    },
    organisation: { ...fields.organisation, folder: inFolder, favourite },
  }));
  const file = { version: 1, profiles, deleted: [] };
  await writeFile(join(folder, 'profiles.json'), JSON.stringify(file));
  return folder;
}

const names = (window: Page, list: string) =>
  window
    .getByRole('list', { name: list, exact: true })
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => item.getAttribute('aria-label')));

test('folders fold, connections move between them by key and by mouse, favourites stand first', async () => {
  const home = await homeWith([
    { name: 'Press', folder: 'Line 2' },
    { name: 'Oven', folder: 'Line 2' },
    { name: 'Robot', folder: 'Line 10' },
    { name: 'Lab' },
    { name: 'Cloud', favourite: true },
    { name: 'Gate' },
  ]);
  launched = await launchApp({ home });
  const { window } = launched;
  await expect.poll(() => names(window, 'Line 2'), { timeout: 60_000 }).toEqual(['Press', 'Oven']);
  await expect.poll(() => names(window, 'Favourites')).toEqual(['Cloud']);

  const oven = window.getByRole('listitem', { name: 'Oven' });
  await oven.getByRole('button', { name: 'More for Oven' }).focus();
  await window.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => names(window, 'Line 10')).toEqual(['Oven', 'Robot']);
  await expect(oven.getByRole('button', { name: 'More for Oven' })).toBeFocused();
  await window.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => names(window, 'Line 10')).toEqual(['Robot', 'Oven']);

  await window
    .getByRole('listitem', { name: 'Lab' })
    .dragTo(window.getByRole('button', { name: 'Line 2', exact: true }));
  await expect.poll(() => names(window, 'Line 2')).toEqual(['Press', 'Lab']);

  await window.getByRole('button', { name: 'More for Gate' }).click();
  await window.getByRole('menuitem', { name: 'Add to favourites' }).click();
  await expect.poll(() => names(window, 'Favourites')).toEqual(['Cloud', 'Gate']);

  // A favourite is in its folder, too, although it is listed elsewhere; and undo takes all back.
  await window.getByRole('button', { name: 'More for Press' }).click();
  await window.getByRole('menuitem', { name: 'Add to favourites' }).click();
  await window.getByRole('button', { name: 'Rename the folder Line 2' }).click();
  const naming = window.getByRole('dialog', { name: 'Rename the folder “Line 2”' });
  await expect(naming).toContainText('joins the two');
  await naming.getByRole('textbox', { name: 'Name' }).fill('Line 3');
  await naming.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect.poll(() => names(window, 'Line 3')).toEqual(['Lab']);
  const folderOfPress = async (): Promise<string | undefined> => {
    const file = await readFile(join(home, 'profiles.json'), 'utf8');
    const { profiles } = JSON.parse(file) as { profiles: Profile[] };
    return profiles.find(({ name }) => name === 'Press')?.organisation.folder;
  };
  await expect.poll(folderOfPress).toBe('Line 3');
  await window.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => names(window, 'Line 2')).toEqual(['Lab']);
  await expect.poll(folderOfPress).toBe('Line 2');

  const title = window.getByRole('button', { name: 'Line 10', exact: true });
  await title.click();
  await expect(title).toHaveAttribute('aria-expanded', 'false');
  await expect(oven).toBeHidden();
  await window.keyboard.press('Control+F');
  await window.keyboard.type('OVEN.example');
  await expect(oven).toBeVisible();
  await expect(window.getByRole('listitem', { name: 'Robot' })).toBeHidden();
  await window.keyboard.press('Escape');
  await expect(oven).toBeHidden();
  expect(launched.complaints).toEqual([]);
});

test('500 connections are found as one types', async () => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    name: `Machine ${String(index)}`,
    folder: `Hall ${String(index % 12)}`,
  }));
  launched = await launchApp({ home: await homeWith(many) });
  const { window } = launched;
  await expect(window.getByRole('button', { name: 'Hall 11', exact: true })).toBeVisible({
    timeout: 60_000,
  });
  // Those far away are made when they come near.
  const far = window.getByRole('listitem', { name: 'Machine 499', exact: true });
  await expect(far.getByRole('button')).toHaveCount(0);
  await far.scrollIntoViewIfNeeded();
  await expect(far.getByRole('button', { name: 'Connect', exact: true })).toBeVisible();
  await window.getByRole('searchbox', { name: 'Find a connection' }).fill('machine 499');
  await expect(window.getByRole('listitem')).toHaveCount(1);
  await expect(window.getByRole('listitem', { name: 'Machine 499' })).toBeVisible();
});

test('connections go to another computer with their secrets, under a passphrase only', async () => {
  const broker = await startMosquitto({ users: new Map([['anna', PASSWORD]]) });
  try {
    launched = await launchApp();
    const answer = async (path: string): Promise<void> => {
      await launched!.app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
      }, path);
    };
    const file = join(folder, 'connections.json');
    await answer(file);
    let { window } = launched;
    await addProfile(window, {
      name: 'Locked',
      port: broker.port,
      username: 'anna',
      password: PASSWORD,
    });
    await window.getByRole('button', { name: 'More for connections' }).click();
    await window.getByRole('menuitem', { name: 'Export connections…' }).click();
    let dialog = window.getByRole('dialog', { name: 'Export connections' });
    await dialog.getByRole('radio', { name: /With secrets/u }).click();
    await dialog.getByRole('textbox', { name: 'Passphrase' }).fill('a long passphrase');
    await expect(dialog.getByRole('button', { name: 'Export…' })).toBeDisabled();
    await dialog.getByRole('textbox', { name: 'The same again' }).fill('a long passphrase');
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect(window.getByText('1 connection exported with 1 secret')).toBeVisible();
    expect(await readFile(file, 'utf8')).not.toContain(PASSWORD);
    await launched.close();

    launched = await launchApp();
    await answer(file);
    window = launched.window;
    await window.getByRole('button', { name: 'Import connections…' }).click();
    dialog = window.getByRole('dialog', { name: 'Import connections' });
    await dialog.getByRole('button', { name: 'Choose a file…' }).click();
    const passphrase = dialog.getByRole('textbox', { name: 'Passphrase' });
    await passphrase.fill('another one');
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(dialog).toContainText('does not open the file');
    await passphrase.fill('a long passphrase');
    await passphrase.press('Enter');
    await dialog.getByRole('button', { name: 'Import 1 connection' }).click();
    await window
      .getByRole('listitem', { name: 'Locked' })
      .getByRole('button', { name: 'Connect', exact: true })
      .click();
    await expect(status(window)).toContainText(/^connected/u);
    expect(launched.complaints).toEqual([]);
  } finally {
    await broker.dispose();
  }
});

test('a link to a broker asks first, shows no password, and can be opened once', async () => {
  const broker = await startMosquitto({ users: new Map([['anna', PASSWORD]]) });
  try {
    launched = await launchApp({ home: folder });
    const { window } = launched;
    const url = `mqtt://anna:${PASSWORD}@127.0.0.1:${String(broker.port)}`;
    expect((await runApp(folder, ['--demo', url])).code).toBe(0);
    const dialog = window.getByRole('dialog', { name: 'Open this link to a broker?' });
    await expect(dialog).toContainText('127.0.0.1');
    await expect(dialog).toContainText('anna');
    expect(await window.content()).not.toContain(PASSWORD);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toBeHidden();
    await expect(
      window.getByRole('heading', { name: 'See what your broker carries' }),
    ).toBeVisible();

    await runApp(folder, [url]);
    await dialog.getByRole('button', { name: 'Connect once' }).click();
    await expect(status(window)).toContainText(/^connected/u);
    await launched.close();
    launched = await launchApp({ home: folder });
    await expect(
      launched.window.getByRole('heading', { name: 'See what your broker carries' }),
    ).toBeVisible();
  } finally {
    await broker.dispose();
  }
});
