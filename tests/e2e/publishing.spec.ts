import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, publish, row } from '../helpers/window';

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp;

test.beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-publishing-'));
});

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

test('publishing says how it went at every QoS, and why the broker refused', async () => {
  broker = await startMosquitto({
    acl: ['topic readwrite open/#', 'topic read closed/#', 'topic read $SYS/#'],
  });
  launched = await launchApp({ home });
  const { window } = launched;
  await addProfile(window, { name: 'Guarded', port: broker.port });
  await connect(window);
  const outcome = window.getByRole('form', { name: 'Publish' }).getByRole('log');
  const payload = '{"on": true}';

  await publish(window, { topic: 'open/zero', payload, qos: 0 });
  await expect(outcome).toHaveText('sent (QoS 0 is not acknowledged)');
  await publish(window, { topic: 'open/one', payload, qos: 1 });
  await expect(outcome).toHaveText(/^ ?acknowledged in [\d.,]+ m?s$/);
  await publish(window, { topic: 'closed/one', payload, qos: 1 });
  await expect(outcome).toHaveText(/refused because .*not authorised \(0x87\)/);
  await publish(window, { topic: 'open/two', payload, qos: 2, retain: true });
  await expect(outcome).toHaveText(/acknowledged in /);
  await publish(window, { topic: 'closed/two', payload, qos: 2 });
  await expect(outcome).toHaveText(/refused because .*not authorised \(0x87\)/);
  await publish(window, { topic: 'open/#', payload });
  await expect(window.getByRole('textbox', { name: 'Topic', exact: true })).toBeFocused();
  await expect(window.getByRole('form', { name: 'Publish' })).toContainText(/wildcard/);

  // The bytes on the way are those that were typed, with QoS and retain as chosen.
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  const retained = new Promise((resolve) => {
    client.on('message', (topic, bytes, packet) => {
      resolve([topic, bytes.toString(), packet.qos, packet.retain]);
    });
  });
  await client.subscribeAsync('open/#', { qos: 2 });
  expect(await retained).toEqual(['open/two', payload, 2, true]);
  await client.endAsync();

  await broker.stop();
  await expect(window.getByRole('button', { name: 'Publish', exact: true })).toBeDisabled();
  await expect(outcome).toContainText('Not connected: connect first, then publish.');
});

test('the last 50 publishes and the draft are there after a restart; Ctrl+Enter publishes', async () => {
  broker = await startMosquitto();
  launched = await launchApp({ home });
  let { window } = launched;
  await addProfile(window, { name: 'One', port: broker.port });
  await connect(window);
  await publish(window, { topic: 'many/0', payload: 'number 0', qos: 1 });
  const recent = () => window.getByRole('region', { name: 'Recent' }).getByRole('listitem');
  const topic = () => window.getByRole('textbox', { name: 'Topic', exact: true });
  await expect(recent()).toHaveCount(1);
  for (let number = 1; number <= 51; number += 1) {
    await topic().fill(`many/${String(number)}`);
    await topic().press('ControlOrMeta+Enter');
    await expect(recent().first()).toContainText(`many/${String(number)}`);
  }
  await expect(recent()).toHaveCount(50);
  await expect(recent().last()).toContainText('many/2');
  await expect(row(window, 'many')).toHaveAccessibleName(/52 messages/);

  await topic().fill('draft/one');
  await window.getByRole('radio', { name: 'QoS 2' }).click();
  await window.getByRole('checkbox', { name: 'Retain' }).check();
  await window.getByRole('textbox', { name: 'Payload' }).fill('not sent yet');
  await addProfile(window, { name: 'Two', port: broker.port });
  await window.getByRole('button', { name: /^Two/ }).first().click();
  await expect(topic()).toHaveValue('');
  await expect(recent()).toHaveCount(0);
  await topic().fill('draft/two');

  await launched.close();
  launched = await launchApp({ home });
  ({ window } = launched);
  await expect(topic()).toHaveValue('draft/two');
  await window.getByRole('button', { name: /^One/ }).first().click();
  await expect(topic()).toHaveValue('draft/one');
  await expect(window.getByRole('textbox', { name: 'Payload' })).toHaveText('not sent yet');
  await expect(window.getByRole('radio', { name: 'QoS 2' })).toBeChecked();
  await expect(window.getByRole('checkbox', { name: 'Retain' })).toBeChecked();
  await expect(recent()).toHaveCount(50);
  await recent().last().getByRole('button').click();
  await expect(topic()).toHaveValue('many/2');
  await expect(window.getByRole('textbox', { name: 'Payload' })).toHaveText('number 0');
  await expect(window.getByRole('radio', { name: 'QoS 1' })).toBeChecked();
});
