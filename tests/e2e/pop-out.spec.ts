import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import type {} from '../../renderer/shell-client';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic, row } from '../helpers/window';

let launched: LaunchedApp;
let broker: Mosquitto;

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
});

test('a topic in a window of its own follows by itself, stays on top when asked, and goes with the main window', async () => {
  broker = await startMosquitto();
  launched = await launchApp();
  const { window: page, app } = launched;
  await addProfile(page, { name: 'Hall', port: broker.port });
  await connect(page);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  await client.publishAsync('hall/press', '{"bar":1}', { retain: true });
  await client.publishAsync('hall/lamp', 'on', { retain: true });
  await openTopic(page, 'hall/press');

  const opened = app.waitForEvent('window');
  await page.getByRole('button', { name: 'Open in a window of its own' }).click();
  const alone = await opened;
  const value = alone.getByRole('tabpanel', { name: 'Value' });
  await expect(value).toContainText('bar: 1');
  await expect(alone).toHaveTitle('hall/press · Hall');
  await row(page, 'lamp').click();
  await client.publishAsync('hall/press', '{"bar":2}');
  await expect(value).toContainText('bar: 2');

  // Asked for again, the same window comes to the front.
  await row(page, 'press').click();
  await page.keyboard.press('Control+Shift+O');
  await alone.getByRole('button', { name: 'Keep above other windows' }).click();
  await expect(alone.getByRole('button', { name: 'Keep above other windows' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  const onTop = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((one) => one.isAlwaysOnTop()),
  );
  expect(onTop.toSorted()).toEqual([false, true]);
  // It cannot change what belongs to the whole program.
  const refused = await alone.evaluate(() =>
    window.shell.call('setSecret', { profileId: 'any', name: 'password', value: 'x' }),
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  await client.endAsync();

  const gone = alone.waitForEvent('close');
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()
      .find((one) => !one.isAlwaysOnTop())
      ?.close();
  });
  await gone;
  expect(launched.complaints).toEqual([]);
});
