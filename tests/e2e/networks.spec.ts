import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { networkInterfaces } from 'node:os';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto, type MosquittoOptions } from '../helpers/mosquitto';
import { openTopic, publish, row, status } from '../helpers/window';

const brokers: Mosquitto[] = [];
let launched: LaunchedApp | null = null;

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  for (const broker of brokers.splice(0)) await broker.dispose();
});

async function start(options: MosquittoOptions): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  brokers.push(broker);
  return broker;
}

/** Pastes a URL into the form of a new connection and connects with it. */
async function connectTo(url: string, version: 'MQTT 5' | 'MQTT 3.1.1'): Promise<void> {
  const { window } = launched!;
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Host' }).fill(url);
  await dialog.getByRole('radio', { name: version }).click();
  await dialog.getByRole('button', { name: 'Save and connect' }).click();
}

async function expectTraffic(topic: string): Promise<void> {
  const { window } = launched!;
  await publish(window, { topic, payload: `"by ${topic}"`, qos: 1 });
  await openTopic(window, topic);
  await expect(window.getByRole('tabpanel', { name: 'Value' })).toContainText(`by ${topic}`);
}

test('mqtts and wss: an unknown authority is refused in words, a trusted one connects', async () => {
  const tls = await start({ tls: true });
  const webSocket = await start({ tls: true, websockets: true });
  launched = await launchApp();
  await connectTo(`mqtts://localhost:${String(tls.port)}`, 'MQTT 5');
  let alert = launched.window.getByRole('alert');
  await expect(alert).toContainText(/not (signed )?by an authority that this computer trusts/);
  await expect(alert).toContainText('system store');
  await launched.close();

  launched = await launchApp({ env: { NODE_EXTRA_CA_CERTS: tls.certificates!.caFile } });
  await connectTo(`mqtts://127.0.0.1:${String(tls.port)}`, 'MQTT 5');
  await expect(status(launched.window)).toContainText('connected · MQTT 5');
  await expectTraffic('through/tls');
  alert = launched.window.getByRole('alert');
  // Another authority made this one's certificate.
  await connectTo(`wss://localhost:${String(webSocket.port)}/mqtt`, 'MQTT 3.1.1');
  await expect(alert).toContainText(/authority that this computer trusts/);
  await launched.close();

  launched = await launchApp({ env: { NODE_EXTRA_CA_CERTS: webSocket.certificates!.caFile } });
  await connectTo(`wss://localhost:${String(webSocket.port)}/mqtt`, 'MQTT 3.1.1');
  await expect(status(launched.window)).toContainText('connected · MQTT 3.1.1');
  await expectTraffic('through/wss');
});

test('ws and IPv6 connect; each connection has its own tree, and switching brings back its selection', async () => {
  const webSocket = await start({ websockets: true });
  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === '::1');
  const plain = await start({ host: hasIpv6 ? '::1' : '127.0.0.1' });
  const host = hasIpv6 ? '[::1]' : '127.0.0.1';
  launched = await launchApp();
  const { window } = launched;
  await connectTo(`ws://127.0.0.1:${String(webSocket.port)}/mqtt`, 'MQTT 5');
  await expect(status(window)).toContainText('connected · MQTT 5');
  await expectTraffic('over/websocket');
  await connectTo(`mqtt://${host}:${String(plain.port)}`, 'MQTT 3.1.1');
  await expect(status(window)).toContainText('connected · MQTT 3.1.1');
  await expect(row(window, 'over')).toHaveCount(0);
  await expectTraffic('over/plain');

  const chips = window.getByRole('navigation', { name: 'Open connections' });
  const value = window.getByRole('tabpanel', { name: 'Value' });
  const selected = window.getByRole('treeitem', { selected: true });
  await chips.getByRole('button', { name: '127.0.0.1', exact: false }).first().click();
  await expect(selected).toHaveAccessibleName(/^websocket,/);
  await expect(value).toContainText('by over/websocket');
  await expect(row(window, 'plain')).toHaveCount(0);

  // The connection that is not looked at goes on receiving, and its state is its own.
  const client = await mqtt.connectAsync(`mqtt://${host}:${String(plain.port)}`);
  await client.publishAsync('over/plain', '"meanwhile"', { qos: 1 });
  await client.endAsync();
  await webSocket.stop();
  await expect(status(window)).toContainText('reconnecting');
  await chips.getByRole('button').nth(1).click();
  await expect(status(window)).toContainText(/^connected · MQTT 3\.1\.1/);
  await expect(selected).toHaveAccessibleName(/^plain,/);
  await expect(value).toContainText('meanwhile');
});
