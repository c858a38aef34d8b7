/** Root must not run Chromium's sandbox, so root's tests run the app as the user "nobody". */
import { spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { distDir, root } from '../../build/paths.mjs';
import type { Runtime } from '../../build/runtime.mjs';

/** "nobody" and "nogroup" on Debian; any number without rights does. */
export const unprivilegedId = 65_534;

export interface UnprivilegedStart {
  readonly executablePath: string;
  readonly appFolder: string;
  readonly env: Record<string, string>;
  /** Deletes what was made. */
  dispose(): Promise<void>;
}

/**
 * Prepares a start of the app as an unprivileged user.
 * @param home the app's data folder; it is given to that user
 */
export async function prepareUnprivileged(
  runtime: Runtime,
  home: string,
): Promise<UnprivilegedStart> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-nobody-'));
  await chmod(folder, 0o755);
  const userHome = join(folder, 'home');
  await mkdir(userHome);
  await giveAway(userHome);
  await giveAway(home);

  const dist = await readableFolder(runtime.dist, join(folder, 'runtime'));
  const appFolder = await readableApp(runtime, folder);
  const electronPath = join(dist, relative(runtime.dist, runtime.electronPath));
  const executablePath = join(folder, 'electron-as-nobody');
  await writeFile(executablePath, script(electronPath), { mode: 0o755 });
  return {
    executablePath,
    appFolder,
    env: {
      HOME: userHome,
      XDG_CONFIG_HOME: join(userHome, '.config'),
      XDG_CACHE_HOME: join(userHome, '.cache'),
      TMPDIR: userHome,
      ...(await readableDriver(runtime, folder)),
      ...(await readableAuthority(folder)),
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

const asNobody = [`--reuid=${unprivilegedId}`, `--regid=${unprivilegedId}`, '--clear-groups'];

function script(electronPath: string): string {
  return `#!/bin/sh\nexec setpriv ${asNobody.join(' ')} '${electronPath}' "$@"\n`;
}

function canRead(path: string): boolean {
  return spawnSync('setpriv', [...asNobody, 'test', '-r', path]).status === 0;
}

async function giveAway(path: string): Promise<void> {
  await chown(path, unprivilegedId, unprivilegedId);
}

/** The cache is often below root's home, which nobody else may enter: a copy then. */
async function readableFolder(original: string, copy: string): Promise<string> {
  if (canRead(original)) return original;
  await cp(original, copy, { recursive: true });
  return copy;
}

/** The driver finds the packages beside it, so their common folder is what is copied. */
async function readableDriver(runtime: Runtime, folder: string): Promise<Record<string, string>> {
  if (!runtime.sqlite) return {};
  const modules = dirname(runtime.sqlite);
  const readable = await readableFolder(modules, join(folder, 'driver', basename(modules)));
  return { MQTT_LOUPE_SQLITE: join(readable, basename(runtime.sqlite)) };
}

async function readableApp(runtime: Runtime, folder: string): Promise<string> {
  if (canRead(join(distDir, 'main', 'main.cjs'))) return root;
  const copy = join(folder, 'app');
  await mkdir(copy);
  await copyFile(join(root, 'package.json'), join(copy, 'package.json'));
  for (const part of ['main', 'engine', 'renderer']) {
    await cp(join(distDir, part), join(copy, 'dist', part), { recursive: true });
  }
  if (!runtime.sqlite) {
    const driver = join('node_modules', 'better-sqlite3');
    await mkdir(dirname(join(copy, driver)));
    await cp(join(root, driver), join(copy, driver), { recursive: true });
  }
  return copy;
}

/** The key to the display is readable by its owner only. */
async function readableAuthority(folder: string): Promise<Record<string, string>> {
  const file = process.env['XAUTHORITY'];
  if (!file) return {};
  const copy = join(folder, 'display-authority');
  await copyFile(file, copy);
  await chmod(copy, 0o600);
  await giveAway(copy);
  return { XAUTHORITY: copy };
}
