import { expect, test, type ElectronApplication } from '@playwright/test';
import { launchApp } from '../helpers/electron';
import { startMosquitto } from '../helpers/mosquitto';
import { addProfile, connect, status } from '../helpers/window';

/** Kills the engine's process; false when there is none at the moment. */
function killEngine(app: ElectronApplication): Promise<boolean> {
  return app.evaluate(({ app: electron }) => {
    const engine = electron.getAppMetrics().find(({ name }) => name === 'MQTT Loupe engine');
    if (engine) process.kill(engine.pid, 'SIGKILL');
    return engine !== undefined;
  });
}

test('an engine that crashes again and again is given up in words; the window stays and can be closed', async () => {
  const broker = await startMosquitto();
  const { app, window, complaints, close } = await launchApp();
  let closed = false;
  try {
    await addProfile(window, { name: 'Doomed', port: broker.port });
    await connect(window);
    const topic = window.getByRole('textbox', { name: 'Topic', exact: true });
    await topic.fill('doomed/job');
    await window.getByRole('button', { name: 'More ways to send' }).click();
    await window.getByRole('menuitem', { name: /^Repeat/ }).click();
    const dialog = window.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    const job = dialog.getByRole('listitem');
    await expect(job).toContainText(/[1-9]\d* of 10 sent/);
    await killEngine(app);
    await expect(
      window.getByText(
        /The publish job to doomed\/job on “Doomed” ended because the engine stopped: [1-9]\d* of 10 sent/,
      ),
    ).toBeVisible();
    await expect(job).toContainText(/failed.*because the engine stopped/s);
    await window.keyboard.press('Escape');
    const alert = window.getByRole('alert').filter({ hasText: 'The engine keeps' });
    await expect(async () => {
      await killEngine(app);
      await expect(alert).toContainText('The engine keeps stopping', { timeout: 50 });
    }).toPass({ intervals: [50], timeout: 120_000 });

    await expect(status(window)).toContainText('engine stopped');
    await expect(window.getByRole('button', { name: 'Publish', exact: true })).toBeDisabled();
    await window.getByRole('button', { name: 'Connections', exact: true }).click();
    const card = window.getByRole('listitem', { name: 'Doomed' });
    await expect(card).toContainText('disconnected');
    await card.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(
      window.getByText('The engine is not running. Quit MQTT Loupe and start it again.', {
        exact: true,
      }),
    ).toBeVisible();

    await close();
    closed = true;
    expect(complaints).toEqual([]);
  } finally {
    if (!closed) app.process().kill('SIGKILL');
    await broker.dispose();
  }
});

test('an engine that cannot start says why, also when it failed before the window was there', async () => {
  const { window, close } = await launchApp({
    args: ['--demo'],
    env: { MQTT_LOUPE_SQLITE: '/nonexistent/driver' },
  });
  try {
    const alert = window.getByRole('alert');
    // It is started again a few times before it is given up.
    await expect(alert).toContainText("Cannot find module '/nonexistent/driver'");
    await window.reload();
    await expect(alert).toContainText("Cannot find module '/nonexistent/driver'");
  } finally {
    await close();
  }
});
