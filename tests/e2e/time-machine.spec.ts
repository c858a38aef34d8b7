import { expect, test, type Locator, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-time-'));
  launched = await launchApp({ home });
  await addProfile(launched.window, { name: 'Plant', port: broker.port });
  await connect(launched.window);
});

test.afterEach(async () => {
  expect(launched.complaints).toEqual([]);
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

function timeline(window: Page): Locator {
  return window.getByRole('slider', { name: 'Timeline' });
}

function pastBar(window: Page): Locator {
  return window.getByRole('region', { name: 'Viewing the past' });
}

/** Publishes a value and waits until it has come; the moment between this and the next one, ms since 1970. */
async function publishValue(window: Page, topic: string, payload: string): Promise<number> {
  const level = topic.split('/').at(-1) ?? topic;
  await client.publishAsync(topic, payload, { qos: 1 });
  await expect(row(window, level)).toHaveAccessibleName(new RegExp(`, ${payload},`, 'u'));
  const cameMs = Date.now();
  // What is a pixel apart can't be told apart on the strip: time has to pass.
  await expect.poll(() => Date.now() - cameMs, { intervals: [100] }).toBeGreaterThan(1500);
  return cameMs + 700;
}

/** Where a moment stands on the strip, px of the window. */
async function placeOf(window: Page, timeMs: number): Promise<{ x: number; y: number }> {
  const slider = timeline(window);
  const [low, high] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => Number(await slider.getAttribute(name))),
  );
  const box = await slider.boundingBox();
  if (!box || low === undefined || high === undefined) throw new Error('no timeline');
  const edge = 8;
  const share = (timeMs - low) / (high - low);
  return { x: box.x + edge + share * (box.width - 2 * edge), y: box.y + 26 };
}

/** Drags the playhead from the live end to a moment with the mouse. */
async function dragTo(window: Page, timeMs: number): Promise<void> {
  const from = await placeOf(window, Number(await timeline(window).getAttribute('aria-valuemax')));
  await window.mouse.move(from.x, from.y);
  await window.mouse.down();
  const to = await placeOf(window, timeMs);
  await window.mouse.move(to.x, to.y, { steps: 12 });
  await window.mouse.up();
}

test('a person drags into the past, steps, plays, and comes back to live', async () => {
  const { window } = launched;
  await client.publishAsync('lab/temp', '10', { qos: 1 });
  await openTopic(window, 'lab/temp');
  const afterFirst = await publishValue(window, 'lab/temp', '11');
  await publishValue(window, 'lab/temp', '12');
  await publishValue(window, 'lab/lamp', 'on');

  await dragTo(window, afterFirst);
  await expect(pastBar(window)).toContainText('Viewing');
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 11,/u);
  await expect(row(window, 'lamp')).toHaveCount(0);
  await expect(window.getByRole('tabpanel', { name: 'Value' })).toContainText('11');
  await expect(timeline(window)).toHaveAttribute('aria-valuetext', /before now$/u);

  // What comes meanwhile is stored, and moves nothing of the past.
  const storedBefore = await storedCount(window);
  await client.publishAsync('lab/temp', '99', { qos: 1 });
  await expect.poll(() => storedCount(window)).toBeGreaterThan(storedBefore);
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 11,/u);

  await window.getByRole('button', { name: /^Step along/u }).click();
  await window.getByRole('menuitemcheckbox', { name: 'This topic' }).click();
  await window.getByRole('button', { name: 'Next message of this topic' }).click();
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 12,/u);
  await window.getByRole('button', { name: 'Previous message of this topic' }).click();
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 11,/u);

  await window.getByRole('button', { name: /^Speed/u }).click();
  await window.getByRole('menuitemcheckbox', { name: '×2', exact: true }).click();
  await window.getByRole('button', { name: /^Play the past/u }).click();
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 12,/u);
  await expect(row(window, 'lamp')).toHaveAccessibleName(/^lamp, on,/u);
  await expect(pastBar(window)).toBeHidden({ timeout: 60_000 });
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 99,/u);

  await dragTo(window, afterFirst);
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 11,/u);
  await window.keyboard.press('Escape');
  await expect(pastBar(window)).toBeHidden();
  await expect(row(window, 'temp')).toHaveAccessibleName(/^temp, 99,/u);
  await expect(timeline(window)).toHaveAttribute('aria-valuetext', 'live');
});

