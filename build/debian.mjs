// Debian (and Ubuntu) packages: what a window, a virtual display and the tests need. Installed where that is
// allowed, else the command to run is printed.
import { existsSync } from 'node:fs';
import { hasProgram } from './pinned-node.mjs';
import { run, runOrThrow } from './process.mjs';
import { failed, note, SetupError, step } from './report.mjs';

/** Names after a bar are what newer releases call the same package. */
const sets = {
  window: ['libgtk-3-0|libgtk-3-0t64', 'libnss3', 'libasound2|libasound2t64', 'libgbm1'],
  virtualDisplay: ['xvfb', 'fonts-noto-cjk', 'fonts-noto-color-emoji'],
  // A session bus with a keyring on it: where the app keeps passwords.
  tests: ['mosquitto', 'mosquitto-clients', 'dbus', 'gnome-keyring', 'libsecret-1-0'],
};

/**
 * Makes sure that the packages of some sets are installed.
 * @param {(keyof typeof sets)[]} names
 * @returns {Promise<boolean>} false when something is missing and could not be installed (it has been said)
 */
export async function ensureDebianPackages(names) {
  if (process.platform !== 'linux') return true;
  if (!existsSync('/usr/bin/dpkg-query')) return hasProgramsInstead(names);
  const wanted = names.flatMap((name) => sets[name]);
  const missing = await findMissing(wanted);
  if (missing.length === 0) return true;
  const prefix = await installer();
  const list = await chooseNames(missing);
  if (!prefix) {
    failed(
      `missing Debian packages. Run: sudo apt-get install -y --no-install-recommends ${list.join(' ')}`,
    );
    return false;
  }
  try {
    await step(`Debian packages ${list.join(' ')}`, () => install(prefix, missing));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    failed(error.message);
  }
  return (await findMissing(wanted)).length === 0;
}

/** Elsewhere than on Debian: the programs count, whatever package brings them. */
function hasProgramsInstead(names) {
  const programs = [];
  if (names.includes('virtualDisplay')) programs.push('Xvfb');
  if (names.includes('tests')) {
    programs.push('mosquitto', 'mosquitto_pub', 'dbus-daemon', 'gnome-keyring-daemon');
  }
  const missing = programs.filter((name) => !hasProgram(name));
  if (missing.length > 0) failed(`missing programs, please install them: ${missing.join(' ')}`);
  return missing.length === 0;
}

async function findMissing(wanted) {
  const names = wanted.flatMap((entry) => entry.split('|'));
  // Exits with 1 when it does not know one of the names, and lists the others all the same.
  const { output } = await run('dpkg-query', [
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\n',
    ...names,
  ]);
  const lines = output.split('\n');
  const isInstalled = (name) => lines.includes(`${name} installed`);
  return wanted.filter((entry) => !entry.split('|').some(isInstalled));
}

/** How to become root: not at all (we are), by a sudo that asks for no password, or undefined. */
async function installer() {
  if (process.getuid?.() === 0) return [];
  if (hasProgram('sudo') && (await run('sudo', ['-n', 'true'])).code === 0) return ['sudo', '-n'];
  return undefined;
}

async function chooseNames(entries) {
  const chosen = [];
  for (const entry of entries) {
    const names = entry.split('|');
    const known = [];
    for (const name of names.length > 1 ? names : []) {
      // A purely virtual package has no version to install.
      const { output } = await run('apt-cache', ['policy', name]);
      if (/Candidate: (?!\(none\))/.test(output)) known.push(name);
    }
    chosen.push(known[0] ?? names[0]);
  }
  return chosen;
}

async function install(prefix, entries) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = async (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', '-q', '-y', ...args];
    return run(command, rest, { env });
  };
  const get = async () =>
    apt('install', '--no-install-recommends', ...(await chooseNames(entries)));
  const hadMosquitto = hasMosquitto();
  if ((await get()).code !== 0) {
    note('apt-get update …');
    await apt('update');
    const again = await get();
    if (again.code !== 0)
      throw new SetupError(`apt-get install failed.\n${again.output.slice(-1500)}`);
  }
  if (!hadMosquitto && hasMosquitto()) await stopService(prefix);
}

function hasMosquitto() {
  return existsSync('/usr/sbin/mosquitto');
}

/** The tests start their own brokers; the package must not leave one running on this machine. */
async function stopService(prefix) {
  const commands = existsSync('/run/systemd/system')
    ? ['systemctl', 'disable', '--now', 'mosquitto']
    : ['/etc/init.d/mosquitto', 'stop'];
  const [command, ...rest] = [...prefix, ...commands];
  await runOrThrow('Stopping the Mosquitto service', command, rest);
}
