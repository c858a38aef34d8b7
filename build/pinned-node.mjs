// The tools need a newer Node.js than set-up does (some refuse Node 20), so once the packages are there every
// script goes on in the Node.js they bring.
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { alone } from './lock.mjs';
import { checkNodeVersion, ensurePackages } from './packages.mjs';
import { pinnedNode, root } from './paths.mjs';
import { run } from './process.mjs';

/**
 * Installs the packages and makes sure that the rest of the script runs in the pinned Node.js.
 * @param {string} script the calling script's path
 * @returns {Promise<number | undefined>} the exit code when the script ran in another process: return it;
 *   `undefined` when this is the right process: go on.
 */
export async function preparePackages(script) {
  checkNodeVersion();
  await alone(ensurePackages);
  if (realpathSync(process.execPath) === realpathSync(pinnedNode)) return undefined;
  const env = { ...process.env, PATH: pathWithTools(), NODE: pinnedNode };
  const { code } = await run(pinnedNode, [script, ...process.argv.slice(2)], { show: true, env });
  return code;
}

/** PATH with the project's tools first. */
export function pathWithTools() {
  const own = [join(root, 'node_modules', '.bin'), dirname(pinnedNode)];
  const rest = (process.env.PATH ?? '').split(delimiter).filter((folder) => !own.includes(folder));
  return [...own, ...rest].join(delimiter);
}

/** True where a program can be found on PATH. */
export function hasProgram(name) {
  const finder = process.platform === 'win32' ? 'where' : 'which';
  return spawnSync(finder, [name], { stdio: 'ignore' }).status === 0;
}
