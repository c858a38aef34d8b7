import { test } from '@playwright/test';
import { join } from 'node:path';
import { launchApp } from '../../tests/helpers/electron';
import { row } from '../../tests/helpers/window';

/** So long the plant runs before and after something happens to it: a timeline needs a past. */
const PAST_MS = 40_000;

test('the time machine', async () => {
  test.setTimeout(PAST_MS * 2 + 120_000);
  const launched = await launchApp({ args: ['--demo'] });
  const { window } = launched;
  const command = async (words: string): Promise<void> => {
    await window.keyboard.press('Control+K');
    await window.getByRole('combobox', { name: 'Command palette' }).fill(words);
    await window.getByRole('option').first().click();
  };
  try {
    await row(window, 'temperature').first().click();
    await command('Theme: dark');
    await window.waitForTimeout(PAST_MS);
    await window.keyboard.press('Control+D');
    await window.getByRole('button', { name: 'Name it' }).click();
    const name = window.getByRole('textbox', { name: 'Name' });
    await name.fill('Press restarted');
    await name.press('Enter');
    await command('Disconnect');
    await window.waitForTimeout(PAST_MS / 6);
    await command('Connect Built-in');
    await window.waitForTimeout(PAST_MS);
    const slider = window.getByRole('slider', { name: 'Timeline' });
    const box = await slider.boundingBox();
    if (!box) throw new Error('the timeline is not there');
    await window.mouse.move(box.x + box.width * 0.9, box.y + 26);
    await window.mouse.down();
    await window.mouse.move(box.x + box.width * 0.34, box.y + 26, { steps: 20 });
    await window.mouse.up();
    // Away from it, and until the toasts are gone.
    await window.mouse.move(600, 60);
    await window.waitForTimeout(6_000);
    await window.screenshot({ path: join(import.meta.dirname, 'time-machine-dark.png') });
  } finally {
    await launched.close();
  }
});
