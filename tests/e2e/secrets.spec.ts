import { expect, test, type Page } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET_NAMES, type SecretName } from '../../app/secret';
import {
  makeClientCertificates,
  PASSPHRASE,
  type ClientCertificates,
} from '../helpers/client-certificates';
import { launchApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { startHttpProxy, type Proxy } from '../helpers/proxies';
import { status } from '../helpers/window';

test.skip(process.platform !== 'linux', 'it looks into /proc');

/** One value for every secret that there is, so that a new one cannot be forgotten here. */
const SECRETS: Readonly<Record<SecretName, string>> = {
  password: 'canary-password-1f',
  'key-passphrase': PASSPHRASE,
  'proxy-password': 'canary-proxy-2e',
  'websocket-authorization': 'canary-header-3d',
  'token-client-secret': 'canary-client-4c',
};
const VAULT = 'canary-vault-passphrase-5b';
/** What the login server gives out: as good as a password while it is valid. */
const TOKEN = 'canary-token-6a';
const CANARIES = [...SECRET_NAMES.map((name) => SECRETS[name]), VAULT, TOKEN];
/** No secret: it must be found where it is looked for, or the looking proves nothing. */
const KNOWN = 'known-user-77';

let broker: Mosquitto;
let open: Mosquitto;
let proxy: Proxy;
let login: Server;
let files: ClientCertificates;
let home: string;
let launched: LaunchedApp | null = null;
/** What the login server was asked with. */
let asked = '';

test.beforeEach(async () => {
  const users = new Map([[KNOWN, SECRETS.password]]);
  broker = await startMosquitto({ tls: true, websockets: true, users });
  open = await startMosquitto();
  files = await makeClientCertificates(broker.certificates!);
  proxy = await startHttpProxy({ username: 'proxy-user', password: SECRETS['proxy-password'] });
  login = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (asked += chunk.toString()));
    asked += String(request.headers.authorization);
    request.once('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(`{"access_token": "${TOKEN}", "token_type": "Bearer", "expires_in": 3600}`);
    });
  });
  await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve));
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-secrets-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  login.close();
  await proxy.dispose();
  await open.dispose();
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

async function start(): Promise<Page> {
  await launched?.close();
  launched = await launchApp({ home, args: ['--password-store=basic'] });
  return launched.window;
}

/** A connection that needs every kind of secret but one, with a vault for them. */
async function addEverything(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const dialog = window.getByRole('dialog', { name: 'New connection' });
  const fill = async (name: string, value: string): Promise<void> =>
    dialog.getByRole('textbox', { name, exact: true }).fill(value);
  const section = (name: string): Promise<void> =>
    dialog.getByRole('button', { name, exact: true }).click();
  await dialog
    .getByRole('textbox', { name: 'Host' })
    .fill(`wss://localhost:${String(broker.port)}/mqtt`);
  await fill('Name', 'Everything');
  await fill('Username', KNOWN);
  await fill('Password', SECRETS.password);
  await section('TLS');
  await dialog.getByRole('button', { name: 'Add an authority' }).click();
  await fill('Authority (CA) 1', files.file('ca.pem'));
  await fill('Client certificate', files.file('client.pem'));
  await fill('Private key', files.file('encrypted.key'));
  await fill('Passphrase of the key', SECRETS['key-passphrase']);
  await section('WebSocket');
  await fill('Authorization header', SECRETS['websocket-authorization']);
  await section('Proxy');
  await dialog.getByRole('radio', { name: 'HTTP', exact: true }).click();
  await fill('Proxy host', '127.0.0.1');
  await fill('Proxy port', String(proxy.port));
  await fill('Proxy username', 'proxy-user');
  await fill('Proxy password', SECRETS['proxy-password']);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await window.getByRole('textbox', { name: 'New passphrase' }).fill(VAULT);
  await window.getByRole('textbox', { name: 'The same again' }).fill(VAULT);
  await window.getByRole('button', { name: 'Make a vault' }).click();
  await expect(dialog).toBeHidden();
}

async function addToken(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'New connection' }).first().click();
  const dialog = window.getByRole('dialog', { name: 'New connection' });
  await dialog.getByRole('textbox', { name: 'Host' }).fill(`mqtt://127.0.0.1:${String(open.port)}`);
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Token');
  await dialog.getByLabel('Way to sign in').click();
  await window.getByRole('option', { name: /client credentials/iu }).click();
  const { port } = login.address() as AddressInfo;
  await dialog
    .getByRole('textbox', { name: 'Token URL' })
    .fill(`http://127.0.0.1:${String(port)}/token`);
  await dialog.getByRole('textbox', { name: 'OAuth 2 client id' }).fill('loupe');
  await dialog.getByRole('textbox', { name: 'Client secret' }).fill(SECRETS['token-client-secret']);
  await dialog.getByRole('textbox', { name: 'Username' }).fill('loupe');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
}

