import { expect, test, type Page } from '@playwright/test';
import mqtt from 'mqtt';
import { gzipSync } from 'node:zlib';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { sparkplugPayload } from '../helpers/sparkplug';
import { addProfile, connect, openTopic, row } from '../helpers/window';

let broker: Mosquitto;
let launched: LaunchedApp;
let client: mqtt.MqttClient;

test.beforeEach(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`);
  launched = await launchApp();
  await addProfile(launched.window, { name: 'Decoding', port: broker.port });
});

test.afterEach(async () => {
  await launched.close();
  await client.endAsync(true);
  await broker.dispose();
});

function decodedAs(window: Page, words: string | RegExp): ReturnType<Page['getByRole']> {
  const name = typeof words === 'string' ? new RegExp(`^Decoded as ${words}`) : words;
  return window.getByRole('button', { name });
}

async function retain(topic: string, payload: string | Buffer): Promise<void> {
  await client.publishAsync(topic, payload, { retain: true, qos: 1 });
}

/** Drags over the second to the fifth byte of the hex view. */
async function selectBytes(window: Page): Promise<void> {
  const bytes = window.getByRole('list', { name: 'Bytes in hexadecimal' });
  await expect(bytes).toContainText('1f 8b 08 00');
  const digits = bytes.locator('.hex').first();
  const box = await digits.boundingBox();
  if (box === null) throw new Error('The first row is not on the screen.');
  // Each row ends with the space behind its last byte.
  const column = box.width / (((await digits.textContent()) ?? '').length + 1);
  await window.mouse.move(box.x + 3.5 * column, box.y + 8);
  await window.mouse.down();
  await window.mouse.move(box.x + 13.5 * column, box.y + 8, { steps: 3 });
  await window.mouse.up();
  const readings = window.getByRole('status', { name: 'The selected bytes' });
  await expect(readings).toContainText('4 bytes at 0x1 (1)');
  await expect(digits.locator('.selected')).toHaveText('8b 08 00 00');
  await window.keyboard.press('Shift+ArrowLeft');
  await expect(readings).toContainText('3 bytes at 0x1 (1)');
  await window.keyboard.press('Escape');
  await expect(readings).toBeHidden();
}

test('packed JSON is unpacked, says why, and is decoded otherwise with a click', async () => {
  const { window } = launched;
  await retain('packed', gzipSync('{"value": 21.5, "big": 12345678901234567890}'));
  await connect(window);
  await openTopic(window, 'packed');
  const control = decodedAs(window, 'gzip → JSON, because of its content');
  await expect(control).toBeVisible();
  const grid = window.getByRole('treegrid', { name: 'JSON' });
  await expect(grid.getByRole('row', { name: /big: ?12345678901234567890/ })).toBeVisible();
  await control.click();
  await window.getByRole('menuitemcheckbox', { name: /^Bytes/ }).click();
  await expect(decodedAs(window, 'Bytes, as chosen for this topic')).toBeVisible();
  await selectBytes(window);
  await decodedAs(window, 'Bytes').click();
  await window.getByRole('menuitemcheckbox', { name: /^CBOR/ }).click();
  await expect(window.getByText(/^CBOR: .*The bytes are shown as they came\.$/)).toBeVisible();
  await decodedAs(window, 'Bytes').click();
  await window.getByRole('menuitemcheckbox', { name: /^Automatic/ }).click();
  await expect(control).toBeVisible();

  // Rules of a file stand behind those that are edited, and saving keeps them.
  const openRules = async (): Promise<void> => {
    await decodedAs(window, /^Decoded as/).click();
    await window.getByRole('menuitem', { name: 'Decoding rules…' }).click();
  };
  await openRules();
  const dialog = window.getByRole('dialog', { name: 'Decoding rules' });
  const choosing = window.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Import…' }).click();
  const rule = { id: 'r', filter: 'brought/+', steps: [], viewer: null, unit: null };
  const rules = [{ ...rule, chartPath: null, colour: null, enabled: true }];
  await (
    await choosing
  ).setFiles({
    name: 'rules.json',
    mimeType: 'application/json',
    buffer: Buffer.from(
      JSON.stringify({ format: 'mqtt-loupe-decoding', version: 1, rules, schemas: [] }),
    ),
  });
  await expect(window.getByText('1 rule and 0 schemas imported')).toBeVisible();
  await expect(dialog).toContainText('brought/+');
  // A rule is moved with Alt and an arrow, or dragged; what was typed for one is not shown at another.
  const names = dialog.getByRole('region', { name: 'Rules in their order' }).getByRole('listitem');
  await dialog.getByRole('button', { name: 'New rule' }).click();
  await dialog.getByRole('textbox', { name: 'Topic filter' }).fill('first/#');
  await dialog.getByRole('textbox', { name: 'Number to draw' }).fill('by.a');
  await dialog.getByRole('button', { name: /^first\/#/ }).press('Alt+ArrowDown');
  await expect(names).toHaveText([/brought/, /first/]);
  await expect(dialog.getByRole('button', { name: /^first\/#/ })).toBeFocused();
  await dialog
    .getByRole('button', { name: /^brought/ })
    .dragTo(dialog.getByRole('button', { name: /^first/ }));
  await expect(names).toHaveText([/first/, /brought/]);
  await dialog.getByRole('button', { name: /^brought/ }).click();
  await expect(dialog.getByRole('textbox', { name: 'Number to draw' })).toHaveValue('');
  await dialog.getByRole('button', { name: 'Save rules' }).click();
  await expect(dialog).toBeHidden();
  await openRules();
  await expect(names).toHaveText([/first/, /brought/]);
});

test('Protobuf is decoded by a rule with the .proto files that a person brings', async () => {
  const { window } = launched;
  // field 1: 21.5 as float, field 2: a Motor with name "press", field 9: not in the schema.
  await retain(
    'plant/press/raw',
    Buffer.from('0d0000ac4112070a05707265737348 05'.replace(' ', ''), 'hex'),
  );
  await connect(window);
  await openTopic(window, 'plant/press/raw');
  await window.getByRole('button', { name: /^Decoded as/ }).click();
  await window.getByRole('menuitem', { name: 'New rule for this topic…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Decoding rules' });
  await dialog.getByRole('textbox', { name: 'Topic filter' }).fill('plant/+/raw');
  await dialog.getByRole('combobox', { name: /^Decode as:/ }).click();
  await window.getByRole('option', { name: /^Protobuf with/ }).click();
  const choosing = window.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Add a schema…' }).click();
  await (
    await choosing
  ).setFiles([
    {
      name: 'reading.proto',
      mimeType: 'text/plain',
      buffer: Buffer.from(
        'syntax = "proto3"; package plant; import "plant/motor.proto"; message Reading { float value = 1; Motor motor = 2; }',
      ),
    },
    {
      name: 'motor.proto',
      mimeType: 'text/plain',
      buffer: Buffer.from('syntax = "proto3"; package plant; message Motor { string name = 1; }'),
    },
  ]);
  await dialog.getByRole('combobox', { name: /^Message type:/ }).click();
  await window.getByRole('option', { name: 'plant.Reading' }).click();
  const preview = dialog.getByRole('region', { name: 'Preview of the rule' });
  await expect(preview.getByRole('row', { name: /value: ?21.5/ })).toBeVisible();
  await expect(preview).toContainText('Reading 9');
  await dialog.getByRole('textbox', { name: 'Unit' }).fill('°C');
  await dialog.getByRole('button', { name: 'Save rules' }).click();
  await expect(dialog).toBeHidden();
  await expect(
    decodedAs(window, /^Decoded as Protobuf, by the rule for plant\/\+\/raw$/),
  ).toBeVisible();
  await expect(window.getByRole('region', { name: 'Topic detail' })).toContainText('21.5 °C');

  // The number large, with the unit of the rule and the way it came.
  await window.getByLabel(/^Viewer/).click();
  await window.getByRole('option', { name: 'Number' }).click();
  const value = window.getByRole('tabpanel', { name: 'Value' });
  await client.publishAsync('plant/press/raw', Buffer.from('0d0000b441', 'hex'));
  await expect(value.getByRole('paragraph').filter({ hasText: /^22\.5\s*°C$/ })).toBeVisible();
  await expect(value).toContainText(/\+1 °C \(\+4\.7 %\)/);
  await expect(value.getByRole('img', { name: /^Its last/ })).toBeVisible();
});

test('Sparkplug data gets its names from the birth before it', async () => {
  const { window } = launched;
  await connect(window);
  const metrics = [
    { name: 'Temperature', alias: 7, datatype: 9, float_value: 20.5 },
    { name: 'Counter', alias: 8, datatype: 3, int_value: 4_294_967_291 },
  ];
  await client.publishAsync('spBv1.0/plant/NBIRTH/edge', sparkplugPayload({ seq: 0, metrics }));
  await client.publishAsync(
    'spBv1.0/plant/NDATA/edge',
    sparkplugPayload({
      seq: 3,
      metrics: [
        { alias: 7, float_value: 21.25 },
        { alias: 9, int_value: 1 },
      ],
    }),
  );
  await row(window, 'spBv1.0').click();
  await window.getByRole('button', { name: 'Expand all' }).click();
  await row(window, 'NDATA').click();
  await window.keyboard.press('ArrowDown');
  await expect(decodedAs(window, 'Sparkplug B, because of its topic')).toBeVisible();
  const grid = window.getByRole('treegrid', { name: 'JSON' });
  await expect(grid.getByRole('row', { name: /name: ?"Temperature"/ })).toBeVisible();
  await expect(grid.getByRole('row', { name: /value: ?21.25/ })).toBeVisible();
  const notes = window.getByRole('list', { name: 'Notes of the decoder' });
  await expect(notes).toContainText(
    'A gap in the sequence: 3 after 0; at least 2 messages are missing.',
  );
  await expect(notes).toContainText('No name is known for alias 9');
  await expect(notes).toContainText('Edge node edge online since');
});

/** A black picture of 24 bits a pixel. */
function bitmap(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54 + width * height * 3);
  bytes.write('BM', 'latin1');
  for (const [value, at] of [
    [bytes.length, 2],
    [54, 10],
    [40, 14],
    [width, 18],
    [height, 22],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

test('an image is drawn, and a hostile drawing stays text', async () => {
  const { window, complaints } = launched;
  const drawing = (inner: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">${inner}</svg>`;
  await retain('pictures/good', drawing('<rect width="40" height="30" fill="red"/>'));
  await retain(
    'pictures/script',
    drawing('<script>document.title = "owned"</script><image href="http://127.0.0.1:1/x.png"/>'),
  );
  await retain('pictures/bomb', '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>');
  await retain('pictures/large', bitmap(500, 400));
  await connect(window);
  await openTopic(window, 'pictures/good');
  await expect(window.getByRole('img', { name: 'The payload, drawn' })).toBeVisible();
  await expect(window.getByRole('region', { name: 'Topic detail' })).toContainText('40 × 30 px');
  await row(window, 'script').click();
  await expect(window.getByRole('img', { name: 'The payload, drawn' })).toBeVisible();
  expect(await window.title()).not.toContain('owned');
  // Larger than what is sent unasked, and yet nobody has to ask for it.
  await row(window, 'large').click();
  await expect(window.getByRole('region', { name: 'Topic detail' })).toContainText('500 × 400 px');
  await row(window, 'bomb').click();
  await expect(window.getByText(/defines entities|Expected|<svg>/).first()).toBeVisible();
  expect(complaints).toEqual([]);
});
