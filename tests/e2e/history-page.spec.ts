/** The page of the past: sessions that are named, kept and deleted, and recordings. */
import { expect, test, type Page } from '@playwright/test';
import mqtt, { type MqttClient } from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let client: MqttClient;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await client.endAsync();
  await broker.dispose();
});

async function openLab(): Promise<Page> {
  launched = await launchApp();
  const { window } = launched;
  await addProfile(window, { name: 'Lab', port: broker.port });
  await window.getByRole('button', { name: /^Lab/ }).first().click();
  await connect(window);
  return window;
}

async function send(topic: string, ...payloads: readonly string[]): Promise<void> {
  for (const payload of payloads)
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
}

const rail = (window: Page) => window.getByRole('navigation', { name: 'Sections' });
const sessions = (window: Page) => window.getByRole('region', { name: 'Sessions' });
const recordings = (window: Page) => window.getByRole('region', { name: 'Recordings' });

test('a session is named, kept and deleted', async () => {
  const window = await openLab();
  await send('plant/a', '1');
  await expect(row(window, 'plant')).toBeVisible();
  await send('plant/a', '2', '3');
  await rail(window).getByRole('button', { name: 'History' }).click();
  const table = sessions(window).getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(2);

  await table.getByRole('button', { name: /^Actions for/ }).click();
  await window.getByRole('menuitem', { name: 'Name and note…' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('The bad valve');
  await dialog.getByRole('textbox', { name: 'Note' }).fill('Sticks at 40 °C');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(table.getByText('The bad valve')).toBeVisible();
  await expect(table.getByText('Sticks at 40 °C')).toBeVisible();

  await table.getByRole('button', { name: /^Actions for/ }).click();
  await window.getByRole('menuitem', { name: 'Keep, whatever the limits' }).click();
  await expect(table.getByText('Kept')).toBeAttached();

  // Everything but what is kept: nothing is left to delete.
  await window.getByRole('button', { name: 'Delete everything…' }).click();
  await expect(dialog).toContainText(/of kept sessions stay/);
  await expect(dialog.getByRole('button', { name: 'Delete for good' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await table.getByRole('button', { name: /^Actions for/ }).click();
  await window.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(dialog).toContainText(/messages will be deleted .*can’t be undone/s);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(dialog).toBeHidden();
  // It runs, and $SYS goes on; but what was there is gone.
  await expect(window.getByText(/older or deleted ones are gone/)).toBeVisible();
  await rail(window).getByRole('button', { name: 'Topics' }).click();
  await openTopic(window, 'plant/a');
  await expect(window.locator('.headline')).toContainText('3');
  await window.getByRole('tab', { name: 'History' }).click();
  await expect(window.getByText(/No stored message|Nothing|no message/i).first()).toBeVisible();
  expect(launched?.complaints).toEqual([]);
});

test('a recording is made by hand, opened, and shows what came', async () => {
  const window = await openLab();
  await send('plant/a', 'before');
  // It may come late, as a retained message, when the subscription was made after it.
  await expect(row(window, 'plant')).toBeVisible();
  await rail(window).getByRole('button', { name: 'History' }).click();
  await expect(recordings(window).getByText('No recording yet')).toBeVisible();
  await recordings(window).getByRole('button', { name: 'Record…' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Valve test');
  await dialog.getByRole('textbox', { name: 'Topic filter' }).fill('plant/#');
  await dialog.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(status(window)).toContainText(/recording 0:/);
  await send('plant/a', 'during 1', 'during 2');
  await send('other/b', 'not meant');
  await expect(recordings(window).getByText(/2 messages/)).toBeVisible();
  await recordings(window).getByRole('button', { name: 'Stop' }).click();
  await expect(status(window)).not.toContainText('recording');

  await recordings(window).getByRole('button', { name: 'Open' }).click();
  await expect(window.getByRole('complementary', { name: 'Recorded history' })).toBeVisible();
  await rail(window).getByRole('button', { name: 'Topics' }).click();
  await openTopic(window, 'plant/a');
  await expect(window.locator('.headline')).toContainText('during 2');
  await expect(row(window, 'other')).toHaveCount(0);
  expect(launched?.complaints).toEqual([]);
});
