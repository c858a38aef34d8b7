/** What a person sees and changes of an open connection: subscriptions, and what the broker said. */
import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';
import { addProfile, connect, row, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;

test.beforeEach(async () => {
  broker = await startMosquitto();
  launched = await launchApp();
});

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
});

test('subscriptions are added, paused and removed while connected', async () => {
  const { window } = launched;
  await addProfile(window, { name: 'Live', port: broker.port });
  await connect(window);
  const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  await window.getByRole('button', { name: /^connected · MQTT 5/ }).click();
  const dialog = window.getByRole('dialog', { name: 'Live' });
  const list = dialog.getByRole('list', { name: 'Subscriptions' });
  await expect(dialog).toContainText('found automatically');
  await expect(dialog.getByText('Receive maximum')).toBeVisible();
  await expect(list.getByRole('listitem').first()).toContainText('QoS 0 granted');

  await dialog.getByRole('button', { name: 'Pause #', exact: true }).click();
  await expect(list.getByRole('listitem').first()).toContainText('paused');
  const filter = dialog.getByRole('textbox', { name: 'Subscribe to a topic filter' });
  await filter.fill('plant/#/state');
  await filter.press('Enter');
  await expect(dialog).toContainText('The wildcard # must stand alone in the last level');
  await filter.fill('plant/+/state');
  await dialog.getByRole('radio', { name: 'QoS 1' }).click();
  await dialog.getByRole('button', { name: 'Subscribe', exact: true }).click();
  await expect(list.getByRole('listitem').last()).toContainText('QoS 1 granted');

  await publisher.publishAsync('elsewhere', 'not heard', { qos: 1 });
  await publisher.publishAsync('plant/line1/state', 'heard', { qos: 1 });
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(row(window, 'plant')).toBeVisible();
  await expect(row(window, 'elsewhere')).toHaveCount(0);

  await window.getByRole('button', { name: /^connected/ }).click();
  await dialog.getByRole('button', { name: 'Unsubscribe from plant/+/state' }).click();
  await expect(list).not.toContainText('plant/+/state');
  await window.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('listitem').last()).toContainText('QoS 1 granted');
  await publisher.endAsync();
});

test('a will, properties and a way to sign in are entered and kept', async () => {
  const { window } = launched;
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const dialog = window.getByRole('dialog');
  await dialog
    .getByRole('textbox', { name: 'Host' })
    .fill(`mqtt://127.0.0.1:${String(broker.port)}`);
  const nav = dialog.getByRole('navigation', { name: 'Settings' });
  await nav.getByRole('button', { name: 'Last will' }).click();
  await dialog.getByRole('checkbox', { name: 'Leave a last will' }).click();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toContainText('Enter a topic name.');
  await expect(nav.getByRole('button', { name: 'Last will has a problem' })).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Will topic' }).fill('bench/gone');
  await dialog.getByRole('radio', { name: 'Hex' }).click();
  await dialog.getByRole('textbox', { name: 'Payload' }).fill('0');
  await expect(dialog).toContainText('This is not hex');
  await dialog.getByRole('textbox', { name: 'Payload' }).fill('00ff');

  await nav.getByRole('button', { name: 'MQTT' }).click();
  await dialog.getByRole('textbox', { name: 'Client id' }).fill('mortal');
  await dialog.getByRole('button', { name: 'Properties of MQTT 5' }).first().click();
  await dialog.getByRole('textbox', { name: 'Session expiry' }).fill('120');
  await dialog.getByRole('button', { name: 'Add user property' }).first().click();
  await dialog.getByRole('textbox', { name: 'Name of user property 1' }).fill('desk');
  await dialog.getByRole('textbox', { name: 'Value of user property 1' }).fill('7');
  await dialog.getByRole('button', { name: 'Save and connect' }).click();
  await expect(status(window)).toContainText(/^connected/);
  await window.getByRole('button', { name: /^connected/ }).click();
  const details = window.getByRole('dialog');
  await expect(details).toContainText('mortal');
  await expect(details).toContainText('kept 120 s after the connection');

  // Who takes the client id over makes the broker publish the will.
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const watcher = await mqtt.connectAsync(url);
  await watcher.subscribeAsync('bench/gone');
  const will = new Promise<Buffer>((resolve) => {
    watcher.once('message', (_topic, payload) => {
      resolve(payload);
    });
  });
  const thief = await mqtt.connectAsync(url, {
    clientId: 'mortal',
    reconnectPeriod: 0,
  });
  expect(await will).toEqual(Buffer.from([0, 255]));
  await thief.endAsync(true);
  await watcher.endAsync(true);
});

test('a server that moved is not tried again, and followed only when a person agrees', async () => {
  const moved = await startScriptedBroker('5', (packet, client) => {
    friendly(packet, client);
    const serverReference = `localhost:${String(broker.port)}`;
    if (packet?.cmd === 'subscribe')
      client.send({ cmd: 'disconnect', reasonCode: 0x9d, properties: { serverReference } });
  });
  const { window } = launched;
  try {
    await addProfile(window, { name: 'Moved', port: moved.port });
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    const alert = window.getByRole('alert');
    await expect(alert).toContainText('sends its clients to another server');
    await alert.getByRole('button', { name: /^Use localhost:/ }).click();
    const dialog = window.getByRole('dialog', { name: /^Connect to localhost:/ });
    await expect(dialog).toContainText('Agree only when you know that server.');
    expect(broker.log()).not.toContain('New client connected');
    await dialog.getByRole('button', { name: 'Use it and connect' }).click();
    await expect(status(window)).toContainText('connected · MQTT 5');
    expect(broker.log()).toContain('New client connected');
    expect(moved.packets.filter(({ cmd }) => cmd === 'connect')).toHaveLength(1);
  } finally {
    await moved.close();
  }
});
