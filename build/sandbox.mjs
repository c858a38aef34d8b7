import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { note } from './report.mjs';

/**
 * The switches that Chromium's sandbox needs here: root cannot have one; for everybody else it stays on, and
 * where the system forbids what it needs, that is said.
 * @param {import('./runtime.mjs').Runtime} runtime
 * @returns {string[]}
 */
export function sandboxSwitches(runtime) {
  if (process.platform !== 'linux') return [];
  if (process.getuid() === 0) return ['--no-sandbox'];
  const helper = join(dirname(runtime.electronPath), 'chrome-sandbox');
  if (isUserNamespaceForbidden() && !isSetUid(helper)) {
    note(
      'This system keeps programs from making a sandbox. If no window opens, allow Electron its own:',
    );
    note(`sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`);
  }
  return [];
}

function isUserNamespaceForbidden() {
  return (
    readSwitch('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    readSwitch('/proc/sys/kernel/unprivileged_userns_clone') === '0'
  );
}

function readSwitch(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function isSetUid(file) {
  if (!existsSync(file)) return false;
  const { mode, uid } = statSync(file);
  return uid === 0 && (mode & 0o4000) !== 0;
}
