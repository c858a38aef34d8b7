import { expect, test } from '@playwright/test';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeClientCertificates,
  PASSPHRASE,
  type ClientCertificates,
} from '../helpers/client-certificates';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { startSocksProxy } from '../helpers/proxies';
import { status } from '../helpers/window';

let strict: Mosquitto;
let files: ClientCertificates;
let launched: LaunchedApp | null = null;

test.beforeAll(async () => {
  strict = await startMosquitto({ tls: true, config: ['require_certificate true'] });
  files = await makeClientCertificates(strict.certificates!);
});

test.afterAll(async () => {
  await strict.dispose();
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
});

async function newConnection(url: string): Promise<void> {
  const { window } = launched!;
  await window.getByRole('button', { name: 'New connection' }).first().click();
  await window.getByRole('dialog').getByRole('textbox', { name: 'Host' }).fill(url);
}

test('an authority and a client certificate are named, checked at their fields, copied, and connect', async () => {
  launched = await launchApp();
  const { window, home } = launched;
  await newConnection(`mqtts://localhost:${String(strict.port)}`);
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('button', { name: 'TLS', exact: true }).click();
  await dialog.getByRole('button', { name: 'Add an authority' }).click();
  const authority = dialog.getByRole('textbox', { name: 'Authority (CA) 1' });
  await authority.fill(files.file('gone.pem'));
  await expect(dialog.getByRole('alert')).toContainText('There is no file');
  await authority.fill(files.file('ca.pem'));
  await expect(dialog).toContainText('CN=Test authority · It expires in 2 days');

  await dialog.getByRole('textbox', { name: 'Client certificate' }).fill(files.file('client.pem'));
  await expect(dialog).toContainText('The certificate needs its private key.');
  const key = dialog.getByRole('textbox', { name: 'Private key' });
  await key.fill(files.file('ec.key'));
  await expect(dialog).toContainText('This key does not belong to the certificate.');
  await expect(key).toHaveAttribute('aria-invalid', 'true');
  await key.fill(files.file('encrypted.key'));
  await expect(dialog).toContainText('encrypted.key is encrypted. Enter its passphrase.');
  const passphrase = dialog.getByRole('textbox', { name: 'Passphrase of the key' });
  await passphrase.fill('wrong');
  await expect(dialog).toContainText('The passphrase does not open encrypted.key.');
  await passphrase.fill(PASSPHRASE);
  await expect(key).not.toHaveAttribute('aria-invalid');
  await dialog.getByRole('checkbox', { name: 'Keep copies of these files' }).click();
  await dialog.getByRole('button', { name: 'Save and connect' }).click();
  await window.getByRole('button', { name: 'This session only' }).click();
  await expect(status(window)).toContainText('connected · MQTT 5');

  const copies = await readdir(join(home, 'certificates'));
  expect(copies).toHaveLength(3);
  for (const name of copies) {
    expect((await stat(join(home, 'certificates', name))).mode & 0o777).toBe(0o600);
  }
  expect(await readFile(join(home, 'profiles.json'), 'utf8').catch(() => '')).not.toContain(
    PASSPHRASE,
  );
});

test('a certificate of nobody known is shown and trusted; a changed one is told with both fingerprints', async () => {
  const broker = await startMosquitto({ tls: true });
  launched = await launchApp();
  const { window } = launched;
  try {
    await newConnection(`mqtts://localhost:${String(broker.port)}`);
    await window.getByRole('button', { name: 'Save and connect' }).click();
    await window.getByRole('button', { name: 'Show certificate' }).click();
    const dialog = window.getByRole('dialog');
    await expect(dialog).toContainText('CN=Test broker');
    await expect(dialog).toContainText('localhost, 127.0.0.1');
    await dialog.getByRole('button', { name: 'Trust this certificate' }).click();
    await expect(status(window)).toContainText('connected · MQTT 5');

    await window.getByRole('button', { name: 'Connections', exact: true }).click();
    await window.getByRole('button', { name: 'More for localhost' }).click();
    await window.getByRole('menuitem', { name: 'Edit…' }).click();
    const fingerprint = dialog.getByRole('textbox', { name: 'SHA-256 fingerprint' });
    const trusted = await fingerprint.inputValue();
    expect(trusted).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/u);
    const other = trusted.startsWith('00') ? `11${trusted.slice(2)}` : `00${trusted.slice(2)}`;
    await fingerprint.fill(other);
    await window.getByRole('button', { name: 'Save and reconnect' }).click();
    const alert = window.getByRole('alert');
    await expect(alert).toContainText('another certificate than the one that you trusted');
    await expect(alert).toContainText(other);
    await expect(alert).toContainText(trusted);

    await alert.getByRole('button', { name: 'Edit connection' }).click();
    await dialog.getByLabel(/^The server’s certificate must be:/).click();
    await window.getByRole('option', { name: /accept anything/ }).click();
    await expect(dialog.getByRole('alert')).toContainText('Whoever answers is believed');
    await window.getByRole('button', { name: 'Save and connect' }).click();
    await expect(status(window)).toContainText('certificate not checked');
    await expect(window.getByRole('alert')).toContainText('certificate is not checked');
    await window.getByRole('button', { name: 'Connections', exact: true }).click();
    await expect(window.getByRole('listitem', { name: 'localhost' })).toContainText('Not checked');
  } finally {
    await broker.dispose();
  }
});

test('a local socket and a proxy are chosen in the dialog', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-socket-'));
  const socketPath = join(folder, 'broker.sock');
  const broker = await startMosquitto({ config: [`listener 0 ${socketPath}`] });
  const proxy = await startSocksProxy({ username: 'anna', password: 'geheim' });
  launched = await launchApp();
  const { window } = launched;
  try {
    await newConnection(`unix://${socketPath}`);
    const dialog = window.getByRole('dialog');
    await expect(dialog.getByRole('textbox', { name: 'Socket' })).toHaveValue(socketPath);
    await expect(dialog.getByRole('textbox', { name: 'Host' })).toHaveCount(0);
    await window.getByRole('button', { name: 'Save and connect' }).click();
    await expect(status(window)).toContainText('connected · MQTT 5');

    await newConnection(`mqtt://127.0.0.1:${String(broker.port)}`);
    await dialog.getByRole('radio', { name: 'SOCKS5' }).click();
    await dialog.getByRole('textbox', { name: 'Proxy host' }).fill('127.0.0.1');
    await dialog.getByRole('textbox', { name: 'Proxy port' }).fill(String(proxy.port));
    await window.getByRole('button', { name: 'Save and connect' }).click();
    const alert = window.getByRole('alert');
    await expect(alert).toContainText('asks for a username and password');
    await alert.getByRole('button', { name: 'Edit connection' }).click();
    await dialog.getByRole('textbox', { name: 'Proxy username' }).fill('anna');
    await dialog.getByRole('textbox', { name: 'Proxy password' }).fill('geheim');
    await window.getByRole('button', { name: 'Save and connect' }).click();
    await window.getByRole('button', { name: 'This session only' }).click();
    await expect(status(window)).toContainText('connected · MQTT 5');
  } finally {
    await proxy.dispose();
    await broker.dispose();
    await rm(folder, { recursive: true });
  }
});
