import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, runApp, type LaunchedApp } from '../helpers/electron';
import { startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { addProfile, status } from '../helpers/window';

const PASSWORD = 'canary-51c0de';
/** A line of a stack trace, which says nothing to a person. */
const STACK_TRACE = /^ +at .*:\d+/m;

let broker: Mosquitto;
let home: string;
let launched: LaunchedApp | null = null;

test.beforeEach(async () => {
  broker = await startMosquitto({ users: new Map([['anna', PASSWORD]]) });
  home = await mkdtemp(join(tmpdir(), 'mqtt-loupe-start-'));
});

test.afterEach(async () => {
  await launched?.close();
  launched = null;
  await broker.dispose();
  await rm(home, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<LaunchedApp> {
  launched = await launchApp({ home, args });
  return launched;
}

/** The command lines of a process's descendants, as everybody on the machine can read them. */
async function commandLinesBelow(processId: number): Promise<string[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    parents.set(Number(name), Number(/\) \S (\d+)/u.exec(stat)?.[1]));
  }
  const below = [...parents.keys()].filter((id) => {
    for (let at = parents.get(id); at; at = parents.get(at)) if (at === processId) return true;
    return false;
  });
  return Promise.all(
    below.map((id) => readFile(`/proc/${String(id)}/cmdline`, 'utf8').catch(() => '')),
  );
}

test('--connect opens a broker, and its password goes nowhere but there', async () => {
  const url = `mqtt://anna:${PASSWORD}@127.0.0.1:${String(broker.port)}`;
  const { window, app, output, complaints } = await start(
    `--connect=${url}`,
    '--password-store=basic',
  );
  await expect(status(window)).toContainText(/^connected/);
  await expect(window).toHaveTitle(`127.0.0.1:${String(broker.port)} · MQTT Loupe`);
  const processId = app.process().pid!;
  if (process.platform === 'linux') {
    const below = await commandLinesBelow(processId);
    expect(below.length).toBeGreaterThan(2);
    expect(below.join('\n')).not.toContain(PASSWORD);
  }
  await launched!.close();
  launched = null;
  expect(output()).not.toContain(PASSWORD);
  expect(complaints).toEqual([]);
  for (const file of ['profiles.json', 'window.json', 'engine-state.json']) {
    expect(await readFile(join(home, file), 'utf8').catch(() => '')).not.toContain(PASSWORD);
  }
});

test('--profile opens a saved connection; a second start hands on what it was asked for', async () => {
  const { window, output } = await start();
  const port = broker.port;
  await addProfile(window, { name: 'Lab', port, username: 'anna', password: PASSWORD });
  await window.getByRole('button', { name: 'Connections', exact: true }).click();

  const second = await runApp(home, ['--profile', 'Lab']);
  expect(second.code).toBe(0);
  expect(second.output).toMatch(/already running .* opens what you asked for/);
  await expect(window).toHaveTitle('Lab · MQTT Loupe');
  await expect(status(window)).toContainText(/^connected/);

  const third = await runApp(home, ['--profile', 'Nowhere']);
  expect(third.code).toBe(0);
  await expect(window.getByText('There is no connection named “Nowhere”.')).toBeVisible();
  await expect(window).toHaveTitle('Lab · MQTT Loupe');

  const picture = await runApp(home, ['--screenshot', 'window.png']);
  expect(picture.code).toBe(1);
  expect(picture.output).toContain('A picture needs a window of its own.');
  for (const text of [output(), second.output, third.output, picture.output]) {
    expect(text).not.toMatch(STACK_TRACE);
  }
});

test('a URL that is none and an unknown profile are said in words, and the window opens all the same', async () => {
  const wrong = await start('--connect', `mqtt//anna:${PASSWORD}@somewhere`);
  await expect(wrong.window.getByText(/“mqtt\/\/somewhere” is not a broker's URL/)).toBeVisible();
  await expect(
    wrong.window.getByRole('button', { name: 'Try it with a built-in broker' }),
  ).toBeVisible();
  await wrong.close();
  const unknown = await start('--profile', 'Plant Lyon');
  await expect(
    unknown.window.getByText('There is no connection named “Plant Lyon”. None is saved yet.'),
  ).toBeVisible();
  for (const { output } of [wrong, unknown]) {
    expect(output()).not.toMatch(STACK_TRACE);
    expect(output()).not.toContain(PASSWORD);
  }
});

test('an argument without its value ends the program with words', async () => {
  const { code, output } = await runApp(home, ['--connect']);
  expect(code).toBe(2);
  expect(output).toContain('--connect needs a value: --connect mqtt://user@host:1883');
  expect(output).not.toMatch(STACK_TRACE);
});

test('Ctrl+C in the terminal, which reaches every process, ends the session in order', async () => {
  const { window, app } = await start('--demo');
  await expect(status(window)).toContainText(/stored [1-9]\d/);
  const engineId = await app.evaluate(
    ({ app: electron }) =>
      electron.getAppMetrics().find(({ name }) => name === 'MQTT Loupe engine')?.pid,
  );
  const main = app.process();
  const ended = once(main, 'exit');
  process.kill(engineId!, 'SIGINT');
  main.kill('SIGINT');
  await ended;
  launched = null;
  const database = new Database(join(home, 'history.db'), { readonly: true });
  const sessions = database.prepare('SELECT ended_us FROM sessions').pluck().all();
  database.close();
  expect(sessions).toEqual([expect.any(Number)]);
});
