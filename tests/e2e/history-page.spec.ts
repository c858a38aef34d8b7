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

  await table.getByText('Sticks at 40 °C').dblclick();
  // The broker's own topics come every ten seconds, and would push these out of sight.
  await window.getByRole('textbox', { name: 'Topic filter' }).fill('plant/#');
  const messages = window.getByRole('grid', { name: /^Messages/u });
  await expect(messages.getByRole('row', { name: /plant\/a/u })).toHaveCount(3);
  await expect(messages.getByRole('row', { name: /\$SYS/u })).toHaveCount(0);
  await rail(window).getByRole('button', { name: 'History' }).click();

  await table.getByText('Sticks at 40 °C').click({ button: 'right' });
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

  await window.getByRole('button', { name: /^Lab/ }).first().click();
  await copyFound(window, '"during 2"', 'Found');
  const found = recordings(window).getByRole('listitem').filter({ hasText: 'Found' });
  await expect(found).toContainText('1 message ');
  const choose = async (action: string): Promise<void> => {
    await found.getByRole('button', { name: /^Actions for/ }).click();
    await window.getByRole('menuitem', { name: action }).click();
  };
  await found.click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Name and note…' }).click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Found at last');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(found).toContainText('Found at last');
  await choose('Export…');
  await expect(dialog).toContainText('1 message in 1 topic');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await choose('Delete');
  await expect(found).toHaveCount(0);
  await window.getByRole('button', { name: 'Undo' }).click();
  await expect(found).toBeVisible();
  expect(launched?.complaints).toEqual([]);
});

test('what is missing stands in the list and on the timeline: a lost connection, and a time that was deleted', async () => {
  const window = await openLab();
  await send('plant/a', 'before the loss');
  await expect(row(window, 'plant')).toBeVisible();
  await broker.stop();
  await expect(status(window)).not.toContainText(/^connected/);
  const lostMs = Date.now();
  await broker.start();
  await expect(status(window)).toContainText(/^connected/);
  // Mosquitto has forgotten what was retained: it comes anew.
  await send('plant/a', 'after it');
  // The strip grows under the mouse.
  await expect(async () => {
    await hoverTime(window, lostMs + 50);
    await expect(window.getByText(/^Not connected: what was sent meanwhile/)).toBeVisible({
      timeout: 1_000,
    });
  }).toPass({ timeout: 60_000 });

  await rail(window).getByRole('button', { name: 'Messages' }).click();
  await window.getByRole('textbox', { name: 'Topic filter' }).fill('plant/#');
  const list = window.getByRole('grid', { name: /^Messages/ });
  await expect(list.getByRole('row', { name: /Disconnected for/ })).toBeVisible();
  await window.getByRole('combobox', { name: /^Time/ }).click();
  await window.getByRole('option', { name: 'Last hour' }).click();
  await expect(window.getByText(/^Searched .*, 2 found/)).toBeVisible();
  await window.getByRole('button', { name: 'Use…' }).click();
  await window.getByRole('menuitem', { name: 'Delete…' }).click();
  const dialog = window.getByRole('dialog', { name: /^Delete plant\/# from/ });
  await expect(dialog).toContainText('2 messages will be deleted');
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await window.getByRole('button', { name: 'Clear all' }).click();
  await window.getByRole('textbox', { name: 'Topic filter' }).fill('plant/#');
  await expect(list.getByRole('row', { name: /\d message.? deleted/ }).first()).toBeVisible();
  await expect(list.getByText('before the loss')).toHaveCount(0);
  expect(launched?.complaints).toEqual([]);
});

/** Searches for something, and makes a recording of what was found. */
async function copyFound(window: Page, query: string, name: string): Promise<void> {
  await rail(window).getByRole('button', { name: 'Messages' }).click();
  const field = window.getByRole('textbox', { name: 'Search messages' });
  await field.fill(query);
  await field.press('Enter');
  await expect(window.getByText(/^Searched .*, 1 found/)).toBeVisible();
  await window.getByRole('button', { name: 'Use…' }).click();
  await window.getByRole('menuitem', { name: 'Copy into a recording…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Keep as a recording' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await window.getByRole('button', { name: 'Show', exact: true }).click();
}

/** Moves the mouse to a moment of the timeline. */
async function hoverTime(window: Page, timeMs: number): Promise<void> {
  const slider = window.getByRole('slider', { name: 'Timeline' });
  const [low, high] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => Number(await slider.getAttribute(name))),
  );
  const box = await slider.boundingBox();
  if (!box || low === undefined || high === undefined) throw new Error('no timeline');
  const edge = 8;
  const share = (timeMs - low) / (high - low);
  await window.mouse.move(box.x + edge + share * (box.width - 2 * edge), box.y + 26);
}
