import { test } from '@playwright/test';
import { join } from 'node:path';
import { launchApp } from '../../tests/helpers/electron';
import { row } from '../../tests/helpers/window';

/** So long the plant runs before a picture: charts and trends need a past. */
const PAST_MS = 45_000;

test('the window in its two themes', async () => {
  const launched = await launchApp({ args: ['--demo'] });
  const { app, window } = launched;
  const take = async (theme: 'dark' | 'light'): Promise<void> => {
    await app.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, theme);
    // The theme changes with a short transition.
    await window.waitForTimeout(1_000);
    await window.screenshot({ path: join(import.meta.dirname, `window-${theme}.png`) });
  };
  try {
    await window.getByRole('textbox', { name: 'Topic', exact: true }).fill('plant/line1/press/set');
    await window.getByRole('textbox', { name: 'Payload' }).fill('{ "target": 62.5 }');
    await window.getByRole('radio', { name: 'QoS 1' }).click();
    await window.getByRole('button', { name: 'Publish', exact: true }).click();
    await window.waitForTimeout(PAST_MS);
    await row(window, 'temperature').first().click();
    await window.waitForTimeout(3_000);
    await take('dark');
    await take('light');
  } finally {
    await launched.close();
  }
});
