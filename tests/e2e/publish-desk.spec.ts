import { expect, test } from '@playwright/test';
import mqtt, { type MqttClient } from 'mqtt';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, publish } from '../helpers/window';

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp;
let client: MqttClient;
const received: { topic: string; payload: Buffer; retain: boolean; qos: number; text: string }[] =
  [];

test.beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-desk-'));
  broker = await startMosquitto();
  received.length = 0;
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, {
    protocolVersion: 5,
  });
  client.on('message', (topic, payload, { retain, qos, properties }) => {
    received.push({ topic, payload, retain, qos, text: payload.toString() });
    const { responseTopic, correlationData } = properties ?? {};
    if (responseTopic !== undefined && correlationData)
      client.publish(responseTopic, 'here I am', { properties: { correlationData } });
  });
  await client.subscribeAsync('desk/#', { qos: 2, rap: true });
  launched = await launchApp({ home });
  await addProfile(launched.window, { name: 'Lab', port: broker.port });
  await connect(launched.window);
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

async function arrived(count: number): Promise<void> {
  await expect.poll(() => received.length).toBeGreaterThanOrEqual(count);
}

test('a template asks, is wrong at a place, and is answered; a stored message keeps its bytes', async () => {
  const { window } = launched;
  const form = window.getByRole('form', { name: 'Publish' });
  const topic = window.getByRole('textbox', { name: 'Topic', exact: true });
  const payload = window.getByRole('textbox', { name: 'Payload' });
  const more = window.getByRole('button', { name: 'More ways to send' });

  await topic.fill('desk/{{ask "device" "press"}}/set');
  await payload.fill('{"n": {{counter}}, "to": {{random 7 7}}, "wrong": {{nwo}}}');
  await expect(form.getByRole('alert')).toContainText('Line 1, column 51: “nwo” is no variable');
  await window.getByRole('button', { name: 'Publish', exact: true }).click();
  await payload.fill('{"n": {{counter}}, "to": {{random 7 7}}}');
  await expect(form.getByRole('note', { name: 'For example' })).toContainText('desk/press/set');
  await more.click();
  await window.getByRole('menuitem', { name: 'Save as template…' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Set the device');
  await dialog.getByRole('combobox', { name: 'Folder' }).fill('line1');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();

  await topic.fill('');
  await payload.fill('');
  await window.getByRole('button', { name: 'Templates', exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Search templates' }).fill('device line1');
  await dialog.getByRole('button', { name: /^Set the device/ }).click();
  await expect(dialog).toBeHidden();
  await expect(topic).toHaveValue('desk/{{ask "device" "press"}}/set');
  await topic.press('ControlOrMeta+Enter');
  await dialog.getByRole('textbox', { name: 'device' }).fill('saw');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await arrived(1);
  expect(received.map((one) => [one.topic, one.text])).toEqual([
    ['desk/saw/set', '{"n": 1, "to": 7}'],
  ]);

  // Bytes that are no text, with a retain flag and a property, go again as they came.
  const bytes = Buffer.from([0, 255, 13, 10, 128]);
  await client.publishAsync('desk/raw', bytes, { qos: 1, retain: true });
  await arrived(2);
  await openTopic(window, 'desk/raw');
  await window.getByRole('button', { name: 'Edit and send again' }).click();
  await expect(topic).toHaveValue('desk/raw');
  await expect(payload).toHaveText('00 ff 0d 0a 80');
  await expect(window.getByRole('checkbox', { name: 'Retain' })).toBeChecked();
  await window.getByRole('button', { name: 'Publish', exact: true }).click();
  await arrived(3);
  const [came, again] = received.slice(1);
  expect(again?.payload.equals(bytes)).toBe(true);
  expect(again?.retain).toBe(came?.retain);

  await window.getByRole('button', { name: /^Payload format/ }).click();
  await window.getByRole('menuitemcheckbox', { name: /^CBOR/ }).click();
  await publish(window, { topic: 'desk/cbor', payload: '{"a":[1,2.5]}', qos: 1 });
  await arrived(4);
  expect(received[3]?.payload.toString('hex')).toBe('a161618201fa40200000');

  await topic.fill('desk/ask');
  await more.click();
  await window.getByRole('menuitem', { name: 'Send and wait for the answer' }).click();
  const request = window.getByRole('region', { name: 'Request' });
  await expect(request.getByRole('status')).toHaveText('Answered');
  await expect(request).toContainText('here I am');
  expect(launched.complaints).toEqual([]);
});

test('a job is seen and stopped; closing the window while one runs asks', async () => {
  const { app, window } = launched;
  const dialog = window.getByRole('dialog');
  const begin = async (): Promise<void> => {
    await window.getByRole('button', { name: 'More ways to send' }).click();
    await window.getByRole('menuitem', { name: /^Repeat/ }).click();
    await dialog.getByRole('radio', { name: 'Until stopped' }).click();
    await dialog.getByRole('textbox', { name: 'Every, ms' }).fill('30');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await expect(dialog.getByRole('list', { name: 'Publish jobs' })).toContainText('running');
  };
  await publish(window, { topic: 'desk/tick', payload: '{{counter}}', qos: 0 });
  await begin();
  await arrived(5);
  await dialog.getByRole('button', { name: 'Stop this job' }).click();
  await expect(dialog.getByRole('list', { name: 'Publish jobs' })).toContainText('stopped');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(window.getByRole('button', { name: /^Job · / })).toBeHidden();

  await begin();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  const chip = window.getByRole('button', { name: /^Job · / });
  await expect(chip).toBeVisible();
  // The system's question, answered as a person would.
  await app.evaluate(({ dialog: system }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    system.showMessageBox = (...all: unknown[]) => {
      asked.push((all.at(-1) as { message: string }).message);
      return Promise.resolve({ response: asked.length - 1, checkboxChecked: false });
    };
  });
  const asked = (): Promise<string[]> =>
    app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  const close = (): Promise<void> =>
    app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
  await close();
  await expect.poll(asked).toEqual(['A publish job is running.']);
  await expect(chip).toBeVisible();
  const closed = window.waitForEvent('close');
  await close();
  await closed;
});