test('the timeline is read and moved from the keyboard', async () => {
  const { window } = launched;
  await publishValue(window, 'a', '1');
  await publishValue(window, 'a', '2');
  const slider = timeline(window);
  await slider.focus();
  await window.keyboard.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', /before now$/u);
  expect(await slider.getAttribute('aria-valuenow')).toBe(
    await slider.getAttribute('aria-valuemin'),
  );
  await window.keyboard.press('Shift+ArrowRight');
  const after = Number(await slider.getAttribute('aria-valuenow'));
  expect(after).toBeGreaterThan(Number(await slider.getAttribute('aria-valuemin')));
  await window.keyboard.press('ArrowLeft');
  expect(Number(await slider.getAttribute('aria-valuenow'))).toBeLessThan(after);
  const fit = window.getByRole('button', { name: 'Show all that is stored' });
  await expect(fit).toBeDisabled();
  await window.keyboard.press('+');
  await expect(fit).toBeEnabled();
  await window.keyboard.press('0');
  await expect(fit).toBeDisabled();
  await window.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', 'live');
});

test('marks are named, lead to their moment, and survive a restart', async () => {
  const { window } = launched;
  await client.publishAsync('tank/level', '0', { qos: 1 });
  await row(window, 'tank').click();
  const afterFirst = await publishValue(window, 'tank/level', '40');
  await publishValue(window, 'tank/level', '80');
  await dragTo(window, afterFirst);
  await timeline(window).focus();
  await window.keyboard.press('m');
  await window.getByRole('button', { name: 'Name it' }).click();
  const dialog = window.getByRole('dialog', { name: 'Name the mark' });
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Half full');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const flag = (page: Page): Locator => page.getByRole('button', { name: /^Mark Half full/u });
  await expect(flag(window)).toBeVisible();
  await launched.close();

  launched = await launchApp({ home });
  const again = launched.window;
  await expect(timeline(again)).toHaveAttribute('aria-valuetext', 'live');
  await flag(again).click();
  await expect(pastBar(again)).toBeVisible();
  await expect(row(again, 'level')).toHaveAccessibleName(/^level, 40,/u);

  await flag(again).click({ button: 'right' });
  await again.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(flag(again)).toHaveCount(0);
  await again.getByRole('button', { name: 'Undo' }).click();
  await expect(flag(again)).toBeVisible();
});

test('a branch is compared at two moments', async () => {
  const { window } = launched;
  await client.publishAsync('line/same', '5', { qos: 1 });
  await client.publishAsync('line/speed', '{"value":1}', { qos: 1 });
  await row(window, 'line').click();
  await publishValue(window, 'line/same', '5');
  await window.keyboard.press('Control+d');
  await client.publishAsync('line/speed', '{"value":2}', { qos: 1 });
  await publishValue(window, 'line/late', 'x');
  await row(window, 'line').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Compare two moments…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Compare two moments' });
  await expect(dialog.getByRole('combobox', { name: 'Before: Mark 1' })).toBeVisible();
  await expect(dialog.getByRole('group', { name: 'Differences' })).toContainText(
    /1 changed\s*1 added\s*0 vanished\s*1 unchanged/u,
  );
  await dialog.getByRole('row', { name: /speed/u }).click();
  await expect(dialog.getByRole('textbox', { name: 'Difference' })).toContainText('"value": 2');
});

test('a time is typed, and a stored message leads to its place in time', async () => {
  const { window } = launched;
  await client.publishAsync('door', 'open', { qos: 1 });
  await row(window, 'door').click();
  await publishValue(window, 'door', 'closed');
  // As long as nothing is stored there is no time to go to.
  await expect(timeline(window)).toBeVisible();
  await window.keyboard.press('Control+g');
  const dialog = window.getByRole('dialog', { name: 'Go to a time' });
  const field = dialog.getByRole('textbox', { name: 'Time' });
  await expect(field).toBeFocused();
  await field.fill('25:99');
  await field.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('There is no 25:99 on the clock');
  await field.fill('-1s');
  await field.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(pastBar(window)).toBeVisible();
  await window
    .getByRole('button', { name: /^Back to live/u })
    .first()
    .click();
  await expect(pastBar(window)).toBeHidden();

  await window.getByRole('tab', { name: 'History' }).click();
  await window.getByRole('row', { name: /open/u }).click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Show the tree at this moment' }).click();
  await expect(row(window, 'door')).toHaveAccessibleName(/^door, open,/u);
});

async function storedCount(window: Page): Promise<number> {
  const text = await status(window).textContent();
  return Number(/stored ([\d,]+)/u.exec(text ?? '')?.[1]?.replaceAll(',', '') ?? NaN);
}
