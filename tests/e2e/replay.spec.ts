import { expect, test, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, row, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  launched = await launchApp();
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

/** A branch with messages over a second, and something beside it. */
async function recordPlant(window: Page, name = 'Plant'): Promise<void> {
  await addProfile(window, { name, port: broker.port });
  await connect(window);
  await expect(status(window)).toContainText('MQTT');
  await client.publishAsync('house/light', 'on', { qos: 1 });
  for (let at = 0; at < 20; at += 1) {
    await client.publishAsync('plant/line1/speed', JSON.stringify({ rpm: at, site: 'a' }), {
      qos: 1,
    });
  }
  await expect(row(window, 'plant')).toHaveAccessibleName(/20/);
}

async function prepareBranch(window: Page): Promise<void> {
  await row(window, 'plant').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Replay this branch…' }).click();
  await expect(window.getByRole('heading', { name: 'Replay plant of' })).toBeVisible();
}

async function chooseTarget(window: Page, name: RegExp): Promise<void> {
  await window.getByRole('combobox', { name: /Connection that gets the messages/ }).click();
  await window.getByRole('option', { name }).click();
}

function progress(window: Page): ReturnType<Page['locator']> {
  return window.getByRole('status', { name: 'Progress of the replay' });
}

test('a branch is replayed from the tree to the built-in broker, ten times as fast', async () => {
  const { window } = launched;
  await recordPlant(window);
  await prepareBranch(window);
  await expect(window.getByRole('group', { name: 'Settings of the replay' })).toContainText(
    '20 messages',
  );
  await expect(window.getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
  await chooseTarget(window, /Built-in broker/);
  await window.getByRole('combobox', { name: /^Speed/ }).click();
  await window
    .getByRole('option', { name: /× 10\b/ })
    .first()
    .click();

  await window.getByRole('button', { name: 'Add: rename topics' }).click();
  await window.getByRole('textbox', { name: 'Rename from 1' }).fill('plant/+/#');
  await window.getByRole('textbox', { name: 'Rename to 1' }).fill('copy/$3');
  await expect(window.getByRole('alert')).toContainText('There is no $3');
  await window.getByRole('textbox', { name: 'Rename to 1' }).fill('copy/$1/$2');
  await window.getByRole('button', { name: 'Add: set values in json payloads' }).click();
  await window.getByRole('textbox', { name: 'Set path 1' }).fill('site');
  await window.getByRole('textbox', { name: 'Set value 1' }).fill('"lyon"');
  const preview = window.getByRole('list', { name: 'Preview' });
  await expect(preview).toContainText('copy/line1/speed');
  await expect(preview).toContainText('"lyon"');

  await window.getByRole('tab', { name: 'Dry run' }).click();
  await window.getByRole('button', { name: /dry run again/i }).click();
  const topics = window.getByRole('list', { name: 'Topics that would be sent' });
  await expect(topics).toContainText('copy/line1/speed');

  await window.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(progress(window)).toContainText('Done');
  await expect(progress(window)).toContainText('20 of 20');

  // Rules are of one source: another one begins without them.
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await row(window, 'house').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Replay this branch…' }).click();
  await expect(window.getByRole('heading', { name: 'Replay house of' })).toBeVisible();
  await expect(window.getByRole('textbox', { name: 'Rename from 1' })).toHaveCount(0);
  await window.getByRole('button', { name: 'Take over the last rules' }).click();
  await expect(window.getByRole('textbox', { name: 'Rename from 1' })).toHaveValue('plant/+/#');
  await window.getByRole('button', { name: 'Add: only these topics' }).click();
  await window.getByRole('textbox', { name: 'Only filter 1' }).fill('nowhere/#');
  await window.getByRole('tab', { name: 'Dry run' }).click();
  await window.getByRole('button', { name: /dry run again/i }).click();
  await expect(progress(window)).toContainText('Nothing would be sent: 1 left out by a filter.');
  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window
    .getByRole('button', { name: /Built-in broker/ })
    .first()
    .click();
  await window.getByRole('textbox', { name: 'Filter topics' }).fill('copy/#');
  // The plant has speeds, too.
  await expect(row(window, 'plant')).toHaveCount(0);
  await window.getByRole('button', { name: 'Expand all' }).click();
  await expect(row(window, 'speed')).toHaveAccessibleName(/lyon/);
  await row(window, 'speed').click();
  await window.getByRole('tab', { name: 'History' }).click();
  await expect(window.getByRole('grid').getByLabel('replayed').first()).toBeVisible();
  expect(launched.complaints).toEqual([]);
});

test('a production broker is asked for by name, and a window with a replay asks before it closes', async () => {
  const { app, window } = launched;
  await recordPlant(window);
  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window.getByRole('button', { name: 'More for Plant' }).click();
  await window.getByRole('menuitem', { name: 'Edit…' }).click();
  const form = window.getByRole('dialog');
  await form.getByRole('checkbox', { name: 'Production' }).click();
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('listitem', { name: 'Plant' })).toContainText('Production');
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await prepareBranch(window);
  await chooseTarget(window, /Plant/);
  await window.getByRole('checkbox', { name: 'Endlessly' }).click();
  await window.getByRole('button', { name: 'Play', exact: true }).click();
  const dialog = window.getByRole('dialog', { name: 'Replay to a production broker' });
  const confirm = dialog.getByRole('button', { name: 'Replay to Plant' });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('Plant');
  await confirm.click();
  await expect(progress(window)).toContainText('Playing');
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
  await expect(window.getByRole('button', { name: /^Replay · / })).toBeVisible();

  const asked = await app.evaluate(async ({ BrowserWindow, dialog: dialogs }) => {
    const questions: string[] = [];
    dialogs.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
      questions.push(message);
      return Promise.resolve({ response: 0, checkboxChecked: false });
    }) as unknown as typeof dialogs.showMessageBox;
    BrowserWindow.getAllWindows()[0]?.close();
    await new Promise(setImmediate);
    return { questions, open: BrowserWindow.getAllWindows().length };
  });
  expect(asked).toEqual({ questions: ['A replay to “Plant” is under way.'], open: 1 });

  await window.getByRole('button', { name: /^Replay · / }).click();
  await window.getByRole('button', { name: 'Stop' }).click();
  await expect(progress(window)).toContainText('Stopped');
});
