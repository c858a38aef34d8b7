import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
});

test('a profile is added, edited, duplicated, deleted and brought back', async () => {
  broker = await startMosquitto();
  launched = await launchApp();
  const { window } = launched;
  await window.getByRole('button', { name: 'New connection' }).click();
  const dialog = window.getByRole('dialog');
  await dialog
    .getByRole('textbox', { name: 'Host' })
    .fill(`mqtt://anna@127.0.0.1:${String(broker.port)}`);
  await expect(dialog.getByRole('textbox', { name: 'Host' })).toHaveValue('127.0.0.1');
  await expect(dialog.getByRole('textbox', { name: 'Port' })).toHaveValue(String(broker.port));
  await expect(dialog.getByRole('textbox', { name: 'Username' })).toHaveValue('anna');
  await dialog.getByRole('textbox', { name: 'Port' }).fill('99999');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Lab');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toContainText('The port must be a whole number from 1 to 65535.');
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(broker.port));
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await connect(window);
  await expect(row(window, '$SYS')).toBeVisible();

  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window.getByRole('button', { name: 'More for Lab', exact: true }).click();
  await window.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(window.getByText('Lab copy', { exact: true })).toBeVisible();
  await window.getByRole('button', { name: 'More for Lab copy' }).click();
  await window.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(window.getByText('Lab copy', { exact: true })).toBeHidden();
  await window.getByRole('button', { name: 'Undo' }).click();
  await expect(window.getByText('Lab copy', { exact: true })).toBeVisible();
});

test('refused credentials are said in words, and the right ones connect', async () => {
  broker = await startMosquitto({ users: new Map([['anna', 'right']]) });
  launched = await launchApp();
  const { window } = launched;
  await addProfile(window, {
    name: 'Locked',
    port: broker.port,
    username: 'anna',
    password: 'wrong',
  });
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  const alert = window.getByRole('alert');
  await expect(alert).toContainText(/user ?name|password/iu);
  await expect(status(window)).toContainText('failed');
  await window.getByRole('button', { name: 'Edit connection' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('right');
  await dialog.getByRole('button', { name: 'Save and connect' }).click();
  await expect(status(window)).toContainText('connected');
});

test('a broker that goes away and comes back is found again', async () => {
  broker = await startMosquitto();
  launched = await launchApp();
  const { window } = launched;
  await addProfile(window, { name: 'Shaky', port: broker.port });
  await connect(window);
  await broker.stop();
  await expect(status(window)).toContainText('reconnecting');
  await expect(window.getByRole('button', { name: 'Try now' })).toBeVisible();
  await broker.start();
  await window.getByRole('button', { name: 'Try now' }).click();
  await expect(status(window)).toContainText(/^connected/);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  await client.publishAsync('after/the/break', 'still here', { qos: 1 });
  await client.endAsync();
  await openTopic(window, 'after/the/break');
  await expect(window.getByRole('tabpanel', { name: 'Value' })).toContainText('still here');
});

test('when the engine is killed, it comes back within two seconds with the connection and the tree', async () => {
  broker = await startMosquitto();
  launched = await launchApp();
  const { window, app } = launched;
  await addProfile(window, { name: 'Sturdy', port: broker.port });
  await connect(window);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  await client.publishAsync('before/crash', 'one', { qos: 1 });
  await openTopic(window, 'before/crash');
  await expect(status(window)).toContainText(/stored [1-9]/);

  const killed = await app.evaluate(({ app: electron }) => {
    const engine = electron.getAppMetrics().find((metric) => metric.name === 'MQTT Loupe engine');
    if (engine) process.kill(engine.pid, 'SIGKILL');
    return engine !== undefined;
  });
  expect(killed).toBe(true);
  const begun = Date.now();
  await expect(window.getByText('The engine had stopped and was started again.')).toBeVisible({
    timeout: 2_000,
  });
  expect(Date.now() - begun).toBeLessThan(2_000);
  await expect(status(window)).toContainText(/^connected · MQTT/);
  await client.publishAsync('before/crash', 'two', { qos: 1 });
  await client.endAsync();
  await expect(window.getByRole('tabpanel', { name: 'Value' })).toContainText('two');
  await window.getByRole('tab', { name: 'History' }).click();
  await expect(window.getByRole('tabpanel', { name: 'History' })).toContainText('one');
});
