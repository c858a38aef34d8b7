import { expect, test, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.mjs';
import { run } from '../../build/process.mjs';
import { launchApp, runApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let folder: string;
let file: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto();
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-recorded-'));
  file = join(folder, 'plant.db');
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await broker.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Records retained messages with the command line, as on a server. */
async function record(): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  for (const [topic, payload] of [
    ['plant/press/temperature', '21.5'],
    ['plant/state', '{"on":true}'],
  ] as const) {
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
  }
  await client.endAsync();
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const args = ['record', '--url', url, '-t', 'plant/#', '--db', file, '--count', '2'];
  const program = join(root, 'dist/cli/mqtt-loupe.cjs');
  const { code, output } = await run(process.execPath, [program, ...args], { timeoutMs: 30_000 });
  expect(output).toContain('stored 2');
  expect(code).toBe(0);
}

async function hash(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

test('a recorded history opens by its path, is browsed read-only, and closes unchanged', async () => {
  await record();
  const before = await hash();
  launched = await launchApp({ args: [file] });
  const { window } = launched;
  const bar = window.getByRole('complementary', { name: 'Recorded history' });
  await expect(bar).toContainText('read-only');
  await expect(status(window)).toContainText(/recorded history\s*2 messages/);
  await expect(window.getByRole('button', { name: 'Connect', exact: true })).toHaveCount(0);
  await expect(window.getByRole('form', { name: 'Publish' })).toHaveCount(0);
  await expect(window.getByText('Nothing can be published here')).toBeVisible();

  await openTopic(window, 'plant/press/temperature');
  await expect(window.locator('.headline')).toContainText('21.5');
  await window.getByRole('tab', { name: 'Chart' }).click();
  await expect(window.getByRole('application', { name: /until .*minimum 21\.5/ })).toBeVisible();
  await window.keyboard.press('Control+W');
  await expect(bar).toBeHidden();
  const recent = window.getByRole('region', { name: 'Recorded histories' });
  await expect(recent.getByText(file)).toBeVisible();

  const second = await runApp(launched.home, [file]);
  expect(second.output).toMatch(/opens what you asked for/);
  await expect(row(window, 'plant')).toBeVisible();
  await bar.getByRole('button', { name: 'Close' }).click();
  await expect(bar).toBeHidden();
  expect(launched.complaints).toEqual([]);
  await launched.close();
  launched = null;
  expect(await hash()).toBe(before);
});

test('its past is browsed too: it ends with its last message, not now', async () => {
  await record();
  launched = await launchApp({ args: [file] });
  const { window } = launched;
  await window.getByRole('button', { name: 'Expand all' }).click();
  const timeline = window.getByRole('slider', { name: 'Timeline' });
  await expect(timeline).toHaveAttribute('aria-valuetext', 'the end of the recording');
  await expect(row(window, 'state')).toBeVisible();
  await timeline.focus();
  await window.keyboard.press('Home');
  await expect(timeline).toHaveAttribute('aria-valuetext', /before the end$/);
  const topics = window.getByRole('treeitem', { name: /temperature|state/ });
  await expect(topics).toHaveCount(1);
  await window.keyboard.press('m');
  await expect(window.getByRole('button', { name: /^Mark Mark 1/ })).toBeVisible();
  await window.getByRole('button', { name: 'Next message of any topic' }).click();
  await expect(topics).toHaveCount(2);
  await timeline.focus();
  await window.keyboard.press('End');
  await expect(timeline).toHaveAttribute('aria-valuetext', 'the end of the recording');
  expect(launched.complaints).toEqual([]);
});

test('the palette asks for a file; one that is no history is told in words', async () => {
  await record();
  launched = await launchApp();
  const { app, window } = launched;
  const answer = (path: string): Promise<void> =>
    app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);
  await expect(window.getByRole('button', { name: 'Open a recorded history…' })).toBeVisible();
  await answer(join(root, 'package.json'));
  await window.keyboard.press('Control+O');
  await expect(window.getByText(/package\.json cannot be opened: .*not a database/)).toBeVisible();
  await answer(file);
  await window.keyboard.press('Control+O');
  await expect(row(window, 'plant')).toBeVisible();
  await window.keyboard.press('Control+W');
  await expect(row(window, 'plant')).toHaveCount(0);

  await drop(window, file);
  await expect(row(window, 'plant')).toBeVisible();
});

test('a damaged history is set aside at the start, and repaired from the banner', async () => {
  await record();
  const home = join(folder, 'home');
  await mkdir(home);
  const bytes = await readFile(file);
  // The head of the file: SQLite does not open it, the repair finds the rest.
  bytes.fill(0x5a, 0, 16);
  await writeFile(join(home, 'history.db'), bytes);
  launched = await launchApp({ home });
  const { window } = launched;
  await expect(window.getByText('The history was damaged, and a new one was begun.')).toBeVisible();
  await window.getByRole('button', { name: 'Repair…' }).click();
  await expect(window.getByText('The history was damaged, and a new one was begun.')).toBeHidden();
  await expect(window.getByText('Copying what can be read into a recording')).toBeVisible();
});

/** Drops a file as from a folder's window: only a file that was chosen in a field has a path. */
async function drop(window: Page, path: string): Promise<void> {
  await window.evaluate(() => {
    const field = document.createElement('input');
    field.type = 'file';
    field.id = 'dropped';
    document.body.append(field);
  });
  await window.locator('#dropped').setInputFiles(path);
  await window.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('#dropped');
    const dataTransfer = new DataTransfer();
    for (const one of field?.files ?? []) dataTransfer.items.add(one);
    field?.remove();
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
    );
  });
}
