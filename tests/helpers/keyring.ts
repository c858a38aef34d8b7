/** A keyring of its own on a session bus of its own, as a desktop has it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Keyring {
  /** Switches for the app: without a desktop Chromium does not look for a keyring by itself. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it keeps its files. */
  readonly folder: string;
  dispose(): Promise<void>;
}

/**
 * Starts a session bus and an unlocked GNOME keyring on it.
 * @throws when `dbus-daemon` or `gnome-keyring-daemon` is missing or does not start
 */
export async function startKeyring(): Promise<Keyring> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-keyring-'));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(children.toReversed().map(end));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const base = { XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder, HOME: folder };
    const bus = start('dbus-daemon', ['--session', '--nofork', '--print-address=1'], base);
    children.push(bus);
    const address = await firstLine(bus);
    const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address };
    // The password that unlocks (and here makes) the login keyring comes on its standard input.
    const daemon = start(
      'gnome-keyring-daemon',
      ['--foreground', '--unlock', '--components=secrets', `--control-directory=${folder}/control`],
      env,
    );
    children.push(daemon);
    daemon.stdin?.end('a password of the keyring\n');
    // It says where its sockets are once it has its name on the bus.
    await firstLine(daemon);
    return {
      args: ['--password-store=gnome-libsecret'],
      env: { DBUS_SESSION_BUS_ADDRESS: address },
      folder,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function start(command: string, args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A test run that is broken off leaves nothing behind.
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const name = child.spawnargs[0] ?? '';
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.once('error', (error) => {
      reject(new Error(`${name} is needed for this test and did not start: ${error.message}`));
    });
    child.once('exit', (code) => {
      reject(new Error(`${name} ended with ${String(code)}: ${complaint}`));
    });
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
