import { expect, test, type Locator, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultProfileFields } from '../../app/profile';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row } from '../helpers/window';

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp;

test.beforeEach(async () => {
  broker = await startMosquitto();
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-memory-'));
});

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

function bounds(): Promise<{ width: number; height: number }> {
  return launched.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getNormalBounds(),
  );
}

/** Opens one on the page of all messages; the border between both. */
async function openStoredMessage(window: Page): Promise<Locator> {
  await window.keyboard.press('Control+Shift+F');
  const grid = window.getByRole('grid', { name: /^Messages/u });
  await grid
    .getByRole('row', { name: /leaf|SYS/u })
    .first()
    .click();
  return window.getByRole('separator', { name: 'Width of the message' });
}

test('the window comes back as it was left: size, panes, theme, sort, branches, selection, tab, viewer', async () => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  for (const topic of ['a/open/leaf', 'a/closed/leaf', 'b/leaf']) {
    await client.publishAsync(topic, '{"n": 1}', { qos: 1, retain: true });
  }
  await client.endAsync();
  launched = await launchApp({ home });
  let { window } = launched;
  await addProfile(window, { name: 'Lab', port: broker.port });
  await connect(window);
  await openTopic(window, 'a/open/leaf');
  await window.getByLabel('Viewer').click();
  await window.getByRole('option', { name: 'Hex' }).click();
  await window.getByRole('tab', { name: 'Properties' }).click();
  await window.getByRole('button', { name: 'Sort topics' }).click();
  await window.getByRole('menuitemcheckbox', { name: /count/i }).click();
  await window.getByRole('button', { name: 'Settings' }).click();
  await window.getByRole('menuitemcheckbox', { name: 'Dark' }).click();
  const splitter = (page = window) =>
    page.getByRole('separator', { name: 'Width of the topic tree' });
  await splitter().press('ArrowRight');
  await splitter().press('ArrowRight');
  const width = (await splitter().getAttribute('aria-valuenow')) ?? '';
  await window.getByRole('button', { name: 'Side pane' }).click();
  await launched.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]!.setSize(1111, 777);
  });
  await expect.poll(bounds).toMatchObject({ width: 1111, height: 777 });
  const detail = await openStoredMessage(window);
  const before = Number(await detail.getAttribute('aria-valuenow'));
  await detail.press('ArrowLeft');
  await expect(detail).toHaveAttribute('aria-valuenow', String(before + 16));
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await launched.close();

  launched = await launchApp({ home });
  ({ window } = launched);
  expect(await bounds()).toMatchObject({ width: 1111, height: 777 });
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(splitter(window)).toHaveAttribute('aria-valuenow', width);
  await expect(window.getByRole('form', { name: 'Publish' })).toBeHidden();
  await expect(window.getByRole('tab', { name: 'Properties' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(row(window, 'leaf')).toHaveCount(1);
  await expect(row(window, 'leaf')).toHaveAttribute('aria-selected', 'true');
  await expect(row(window, 'open')).toHaveAttribute('aria-expanded', 'true');
  await expect(row(window, 'closed')).toHaveAttribute('aria-expanded', 'false');
  await expect(row(window, 'b')).toHaveAttribute('aria-expanded', 'false');
  await window.getByRole('tab', { name: 'Value' }).click();
  await expect(window.getByLabel('Viewer')).toContainText('Hex');
  await window.getByRole('button', { name: 'Sort topics' }).click();
  await expect(window.getByRole('menuitemcheckbox', { name: /count/i })).toBeChecked();
  await window.keyboard.press('Escape');
  await expect(await openStoredMessage(window)).toHaveAttribute(
    'aria-valuenow',
    String(before + 16),
  );
});

test('settings that cannot be read are set aside, said, and never stop the start', async () => {
  const file = join(home, 'window.json');
  await writeFile(file, '{"version": 1, "bounds": {"x": 1e9, "y": -5, "width": 0.5, "height": 7}');
  await writeFile(join(home, 'profiles.json'), '{"version": 99}');
  launched = await launchApp({ home });
  const { window } = launched;
  await expect(
    window.getByText(/window\.json could not be read .* was set aside as/),
  ).toBeVisible();
  await expect(
    window.getByText(/profiles\.json could not be read .*newer version.* was set aside as/),
  ).toBeVisible();
  await launched.close();
  // One that is wrong does not take the others along.
  const sound = { ...defaultProfileFields(), id: 'sound', name: 'Sound', host: 'localhost' };
  const profiles = [{ ...sound, id: 'wrong', name: 'Plant', port: 99_999 }, sound];
  await writeFile(
    join(home, 'profiles.json'),
    JSON.stringify({ version: 1, profiles, deleted: [] }),
  );
  await writeFile(
    file,
    '{"version": 1, "bounds": {"x": 90000.5, "y": -5, "width": 0.5, "height": 1e12}, "ui": {"treeWidth": -3, "theme": 7}}',
  );
  launched = await launchApp({ home });
  const { width, height } = await bounds();
  expect([width >= 900, height >= 600, width < 10_000, height < 10_000]).not.toContain(false);
  await expect(
    launched.window.getByText(/One connection could not be read: “Plant” \(port: .*put-aside/),
  ).toBeVisible();
  const cards = launched.window.getByRole('list', { name: 'Connections' }).getByRole('listitem');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText('Sound');
});
