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
  // A session bus with a keyring on it: where the app keeps passwords. Two proxies: HTTP and SOCKS5.
  tests: [
    'mosquitto',
    'mosquitto-clients',
    'dbus',
    'gnome-keyring',
    'libsecret-1-0',
    'tinyproxy-bin',
    'microsocks',
  ],
  // What people run besides Mosquitto; the tests of these brokers are left out where they are missing.
  otherBrokers: ['nats-server', 'rabbitmq-server'],
};

/** Services that a package brings along: the tests start their own. */
const services = new Map([
  ['mosquitto', '/usr/sbin/mosquitto'],
  ['nats-server', '/usr/sbin/nats-server'],
  ['rabbitmq-server', '/usr/lib/rabbitmq/bin/rabbitmq-server'],
]);

/** Installs packages that are welcome and not needed, where that is allowed; says what is missing and goes on. */
export async function tryDebianPackages(names) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) return;
  const missing = await findMissing(names.flatMap((name) => sets[name]));
  if (missing.length === 0) return;
  const prefix = await installer();
  try {
    if (!prefix) throw new SetupError('not allowed here');
    await step(`Debian packages ${missing.join(' ')}`, () => install(prefix, missing));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    note(`without ${missing.join(', ')}: their tests are left out`);
  }
}

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
    programs.push('tinyproxy', 'microsocks');
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
  const before = installedServices();
  if ((await get()).code !== 0) {
    note('apt-get update …');
    await apt('update');
    const again = await get();
    if (again.code !== 0)
      throw new SetupError(`apt-get install failed.\n${again.output.slice(-1500)}`);
  }
  for (const name of installedServices())
    if (!before.includes(name)) await stopService(prefix, name);
}

function installedServices() {
  return [...services].filter(([, file]) => existsSync(file)).map(([name]) => name);
}

/** The tests start their own brokers; the package must not leave one running on this machine. */
async function stopService(prefix, name) {
  const script = `/etc/init.d/${name}`;
  const hasSystemd = existsSync('/run/systemd/system');
  if (!hasSystemd && !existsSync(script)) return;
  const commands = hasSystemd ? ['systemctl', 'disable', '--now', name] : [script, 'stop'];
  const [command, ...rest] = [...prefix, ...commands];
  await runOrThrow(`Stopping the service ${name}`, command, rest);
  // Its port mapper lives on; it refuses to end while somebody uses it.
  if (name === 'rabbitmq-server') await run('epmd', ['-kill']);
}
