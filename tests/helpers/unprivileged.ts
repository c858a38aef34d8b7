/** Root must not run Chromium's sandbox, so root's tests run the app as the user "nobody". */
import { spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

  const dist = await readableRuntime(runtime.dist, folder);
  const appFolder = await readableApp(runtime, folder);
  const electronPath = runtime.electronPath.replace(runtime.dist, dist);
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
      ...(runtime.sqlite ? { MQTT_LOUPE_SQLITE: runtime.sqlite.replace(runtime.dist, dist) } : {}),
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
async function readableRuntime(dist: string, folder: string): Promise<string> {
  if (canRead(join(dist, 'version'))) return dist;
  const copy = join(folder, 'runtime');
  await cp(dist, copy, { recursive: true });
  return copy;
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
