import { expect, test } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp } from '../helpers/electron';
import { openTopic, publish, row, status } from '../helpers/window';

test('from the first start to a stored past: the built-in broker, a topic, a publish, a restart', async () => {
  const home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-first-'));
  const first = await launchApp({ home });
  try {
    const { window } = first;
    await window.getByRole('button', { name: 'Try it with a built-in broker' }).click();
    await expect(status(window)).toContainText('connected');
    await expect(row(window, 'plant')).toContainText(/\d/);
    await expect(row(window, 'line1')).toBeVisible();
    const valueTab = window.getByRole('tab', { name: 'Value' });
    // Topics still come one after the other, and what stands under the pointer may move away from it.
    await expect(async () => {
      await row(window, 'temperature').first().click();
      await expect(valueTab).toHaveAttribute('aria-selected', 'true', { timeout: 2_000 });
    }).toPass();
    const value = window.getByRole('tabpanel', { name: 'Value' });
    await expect(value).toContainText('value');
    await expect(value).toContainText('°C');

    await publish(window, {
      topic: 'home/kitchen/lamp',
      payload: '{"on": true, "level": 42}',
      qos: 1,
      retain: true,
    });
    await expect(window.getByRole('form', { name: 'Publish' })).toContainText(
      /acknowledged in \d+/,
    );
    await openTopic(window, 'home/kitchen/lamp');
    await expect(value).toContainText('level');
    await expect(value).toContainText('42');
    await window.getByRole('tab', { name: 'Properties' }).click();
    await expect(window.getByRole('tabpanel', { name: 'Properties' })).toContainText('1');
  } finally {
    await first.close();
  }
  expect(first.complaints).toEqual([]);

  const second = await launchApp({ home });
  try {
    const { window } = second;
    await expect(window.getByRole('button', { name: 'Connect', exact: true })).toBeVisible();
    await expect(row(window, 'lamp')).toHaveAttribute('aria-selected', 'true');
    await window.getByRole('tab', { name: 'History' }).click();
    await expect(window.getByRole('tabpanel', { name: 'History' })).toContainText('42');
    await expect(status(window)).toContainText(/stored [\d,]{2,}/);
  } finally {
    await second.close();
    await rm(home, { recursive: true, force: true });
  }
  expect(second.complaints).toEqual([]);
});
