import { expect, test, type Locator, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto({ config: ['sys_interval 0'] });
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  launched = await launchApp();
  await addProfile(launched.window, { name: 'Plant', port: broker.port });
  await connect(launched.window);
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

async function publishReadings(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const topic = `plant/line${String(at % 3)}/press`;
    await client.publishAsync(
      topic,
      JSON.stringify({ value: at, state: at === 7 ? 'fault' : 'ok' }),
    );
  }
}

function grid(window: Page): Locator {
  return window.getByRole('grid', { name: /^Messages/u });
}

/** Pictures for looking at, where a folder for them is named. */
async function picture(window: Page, name: string): Promise<void> {
  const folder = process.env['MQTT_LOUPE_PICTURES'];
  if (folder === undefined) return;
  for (const [width, height] of [
    [1280, 800],
    [900, 600],
  ] as const) {
    await launched.app.evaluate(
      ({ BrowserWindow }, size) =>
        BrowserWindow.getAllWindows()[0]?.setContentSize(size[0], size[1]),
      [width, height] as const,
    );
    for (const theme of ['dark', 'light'] as const) {
      await launched.app.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source;
      }, theme);
      await expect(window.locator('html')).toHaveAttribute('data-theme', theme);
      await window.screenshot({ path: join(folder, `${name}-${theme}-${String(width)}.png`) });
    }
  }
}

test('a search finds a message, marks what it found, and opens it', async () => {
  const { window } = launched;
  await publishReadings(40);
  await expect(status(window)).toContainText('stored 40');
  await window.keyboard.press('Control+Shift+F');
  const query = window.getByRole('textbox', { name: 'Search messages' });
  await expect(query).toBeFocused();
  await expect(grid(window).getByRole('row', { name: /plant\/line/u })).not.toHaveCount(0);
  await picture(window, 'all');

  await query.fill('FAULT topic:line1');
  await query.press('Enter');
  const found = grid(window).getByRole('row');
  await expect(found).toHaveCount(1);
  await expect(found.locator('mark')).toHaveText(['line1', 'fault']);
  await expect(window.getByText(/^Searched 40 messages in .+, 1 found$/u)).toBeVisible();
  await query.press('ArrowDown');
  await window.keyboard.press('Enter');
  const message = window.getByRole('region', { name: 'Message', exact: true });
  await expect(message).toContainText('plant/line1/press');
  await expect(message).toContainText('"fault"');
  await picture(window, 'found');

  await query.fill('value >= 35 and state == "ok"');
  await query.press('Enter');
  await expect(found).toHaveCount(5);
  await picture(window, 'compared');
  await query.fill('state == fault');
  await expect(window.getByRole('alert')).toContainText('state == "fault"');
  await picture(window, 'not-understood');
  await query.fill('nowhere');
  await expect(window.getByText('No message found')).toBeVisible();
  await picture(window, 'nothing');

  await window.getByRole('button', { name: 'Recent queries' }).click();
  await window.getByRole('menuitem', { name: 'FAULT topic:line1' }).click();
  await expect(found).toHaveCount(1);
  await found.click();
  await message.getByRole('button', { name: 'Show among all messages' }).click();
  await expect(grid(window).getByRole('row', { selected: true })).toContainText('fault');
  await expect(grid(window)).toHaveAttribute('aria-rowcount', '41');
  await message.getByRole('button', { name: 'Open the topic in the tree' }).click();
  await expect(row(window, 'press')).toHaveAttribute('aria-selected', 'true');
  expect(launched.complaints).toEqual([]);
});

test('the list follows, and a pause loses nothing', async () => {
  const { window } = launched;
  await publishReadings(3);
  await expect(status(window)).toContainText('stored 3');
  await openTopic(window, 'plant/line1/press');
  await row(window, 'line1').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Search below this topic' }).click();
  const rows = grid(window).getByRole('row', { name: /plant\/line1/u });
  await expect(rows).toHaveCount(1);
  await client.publishAsync('plant/line1/press', 'second');
  await expect(rows.first()).toContainText('second');

  await window.getByRole('button', { name: 'Pause' }).click();
  for (const payload of ['third', 'fourth', 'fifth'])
    await client.publishAsync('plant/line1/press', payload);
  await client.publishAsync('plant/line2/press', 'elsewhere');
  await expect(window.getByText('Paused · 3 came since')).toBeVisible();
  await expect(rows).toHaveCount(2);
  await picture(window, 'paused');
  await window.getByRole('button', { name: 'Follow' }).click();
  await expect(rows).toHaveCount(5);
  await expect(rows.first()).toContainText('fifth');
  await expect(rows.nth(2)).toContainText('third');

  await rows.nth(2).click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Copy payload' }).click();
  await expect
    .poll(() => launched.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toBe('third');
  await rows.nth(2).click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'List this topic only' }).click();
  await expect(window.getByRole('textbox', { name: 'Topic filter' })).toHaveValue(
    'plant/line1/press',
  );
});

test('what stands between messages is in the list', async () => {
  const { window } = launched;
  await publishReadings(2);
  await expect(status(window)).toContainText('stored 2');
  await window.getByRole('button', { name: 'Messages' }).click();
  await expect(grid(window).getByRole('row')).toHaveCount(3);
  await expect(grid(window).getByRole('row').last()).toContainText('The session began');
  await broker.stop();
  await expect(status(window)).toContainText('reconnecting');
  await broker.start();
  await expect(status(window)).toContainText('connected');
  await expect(grid(window).getByRole('row', { name: /Disconnected for/u })).toHaveCount(1);
  await picture(window, 'gap');
});
