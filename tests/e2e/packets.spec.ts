import { expect, test, type Locator, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, publish, status } from '../helpers/window';

const PASSWORD = 'canary-9b2e4f';

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto({
    users: new Map([['anna', PASSWORD]]),
    acl: ['user anna', 'topic readwrite plant/#', 'topic readwrite deep/#', 'topic read $SYS/#'],
    config: ['sys_interval 0'],
  });
  const login = { username: 'anna', password: PASSWORD };
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, login);
  launched = await launchApp();
  await addProfile(launched.window, {
    ...{ name: 'Plant', port: broker.port, version: 'MQTT 5' },
    ...{ username: 'anna', password: PASSWORD },
  });
  await connect(launched.window);
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

function grid(window: Page): Locator {
  return window.getByRole('grid', { name: /^Packets/u });
}

function packet(window: Page, name: RegExp): Locator {
  return grid(window).getByRole('row', { name });
}

/** Pictures for looking at, where a folder for them is named. */
async function picture(window: Page, name: string): Promise<void> {
  const folder = process.env['MQTT_LOUPE_PICTURES'];
  if (folder === undefined) return;
  for (const [width, height] of [
    [1280, 800],
    [900, 600],
  ] as const) {
    await launched.app.evaluate(
      ({ BrowserWindow }, size) =>
        BrowserWindow.getAllWindows()[0]?.setContentSize(size[0], size[1]),
      [width, height] as const,
    );
    for (const theme of ['dark', 'light'] as const) {
      await launched.app.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source;
      }, theme);
      await expect(window.locator('html')).toHaveAttribute('data-theme', theme);
      await window.screenshot({ path: join(folder, `${name}-${theme}-${String(width)}.png`) });
    }
  }
}

async function inspect(window: Page): Promise<void> {
  await window.getByRole('navigation').getByRole('button', { name: 'Packets' }).click();
  await expect(window.getByText('See every packet on the wire')).toBeVisible();
  await picture(window, 'off');
  await window.getByRole('button', { name: 'Inspect and connect again' }).click();
  await expect(packet(window, /SUBACK/u)).toBeVisible();
}

