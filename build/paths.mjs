import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder, absolute. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the build puts its bundles. */
export const distDir = join(root, 'dist');

/** Set-up notes about node_modules live inside it, so that deleting it forgets them too. */
export const stateDir = join(root, 'node_modules', '.cache', 'mqtt-loupe');

/** Runtimes are kept outside the checkout: they are large and shared by all checkouts of a user. */
export function cacheDir() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mqtt-loupe');
}

/** The pinned Node.js that the npm package `node` brings. */
export const pinnedNode = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The folder in which the person typed the command: npm itself changes to the package's folder. */
export const callerDir = process.env.INIT_CWD || process.cwd();

/** True for the file that Node.js was started with, false for one that is imported. */
export function isScript(moduleUrl) {
  return (
    process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl)
  );
}
