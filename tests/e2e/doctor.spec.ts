import { expect, test } from '@playwright/test';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { freePort, startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
});

test('a failed connection is explained; a click changes it, and then it works', async () => {
  broker = await startMosquitto({ websockets: true });
  launched = await launchApp();
  const { window, complaints } = launched;
  await addProfile(window, { name: 'Lab', port: broker.port });
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await window.getByRole('button', { name: 'Find out why' }).first().click();
  const dialog = window.getByRole('dialog', { name: 'Connection test of “Lab”' });
  const result = dialog.getByRole('region', { name: 'Result' });
  await expect(result.getByRole('heading', { level: 3 })).toContainText(
    'expects MQTT over WebSocket',
  );
  const steps = dialog.getByRole('list', { name: 'Steps' });
  await expect(steps.getByRole('button', { name: /^Connecting failed/u })).toHaveAttribute(
    'aria-expanded',
    'true',
  );
  await result.getByRole('button', { name: 'Switch to ws' }).click();
  await expect(result).toContainText('Everything works.');
  await expect(
    steps.getByRole('button', { name: /^Opening the WebSocket went well/u }),
  ).toBeVisible();
  await dialog.getByRole('button', { name: 'Copy report' }).click();
  const copied = await launched.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toContain(`MQTT Loupe connection test of ws://127.0.0.1:${String(broker.port)}`);
  expect(copied).toContain('Everything works.');
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/u);
  expect(complaints).toEqual([]);
});

test('settings are tested as they are typed, before anything is saved', async () => {
  broker = await startMosquitto({ users: new Map([['anna', 'right']]) });
  launched = await launchApp();
  const { window } = launched;
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const form = window.getByRole('dialog', { name: 'New connection' });
  await form.getByRole('textbox', { name: 'Host' }).fill('127.0.0.1');
  await form.getByRole('textbox', { name: 'Port' }).fill(String(await freePort()));
  await form.getByRole('button', { name: 'Test connection' }).click();
  const dialog = window.getByRole('dialog', { name: 'Connection test of “127.0.0.1”' });
  const result = dialog.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('Nothing is listening on');
  await result.getByRole('button', { name: 'Edit host and port' }).click();
  await expect(dialog).toBeHidden();
  await form.getByRole('textbox', { name: 'Port' }).fill(String(broker.port));
  await form.getByRole('textbox', { name: 'Username' }).fill('anna');
  await form.getByRole('button', { name: 'Test connection' }).click();
  await expect(result).toContainText('No password was sent');
  await result.getByRole('button', { name: 'Edit username and password' }).click();
  await form.getByRole('textbox', { name: 'Password' }).fill('right');
  await form.getByRole('button', { name: 'Test connection' }).press('Enter');
  await expect(result).toContainText('Everything works.');
  await window.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(form).toBeVisible();
  await form.getByRole('button', { name: 'Cancel' }).click();
  await expect(form).toBeHidden();
});
