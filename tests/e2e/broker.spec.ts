import { expect, test, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect } from '../helpers/window';

const MANY = 10_000;

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;
let flood: NodeJS.Timeout | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto({ config: ['sys_interval 1'], logging: 'subscriptions' });
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  launched = await launchApp();
});

test.afterEach(async () => {
  if (flood !== null) clearInterval(flood);
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

/** How many topics below `many` a client that just came gets a retained message of. */
async function keptNow(): Promise<number> {
  const own = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  let kept = 0;
  const passed = new Promise<void>((resolve) => {
    own.on('message', (topic, _payload, { retain }) => {
      if (topic === 'fence') resolve();
      else if (retain) kept += 1;
    });
  });
  await own.subscribeAsync(['many/#', 'fence']);
  await own.publishAsync('fence', '');
  await passed;
  await own.endAsync();
  return kept;
}

function job(window: Page): ReturnType<Page['locator']> {
  return window.getByRole('status', { name: 'Progress' });
}

test('the flood is found, and 10,000 retained messages are cleared and put back', async () => {
  const { window } = launched;
  for (let at = 0; at < MANY; at += 1)
    client.publish(`many/${String(at)}`, `value ${String(at)}`, { retain: true });
  await client.publishAsync('many/done', '', { qos: 1 });
  await addProfile(window, { name: 'Lab', port: broker.port });
  await connect(window);
  flood = setInterval(() => {
    for (let at = 0; at < 20; at += 1) client.publish('plant/press/noisy', 'x'.repeat(500));
    client.publish('plant/press/quiet', '1');
  }, 100);

  await window.getByRole('button', { name: 'Broker', exact: true }).click();
  await expect(window.getByRole('heading', { name: 'Mosquitto' })).toBeVisible();
  await expect(window.getByRole('button', { name: /^Connected \d/ })).toBeVisible();
  await window.getByRole('tab', { name: 'Traffic' }).click();
  const rows = window.getByRole('grid', { name: 'Traffic' }).getByRole('row');
  await expect(rows.first()).toContainText('plant/press/noisy');
  await expect(rows.first()).toContainText(/[1-9]\d{1,2}.*KB\/s/);
  await window.getByRole('radio', { name: 'Branches' }).click();
  await expect(rows.first()).toContainText('plant');
  await rows.first().dblclick();
  await expect(window.getByRole('tree', { name: 'Topics' })).toBeVisible();

  await window.getByRole('button', { name: 'Broker', exact: true }).click();
  await window.getByRole('tab', { name: 'Retained' }).click();
  await window.getByRole('textbox', { name: 'Topic filter' }).fill('many/#');
  await window.getByRole('button', { name: 'Ask the broker' }).click();
  await expect(window.getByText('10,000 messages, ')).toContainText('as the broker had them', {
    timeout: 60_000,
  });
  await window.getByRole('button', { name: 'Clear all 10,000…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Clear 10,000 retained messages' });
  await dialog.getByRole('button', { name: 'Clear 10,000 retained messages' }).click();
  await expect(job(window)).toContainText('Cleared 10,000 of 10,000', { timeout: 120_000 });
  await expect(job(window)).toContainText('the broker keeps none of them any more');
  await expect.poll(keptNow, { timeout: 60_000 }).toBe(0);

  await window.getByRole('button', { name: 'Undo…' }).click();
  await window.getByRole('dialog').getByRole('button', { name: 'Put back' }).click();
  await expect(job(window)).toContainText('Put back 10,000 of 10,000', { timeout: 120_000 });
  await expect.poll(keptNow, { timeout: 60_000 }).toBe(MANY);
  const grid = window.getByRole('grid', { name: 'Retained messages' });
  await window.getByRole('textbox', { name: 'Find in the list' }).fill('many/4711');
  await expect(grid.getByRole('row')).toHaveCount(1);
  await expect(grid.getByRole('row')).toContainText('value 4711');
  expect(launched.complaints).toEqual([]);
});