test('packets are seen from CONNECT on; a field lights its bytes, and a byte its field', async () => {
  const { window } = launched;
  await inspect(window);
  await expect(status(window)).toContainText('connected');
  const first = grid(window).getByRole('row');
  await expect(first.nth(0)).toContainText('Connection opened');
  await expect(first.nth(1)).toContainText('CONNECT');
  await expect(first.nth(2)).toContainText('CONNACK');
  await client.publishAsync('plant/line1/state', '{"value": 21.4}', { qos: 1, retain: true });
  const message = packet(window, /received PUBLISH/u).first();
  await expect(message).toContainText('plant/line1/state');
  await message.click();

  const open = window.getByRole('region', { name: 'Packet', exact: true });
  const fields = open.getByRole('listbox', { name: 'Fields' });
  const topic = fields.getByRole('option', { name: /^Topic Name/u });
  await topic.hover();
  const bytes = open.getByRole('list', { name: 'Bytes in hexadecimal' });
  const lit = bytes.locator('.hex .lit');
  await expect(lit).toHaveCount(2 + 'plant/line1/state'.length);
  expect((await bytes.locator('.ascii .lit').allTextContents()).join('')).toBe(
    '..plant/line1/state',
  );
  await fields.getByRole('option', { name: /^Payload/u }).click();
  await expect(lit).toHaveCount('{"value": 21.4}'.length);
  await expect(fields.getByRole('option', { name: /^Payload/u })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await picture(window, 'publish');
  // The first byte has the type of the packet and its flags.
  await bytes.locator('[data-byte="0"]').first().click();
  await expect(fields.getByRole('option', { selected: true })).toContainText('Packet type');
  await fields.press('End');
  await expect(fields.getByRole('option', { selected: true })).toContainText('Payload');

  // To the acknowledgement of a packet, and back.
  await packet(window, /sent SUBSCRIBE/u).click();
  await open.getByRole('button', { name: /^Answered after/u }).click();
  await expect(open.getByRole('heading')).toHaveText('SUBACK');
  await open.getByRole('button', { name: 'Show what it answers' }).click();
  await expect(open.getByRole('heading')).toHaveText('SUBSCRIBE');
  expect(launched.complaints).toEqual([]);
});

test('the password is nowhere: not in the fields, the bytes, the clipboard or a saved file', async () => {
  const { window, app, home } = launched;
  await inspect(window);
  await packet(window, /sent CONNECT/u).click();
  const open = window.getByRole('region', { name: 'Packet', exact: true });
  const secret = open.getByRole('option', { name: /^Password \d+ bytes|^Password 13/u });
  await expect(secret).toContainText(`${String(PASSWORD.length)} bytes, not shown`);
  await secret.click();
  const masked = open.locator('.hex .lit');
  await expect(masked).toHaveCount(PASSWORD.length);
  expect(new Set(await masked.allTextContents())).toEqual(new Set(['••']));
  await picture(window, 'connect');
  expect(await window.locator('body').innerText()).not.toContain(PASSWORD);

  const copied: string[] = [];
  for (const name of ['Copy the fields as text', 'Copy the bytes as hexadecimal']) {
    await open.getByRole('button', { name }).click();
    const what = name.includes('fields') ? 'User Name: anna' : '**';
    await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toContain(what);
    copied.push(await app.evaluate(({ clipboard }) => clipboard.readText()));
  }
  for (const format of ['jsonl', 'pcap']) {
    const path = join(home, `saved.${format}`);
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await window.getByRole('button', { name: 'Save all packets' }).click();
    await window.getByRole('menuitem', { name: new RegExp(`\\.${format}`, 'u') }).click();
    await expect(window.getByText('Packets saved').first()).toBeVisible();
    await expect.poll(() => readdir(home)).toContain(`saved.${format}`);
    const saved = await readFile(path, 'latin1');
    expect(saved).toContain(format === 'jsonl' ? '"type":"CONNECT"' : 'anna');
    copied.push(saved);
  }
  const hex = Buffer.from(PASSWORD)
    .toString('hex')
    .replace(/..(?!$)/gu, '$& ');
  for (const text of copied) {
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(hex);
  }
});

test('the list is walked with the keys, filtered, paused, cleared and switched off', async () => {
  const { window } = launched;
  await inspect(window);
  for (let at = 0; at < 120; at += 1) {
    await client.publishAsync(`plant/line${String(at % 2)}`, String(at), { qos: 0 });
  }
  await expect(packet(window, /PUBLISH plant\/line1/u).last()).toBeVisible();
  // The end is followed to the last row.
  await expect(grid(window)).toHaveAttribute('aria-rowcount', /^1[2-9]\d$/u);
  await expect(grid(window).getByRole('row').last()).toBeInViewport({ ratio: 1 });
  await window.getByRole('textbox', { name: 'Topic' }).fill('line1');
  await expect(grid(window)).toHaveAttribute('aria-rowcount', '60');
  await window.getByRole('textbox', { name: 'Topic' }).press('ArrowDown');
  await window.keyboard.press('Home');
  const open = window.getByRole('region', { name: 'Packet', exact: true });
  await expect(open.getByRole('option', { name: /^Payload/u })).toContainText('1');
  await window.keyboard.press('End');
  await expect(open.getByRole('option', { name: /^Payload/u })).toContainText('119');
  await window.keyboard.press('ArrowUp');
  await expect(open.getByRole('option', { name: /^Payload/u })).toContainText('117');
  await window.keyboard.press('Escape');
  await expect(open).toBeHidden();
  // An open packet takes half of the list, and not the half with its row.
  await grid(window).getByRole('row').last().click();
  await expect(open).toBeVisible();
  await expect(grid(window).getByRole('row', { selected: true })).toBeInViewport({ ratio: 1 });
  await window.keyboard.press('Escape');
  await window.getByRole('button', { name: 'Clear all' }).click();

  await window.getByRole('button', { name: 'Pause', exact: true }).click();
  // Said by the engine: from then on nothing is kept.
  await expect(window.getByText('Paused', { exact: true })).toBeVisible();
  await client.publishAsync('plant/line1', 'while paused');
  await expect(window.getByText('1 passed and not kept')).toBeVisible();
  await window.getByRole('button', { name: 'Go on' }).click();
  await expect(packet(window, /1 packet passed and was not kept/u)).toBeVisible();
  await picture(window, 'list');

  // A refusal of the broker is an error.
  await window.getByRole('navigation').getByRole('button', { name: 'Topics' }).click();
  await publish(window, { topic: 'forbidden', payload: 'x', qos: 1 });
  await window.getByRole('navigation').getByRole('button', { name: 'Packets' }).click();
  await window.getByRole('button', { name: 'Errors only' }).click();
  await expect(grid(window).getByRole('row')).toHaveCount(1);
  await expect(grid(window).getByRole('row')).toContainText('PUBACK');
  await expect(grid(window).getByRole('row')).toContainText('not authorised');
  await picture(window, 'errors');
  await window.getByRole('button', { name: 'Errors only' }).click();

  await window.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(window.getByText('Off: nothing is looked at')).toBeVisible();
  await window.getByRole('button', { name: 'Clear the packets' }).click();
  await expect(window.getByText('See every packet on the wire')).toBeVisible();
  await window.keyboard.press('Control+K');
  await window.keyboard.type('inspect packets');
  await window.keyboard.press('Enter');
  await expect(packet(window, /Joined an open connection/u)).toBeVisible();
  expect(launched.complaints).toEqual([]);
});
