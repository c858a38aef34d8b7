import { expect, test, type Page } from '@playwright/test';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { openTopic, row, status } from '../helpers/window';

let folder: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-files-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await rm(folder, { recursive: true, force: true });
});

function line(at: number, topic: string): string {
  const time = new Date(1_763_900_000_000 + at).toISOString();
  return JSON.stringify({ time, topic, qos: 1, payload: `{"value":${String(at % 90)}.5}` });
}

async function answer({ app }: LaunchedApp, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);
}

async function run(window: Page, command: string): Promise<void> {
  await window.keyboard.press('Control+K');
  await window.keyboard.type(command);
  await window.getByRole('option', { name: command }).first().click();
}

test('NDJSON is looked at, imported and browsed; a branch is exported, and imported as a recording', async () => {
  const file = join(folder, 'plant.ndjson');
  const lines = Array.from({ length: 300 }, (_, at) =>
    line(at, `plant/line${String(at % 3)}/temperature`),
  );
  await writeFile(
    file,
    `${lines.slice(0, 200).join('\n')}\nnot json\n${lines.slice(200).join('\n')}\n`,
  );
  launched = await launchApp();
  const { window } = launched;
  await answer(launched, file);
  await window.keyboard.press('Control+O');
  const dialog = window.getByRole('dialog', { name: 'Import messages' });
  await expect(dialog).toContainText('300 messages');
  await expect(dialog.getByRole('row').nth(1)).toContainText('plant/line0/temperature');
  await expect(dialog.getByRole('list', { name: 'Problems' })).toContainText('Line 201');
  await expect(dialog.getByRole('radio', { name: 'Skip and count' })).toBeChecked();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText(
    /300 messages imported\.\s*1 row was skipped/,
  );
  await dialog.getByRole('button', { name: 'Browse the messages' }).click();
  await expect(status(window)).toContainText(/recorded history\s*300 messages/);
  await openTopic(window, 'plant/line1/temperature');
  await expect(window.locator('.headline')).toContainText('28.5');

  // Once more: nothing is imported twice.
  await window.keyboard.press('Control+O');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('imported before');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

  const recording = join(folder, 'line1.mqttrec');
  await answer(launched, recording);
  await row(window, 'line1').click({ button: 'right' });
  await window.getByRole('menuitem', { name: 'Export this branch…' }).click();
  const exporting = window.getByRole('dialog', { name: 'Export messages' });
  await expect(exporting).toContainText('100 messages in 1 topic');
  await exporting.getByRole('button', { name: 'Export…' }).click();
  await expect(exporting.getByRole('status')).toContainText('100 messages exported');
  await expect(exporting.getByRole('status')).toContainText(recording);
  await expect(exporting.getByRole('button', { name: 'Show in folder' })).toBeVisible();
  await exporting.getByRole('button', { name: 'Close', exact: true }).last().click();
  expect((await readFile(recording)).subarray(1, 4).toString()).toBe('MQR');

  await run(window, 'Import messages…');
  await expect(dialog).toContainText('Recording of MQTT Loupe');
  await expect(dialog).toContainText('plant/line1 and everything below');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByRole('button', { name: 'Browse the messages' }).click();
  await expect(status(window)).toContainText(/recorded history\s*100 messages/);
  expect(launched.complaints).toEqual([]);
});

test('an export that is cancelled leaves no file', async () => {
  const file = join(folder, 'large.ndjson');
  const lines = Array.from({ length: 200_000 }, (_, at) => line(at, `plant/${String(at % 50)}`));
  await writeFile(file, lines.join('\n'));
  launched = await launchApp();
  const { window } = launched;
  await answer(launched, file);
  await window.keyboard.press('Control+O');
  const dialog = window.getByRole('dialog', { name: 'Import messages' });
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('progressbar', { name: 'Import' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Browse the messages' }).click({ timeout: 120_000 });

  const target = join(folder, 'all.csv');
  await answer(launched, target);
  await run(window, 'Export the history…');
  const exporting = window.getByRole('dialog', { name: 'Export messages' });
  await expect(exporting).toContainText('200,000 messages in 50 topics');
  await exporting.getByRole('radio', { name: 'CSV of mqtt_recorder' }).click();
  await exporting.getByRole('button', { name: 'Export…' }).click();
  await exporting.getByRole('button', { name: 'Cancel the export' }).click();
  await expect(exporting).toContainText('The export was cancelled; nothing was written.');
  expect(await readdir(folder)).toEqual(['large.ndjson']);

  await exporting.getByRole('button', { name: 'Export…' }).click();
  await expect(exporting.getByRole('status')).toContainText('200,000 messages exported', {
    timeout: 120_000,
  });
  expect((await stat(target)).size).toBeGreaterThan(10_000_000);
});