async function connectTo(window: Page, name: string): Promise<void> {
  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window
    .getByRole('listitem', { name })
    .getByRole('button', { name: 'Connect', exact: true })
    .click();
  await expect(status(window)).toContainText(/^(?:connected|failed|reconnecting)/u);
  // What went wrong says more than that it did.
  if (!(await status(window).textContent())?.startsWith('connected'))
    expect(await window.getByRole('alert').allTextContents()).toEqual([]);
}

/** The forms in which a secret would be found: as it is, in UTF-16, and as base64 at each of the three alignments. */
function formsOf(secret: string): readonly Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(' '.repeat(shift) + secret).toString('base64');
    return Buffer.from(text.slice(4, text.length - 4));
  });
  return [Buffer.from(secret), Buffer.from(secret, 'utf16le'), ...base64];
}

function foundIn(bytes: Buffer, secrets: readonly string[] = CANARIES): readonly string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => bytes.includes(form)));
}

async function filesWithSecrets(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // Chromium deletes some of its own while it runs.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    for (const secret of foundIn(bytes)) found.push(`${secret} in ${file}`);
  }
  return found;
}

/** A process and all below it: their arguments and their environment. */
async function processesOf(pid: number): Promise<Buffer> {
  const folder = `/proc/${String(pid)}`;
  const read = (name: string): Promise<Buffer> =>
    readFile(join(folder, name)).catch(() => Buffer.alloc(0));
  const parts = [await read('cmdline'), await read('environ')];
  for (const task of await readdir(join(folder, 'task')).catch(() => [])) {
    const children = await read(`task/${task}/children`);
    for (const child of children.toString().split(' ').filter(Boolean))
      parts.push(await processesOf(Number(child)));
  }
  return Buffer.concat(parts);
}

/** Everything that the page's memory has, after a collection of garbage. */
async function memoryOf(window: Page): Promise<Buffer> {
  const session = await window.context().newCDPSession(window);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return Buffer.from(chunks.join(''));
}

async function exportPlain(window: Page, file: string): Promise<void> {
  await launched!.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window.getByRole('button', { name: 'More for connections' }).click();
  await window.getByRole('menuitem', { name: 'Export connections…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Export connections' });
  await dialog.getByRole('button', { name: 'Export…' }).click();
  await expect(dialog).toBeHidden();
}

test('no secret is in a file, a log, the process list, the page’s memory, an export or what a crash leaves', async () => {
  // Two starts of the program, and a snapshot of memory.
  let window = await start();
  await addEverything(window);
  await addToken(window);
  expect(await filesWithSecrets(home)).toEqual([]);

  window = await start();
  const unlock = window.getByRole('dialog', { name: 'Unlock the password vault' });
  await unlock.getByRole('textbox', { name: 'Passphrase' }).fill(VAULT);
  await unlock.getByRole('button', { name: 'Unlock' }).click();
  await expect(unlock).toBeHidden();
  await connectTo(window, 'Everything');
  await connectTo(window, 'Token');
  expect(asked).toContain(SECRETS['token-client-secret']);

  await window.getByRole('button', { name: 'Connections', exact: true }).click();
  await window.getByRole('button', { name: 'More for Everything' }).click();
  await window.getByRole('menuitem', { name: 'Test connection…' }).click();
  const doctor = window.getByRole('dialog', { name: 'Connection test of “Everything”' });
  await expect(doctor.getByRole('region', { name: 'Result' })).toContainText('Everything works.');
  await window.keyboard.press('Escape');
  const exported = join(home, 'exported.json');
  await exportPlain(window, exported);
  expect((await readFile(exported)).includes(KNOWN)).toBe(true);

  const memory = await memoryOf(window);
  expect(foundIn(memory, [KNOWN])).toEqual([KNOWN]);
  expect(foundIn(memory)).toEqual([]);
  const processes = await processesOf(launched!.app.process().pid!);
  expect(processes.toString()).toContain('--type=renderer');
  expect(foundIn(processes)).toEqual([]);

  // The engine has them all in its memory when it crashes.
  await launched!.app.evaluate(({ app }) => {
    const engine = app.getAppMetrics().find(({ name }) => name === 'MQTT Loupe engine');
    process.kill(engine!.pid, 'SIGSEGV');
  });
  await expect(status(window)).not.toContainText('2 of 2 connected');
  await expect(status(window)).toContainText('2 of 2 connected');
  expect(foundIn(Buffer.from(launched!.output()))).toEqual([]);
  await launched!.close();
  launched = null;
  expect(await filesWithSecrets(home)).toEqual([]);
});
