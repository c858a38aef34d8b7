import { expect, test, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let client: mqtt.MqttClient;
let folder: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-charts-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await client.endAsync(true);
  await broker.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function send(temperature: string, speed: number): Promise<void> {
  await client.publishAsync('plant/temperature', temperature, { qos: 1 });
  await client.publishAsync('plant/press', `{"motor":{"speed":${String(speed)}}}`, { qos: 1 });
}

async function answer({ app }: LaunchedApp, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

async function chartOption(window: Page, name: string): Promise<void> {
  await window.getByRole('button', { name: 'Options of the chart' }).click();
  await window.getByRole('menuitem', { name }).click();
}

async function showCharts(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Charts', exact: true }).click();
}

test('two topics through a gap: read with the cursor, saved as picture and CSV, there after a restart', async () => {
  const home = join(folder, 'home');
  await mkdir(home);
  launched = await launchApp({ home });
  let { window } = launched;
  await addProfile(window, { name: 'lab', port: broker.port });
  await connect(window);
  await send('20.5', 100);
  await send('21.5', 110);
  await openTopic(window, 'plant/temperature');
  await expect(row(window, 'press')).toHaveAccessibleName(/110/);
  await window.getByRole('button', { name: 'Disconnect' }).click();
  await expect(status(window)).toContainText(/^disconnected/);
  // While nobody listens: that is what the gap is about.
  await send('99', 999);
  await connect(window);
  await send('22.5', 120);
  await expect(row(window, 'press')).toHaveAccessibleName(/120/);

  // From the tree, and by typing topic and path.
  await row(window, 'temperature').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Add to a chart…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Add to a chart' });
  await dialog.getByRole('textbox', { name: 'Unit' }).fill('°C');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  await showCharts(window);
  await window.getByRole('button', { name: 'Add a line' }).click();
  await dialog.getByRole('textbox', { name: 'Topic', exact: true }).fill('plant/press');
  await dialog.getByRole('button', { name: 'motor.speed' }).click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  const temperature = window.getByRole('row', { name: /plant\/temperature/ });
  const speed = window.getByRole('row', { name: /plant\/press · motor\.speed/ });
  await expect(temperature).toContainText(/22\.5 °C\s*min 20\.5 °C\s*max 22\.5 °C/);
  await expect(speed).toContainText(/120\s*min 100\s*max 120/);

  // A live chart moves on under the cursor: the words are those of where it stands.
  const plot = window.getByRole('application', { name: /plant\/temperature/ });
  const spoken = plot.locator('[aria-live]');
  await plot.focus();
  for (let press = 0; press < 55; press++) await window.keyboard.press('ArrowRight');
  await expect(spoken).toContainText('plant/temperature 22.5 °C');
  await expect(spoken).toContainText('motor.speed 120');
  await expect(async () => {
    await window.keyboard.press('ArrowLeft');
    expect(await spoken.textContent()).toContain('No connection');
  }).toPass({ intervals: [0], timeout: 60_000 });
  await window.keyboard.press('Escape');
  await expect(spoken).toHaveText('');

  const csv = join(folder, 'chart.csv');
  await answer(launched, csv);
  await chartOption(window, 'Export the values as CSV…');
  const exported = window.getByRole('dialog', { name: 'Export the values' });
  await expect(exported).toContainText('6 values exported');
  await exported.getByRole('button', { name: 'Close', exact: true }).last().click();
  const lines = (await readFile(csv, 'utf8')).trimEnd().split('\r\n').slice(1);
  expect(lines.map((line) => line.split(',').slice(2).join(','))).toEqual([
    'lab,plant/temperature,,20.5,°C',
    'lab,plant/press,motor.speed,100,',
    'lab,plant/temperature,,21.5,°C',
    'lab,plant/press,motor.speed,110,',
    'lab,plant/temperature,,22.5,°C',
    'lab,plant/press,motor.speed,120,',
  ]);
  const picture = join(folder, 'chart.png');
  await answer(launched, picture);
  await chartOption(window, 'Save as a picture…');
  await expect(window.getByText('Picture saved')).toBeVisible();
  expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG');

  expect(launched.complaints).toEqual([]);
  await launched.close();
  launched = await launchApp({ home });
  ({ window } = launched);
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await showCharts(window);
  await expect(window.getByRole('row', { name: /motor\.speed/ })).toContainText('max 120');

  // A topic is held over the way to the charts, and dropped onto one of them.
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await openTopic(window, 'plant');
  await row(window, 'temperature').hover();
  await window.mouse.down();
  const charts = window.getByRole('button', { name: 'Charts', exact: true });
  await charts.hover();
  await expect(async () => {
    // What is held moves a little, as a hand does.
    await charts.hover({ position: { x: 10, y: 10 + (Date.now() % 3) } });
    await expect(window.getByRole('article')).toBeVisible({ timeout: 200 });
  }).toPass();
  await window.getByRole('article').hover();
  await window.mouse.up();
  await expect(window.getByRole('row', { name: /plant\/temperature/ })).toHaveCount(2);
  expect(launched.complaints).toEqual([]);
});
