import { expect, test } from '@playwright/test';
import mqtt from 'mqtt';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, connect, openTopic } from '../helpers/window';

let launched: LaunchedApp;
let broker: Mosquitto;

test.afterEach(async () => {
  await launched.close();
  await broker.dispose();
});

/** A document of about so many bytes, one member of which stands far behind. */
function documentOf(bytes: number): string {
  const item = (index: number): string =>
    `{"id":${String(index)},"name":"sensor ${String(index)}","value":${String(index / 7)}}`;
  const items = Array.from({ length: Math.ceil(bytes / 60) }, (_, index) => item(index));
  return `{"items":[${items.join(',')}],"last":"Far behind"}`;
}

test('a document of many megabytes opens with its beginning; the rest comes on demand and is searched', async () => {
  const megabytes = Number(process.env['MQTT_LOUPE_LARGE_MEGABYTES'] ?? 12);
  broker = await startMosquitto();
  launched = await launchApp();
  const { window } = launched;
  await addProfile(window, { name: 'Big', port: broker.port });
  await connect(window);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  await client.publishAsync('big/document', documentOf(megabytes * 1e6), { retain: true, qos: 1 });
  await client.endAsync();
  const asked = Date.now();
  await openTopic(window, 'big/document');
  const value = window.getByRole('tabpanel', { name: 'Value' });
  await expect(value.getByRole('note')).toContainText(/Showing the first 256/);
  await expect(value).toContainText('sensor 0');
  const first = Date.now() - asked;
  const gaps = window.evaluate(async () => {
    let longest = 0;
    let last = performance.now();
    while (document.querySelector('[role="treegrid"]') === null) {
      await new Promise(requestAnimationFrame);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    return longest;
  });
  const loading = Date.now();
  await value.getByRole('button', { name: 'Load all' }).click();
  const tree = value.getByRole('treegrid', { name: 'JSON' });
  await expect(tree).toContainText('Far behind', { timeout: 60_000 });
  test.info().annotations.push({
    type: 'measured',
    description: `first screen ${String(first)} ms, all ${String(Date.now() - loading)} ms, longest gap ${String(Math.round(await gaps))} ms`,
  });

  await tree.focus();
  await window.keyboard.press('ControlOrMeta+f');
  const search = value.getByRole('search', { name: 'Find in the document' });
  await search.getByRole('textbox').fill('SENSOR 123456');
  await expect(search.getByRole('status')).toHaveText(/^1 found$/, { timeout: 60_000 });
  await window.keyboard.press('Enter');
  await expect(tree.getByRole('row', { name: /name: ?"sensor 123456"/ })).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(search).toBeHidden();

  await value.getByLabel(/^Viewer/).click();
  await window.getByRole('option', { name: 'Text' }).click();
  const text = value.getByRole('group', { name: 'Text of the message' });
  await expect(text.getByRole('list')).toContainText('sensor 0');
  await expect(text.getByRole('status')).not.toContainText('so far', { timeout: 60_000 });
  await text.getByRole('textbox', { name: 'Find in the text' }).fill('far BEHIND');
  await window.keyboard.press('Enter');
  await expect(text.getByRole('list')).toContainText('Far behind', { timeout: 60_000 });
  expect(launched.complaints).toEqual([]);
});
