/** What a person does in the window, said in the words of a test. */
import { expect, type Locator, type Page } from '@playwright/test';

export interface ProfileForm {
  readonly name: string;
  readonly port: number;
  readonly host?: string;
  readonly username?: string;
  readonly password?: string;
  readonly version?: 'MQTT 5' | 'MQTT 3.1.1';
}

/** Fills in a new connection and saves it; it is not connected yet. */
export async function addProfile(window: Page, form: ProfileForm): Promise<void> {
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(form.name);
  await dialog.getByRole('textbox', { name: 'Host' }).fill(form.host ?? '127.0.0.1');
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(form.port));
  if (form.username !== undefined)
    await dialog.getByRole('textbox', { name: 'Username' }).fill(form.username);
  if (form.password !== undefined)
    await dialog.getByRole('textbox', { name: 'Password' }).fill(form.password);
  if (form.version !== undefined) await dialog.getByRole('radio', { name: form.version }).click();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  if (form.password !== undefined) await keepForSession(window);
  await expect(dialog).toBeHidden();
}

/** Where there is no keyring, the first secret raises the question how it is to be kept. */
async function keepForSession(window: Page): Promise<void> {
  const sessionOnly = window.getByRole('button', { name: 'This session only' });
  const dialogs = window.getByRole('dialog');
  await expect(async () => {
    if ((await dialogs.count()) > 0) expect(await sessionOnly.isVisible()).toBe(true);
  }).toPass();
  if (await sessionOnly.isVisible()) await sessionOnly.click();
}

export async function connect(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(status(window)).toContainText(/^connected/);
}

export function status(window: Page): Locator {
  return window.getByRole('status');
}

/** A row of the tree by its topic level, from its beginning. */
export function row(window: Page, level: string): Locator {
  const escaped = level.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return window
    .getByRole('tree', { name: 'Topics' })
    .getByRole('treeitem', { name: new RegExp(`^${escaped}(,|$)`, 'u') });
}

/** Opens the way to a topic and selects it, from the beginning of the tree: rows far from the screen are not in the page. */
export async function openTopic(window: Page, topic: string): Promise<void> {
  await window.getByRole('tree', { name: 'Topics' }).hover();
  await window.mouse.wheel(0, -1_000_000);
  for (const level of topic.split('/')) await row(window, level).click();
}

export async function publish(
  window: Page,
  message: { topic: string; payload: string; qos?: 0 | 1 | 2; retain?: boolean },
): Promise<void> {
  await window.getByRole('textbox', { name: 'Topic', exact: true }).fill(message.topic);
  await window.getByRole('textbox', { name: 'Payload' }).fill(message.payload);
  await window.getByRole('radio', { name: `QoS ${String(message.qos ?? 0)}` }).click();
  await window.getByRole('checkbox', { name: 'Retain' }).setChecked(message.retain ?? false);
  await window.getByRole('button', { name: 'Publish', exact: true }).click();
}
