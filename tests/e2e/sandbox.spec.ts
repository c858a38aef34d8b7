import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { launchApp } from '../helpers/electron';
import { unprivilegedId } from '../helpers/unprivileged';

test.skip(process.platform !== 'linux', 'reads /proc');

test('for a normal user the window runs in the operating system’s sandbox', async () => {
  const { app, window, close } = await launchApp({ sandbox: true });
  try {
    await expect(window.locator('body')).toBeVisible();
    const { hasSwitch, userId, processId } = await app.evaluate(({ app, BrowserWindow }) => ({
      hasSwitch: app.commandLine.hasSwitch('no-sandbox'),
      userId: process.getuid?.(),
      processId: BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId(),
    }));
    expect(hasSwitch).toBe(false);
    expect(userId).toBe(process.getuid?.() === 0 ? unprivilegedId : process.getuid?.());
    const status = await readFile(`/proc/${processId}/status`, 'utf8');
    // 2 is SECCOMP_MODE_FILTER, see proc(5).
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  } finally {
    await close();
  }
});
