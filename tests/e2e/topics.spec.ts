import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row, status } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto({ config: ['max_queued_messages 0', 'max_inflight_messages 0'] });
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  launched = await launchApp();
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

test('the tree is filtered by text and by topic filter', async () => {
  const { window } = launched;
  for (const topic of [
    'plant/line1/temp',
    'plant/line2/temp',
    'plant/line2/state',
    'home/hall/lamp',
  ]) {
    await client.publishAsync(topic, '1', { retain: true, qos: 1 });
  }
  await addProfile(window, { name: 'Plant', port: broker.port });
  await connect(window);
  const filter = window.getByRole('textbox', { name: 'Filter topics' });
  await filter.fill('TEMP');
  await expect(row(window, 'temp')).toHaveCount(2);
  await expect(row(window, 'home')).toHaveCount(0);
  await filter.fill('plant/+/state');
  await expect(row(window, 'state')).toHaveCount(1);
  await expect(row(window, 'temp')).toHaveCount(0);
  await filter.press('Escape');
  await expect(filter).toHaveValue('');
  await expect(row(window, 'home')).toHaveCount(1);
});

test('the tree is walked with the keyboard', async () => {
  const { window } = launched;
  for (const topic of ['a/x', 'b/one', 'b/two', 'c'])
    await client.publishAsync(topic, topic, { retain: true, qos: 1 });
  await addProfile(window, { name: 'Keys', port: broker.port });
  await connect(window);
  await row(window, 'c').click();
  const selected = window.getByRole('treeitem', { selected: true });
  await window.keyboard.press('Home');
  await expect(selected).toHaveAccessibleName(/^a\b/);
  await window.keyboard.press('ArrowRight');
  await expect(row(window, 'a')).toHaveAttribute('aria-expanded', 'true');
  await window.keyboard.press('ArrowDown');
  await expect(selected).toHaveAccessibleName(/^x\b/);
  await window.keyboard.press('ArrowLeft');
  await expect(selected).toHaveAccessibleName(/^a\b/);
  await window.keyboard.type('b');
  await expect(selected).toHaveAccessibleName(/^b\b/);
  await window.keyboard.press('End');
  await expect(selected).toHaveAccessibleName(/^\$SYS\b/);

  await window.keyboard.press('?');
  const keys = window.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(keys.getByRole('region', { name: 'Everywhere' })).toContainText('Command palette');
  await expect(keys.getByRole('region', { name: 'Topic tree' })).toContainText('Expand all below');
  await window.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await expect(selected).toHaveAccessibleName(/^\$SYS\b/);

  // Commands of every group are in the palette.
  await window.keyboard.press('Control+k');
  await window.keyboard.type('traffic');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('tab', { name: 'Traffic', selected: true })).toBeVisible();
  await window.getByRole('button', { name: 'Topics', exact: true }).click();
});

test('what a button is pressed on in the palette stays there while messages bring new commands', async () => {
  const { window } = launched;
  await addProfile(window, { name: 'Slow', port: broker.port });
  await window.keyboard.press('Control+k');
  await window.getByRole('combobox').fill('Keyboard shortcuts');
  await window.getByRole('option', { name: 'Keyboard shortcuts' }).hover();
  await window.mouse.down();
  // Connects as if it had been pressed a moment before: the palette covers it.
  await window
    .locator('button', { hasText: /^\s*Connect\s*$/u })
    .first()
    .dispatchEvent('click');
  await expect(window.locator('[role=treeitem]').first()).toBeAttached();
  await window.mouse.up();
  await expect(window.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('what is selected in a message stays while others come, and is what is copied', async () => {
  const { app, window } = launched;
  const send = (word: string): Promise<unknown> => {
    const lines = Array.from({ length: 60 }, (_, line) => `${word} in line ${String(line)}`);
    return client.publishAsync('log/text', lines.join('\n'), { retain: true, qos: 1 });
  };
  await send('first');
  await addProfile(window, { name: 'Log', port: broker.port });
  await connect(window);
  await openTopic(window, 'log/text');
  const line = window.getByText('first in line 5', { exact: true });
  await line.click({ clickCount: 3 });
  await expect(window.getByText('Held', { exact: true })).toBeVisible();
  await send('second');
  await expect(window.getByText('Held · 1 newer')).toBeVisible();
  await window.keyboard.press('Control+c');
  await expect
    .poll(() => app.evaluate(({ clipboard }) => clipboard.readText()))
    .toContain('first in line 5');
  await line.click();
  await expect(window.getByText('second in line 5', { exact: true })).toBeVisible();
});

test('a cleared retained message is put back with undo', async () => {
  const { window } = launched;
  await client.publishAsync('kept/here', 'precious', { retain: true, qos: 1 });
  await addProfile(window, { name: 'Retained', port: broker.port });
  await connect(window);
  await openTopic(window, 'kept/here');
  await row(window, 'here').click({ button: 'right' });
  await window.getByRole('menuitem', { name: /Clear retained/ }).click();
  await window.getByRole('button', { name: 'Undo' }).click();
  await expect(row(window, 'here')).toHaveAccessibleName(/precious.*retained/);
  const fresh = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  const received = new Promise<string>((resolve) => {
    fresh.on('message', (_topic, payload, packet) => {
      if (packet.retain) resolve(payload.toString());
    });
  });
  await fresh.subscribeAsync('kept/here');
  expect(await received).toBe('precious');
  await fresh.endAsync();
});

test('100,000 retained topics arrive whole, and every row of them can be scrolled to', async () => {
  const { window } = launched;
  const total = 100_000;
  for (let index = 0; index < total; index += 1) {
    client.publish(`site/${String(index % 10)}/sensor/${String(index)}`, String(index), {
      retain: true,
    });
  }
  await client.publishAsync('site/last', 'done', { retain: true, qos: 1 });
  await addProfile(window, { name: 'Big', port: broker.port });
  await connect(window);
  const site = row(window, 'site');
  await expect(site).toHaveAccessibleName(/100,001 topics/, { timeout: 60_000 });
  await expect(status(window)).toContainText(/refused 0/);
  await window.getByRole('button', { name: 'Expand all' }).click();
  await expect(window.getByRole('treeitem', { name: /^sensor/ }).first()).toBeVisible();
  await site.click();
  await window.keyboard.press('End');
  await expect(window.getByRole('treeitem', { selected: true })).toBeVisible();
  const frames = await window.evaluate(async () => {
    const tree = document.querySelector('[role="tree"]');
    const scroller = [tree, ...(tree?.querySelectorAll('*') ?? [])].find(
      (one) => one && one.scrollHeight > one.clientHeight * 2,
    );
    if (!scroller) throw new Error('nothing scrolls');
    const gaps: number[] = [];
    let last = performance.now();
    for (let step = 0; step < 120; step += 1) {
      scroller.scrollTop = (scroller.scrollHeight * step) / 120;
      await new Promise(requestAnimationFrame);
      gaps.push(performance.now() - last);
      last = performance.now();
    }
    return {
      longest: Math.max(...gaps),
      rows: document.querySelectorAll('[role="treeitem"]').length,
    };
  });
  expect(frames.rows).toBeLessThan(200);
  expect(frames.longest).toBeLessThan(500);
  await window.getByRole('textbox', { name: 'Filter topics' }).fill('sensor/4711');
  await expect(row(window, '4711')).toBeVisible();
});
