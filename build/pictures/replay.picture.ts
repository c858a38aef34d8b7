import { test } from '@playwright/test';
import { join } from 'node:path';
import { launchApp } from '../../tests/helpers/electron';
import { row } from '../../tests/helpers/window';

/** So long the plant runs before: a replay needs a past. */
const PAST_MS = 15_000;

test('a replay that is under way', async () => {
  const launched = await launchApp({ args: ['--demo'] });
  const { window } = launched;
  try {
    await window.waitForTimeout(PAST_MS);
    await window.keyboard.press('Control+K');
    await window.getByRole('combobox', { name: 'Command palette' }).fill('Theme: dark');
    await window.getByRole('option').first().click();
    await row(window, 'plant').click({ button: 'right' });
    await window.getByRole('menuitem', { name: 'Replay this branch…' }).click();
    await window.getByRole('combobox', { name: /Connection that gets/ }).click();
    await window.getByRole('option', { name: /Built-in broker/ }).click();
    await window.getByRole('button', { name: 'Add: rename topics' }).click();
    await window.getByRole('textbox', { name: 'Rename from 1' }).fill('plant/+/#');
    await window.getByRole('textbox', { name: 'Rename to 1' }).fill('rehearsal/$1/$2');
    await window.getByRole('button', { name: 'Play', exact: true }).click();
    await window.waitForTimeout(8_000);
    await window.mouse.move(640, 20);
    await window.waitForTimeout(1_000);
    await window.screenshot({ path: join(import.meta.dirname, 'replay-dark.png') });
    await window.getByRole('button', { name: 'Stop' }).click();
  } finally {
    await launched.close();
  }
});
