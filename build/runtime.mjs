// Which Electron runs the app here: the one of the npm package `electron` (what we ship), or the stand-in for
// networks where its binary cannot be had (see runtime-standin.mjs).
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, pinnedNode, root } from './paths.mjs';
import { run } from './process.mjs';
import { note, SetupError, step } from './report.mjs';
import * as standIn from './runtime-standin.mjs';

const electronPackage = join(root, 'node_modules', 'electron');
const day = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Runtime
 * @property {string} electronPath the executable
 * @property {string} dist the folder around it (what electron-builder calls `electronDist`)
 * @property {string} version e.g. `45.4.1`
 * @property {boolean} isFallback true for the stand-in: fine for tests and for trying out, never for a release
 * @property {string | undefined} sqlite the driver's folder, where it is not the npm package `better-sqlite3`
 * @property {Record<string, string>} env what a process that starts Electron adds to its environment
 */

/**
 * The runtime that set-up prepared, or undefined when there is none yet.
 * @returns {Promise<Runtime | undefined>}
 */
export async function findRuntime() {
  return (await findOwn()) ?? (await findStandIn());
}

/**
 * The runtime for end-to-end tests and scripts.
 * @returns {Promise<Runtime>}
 * @throws {SetupError} when set-up has not run
 */
export async function getRuntime() {
  const runtime = await findRuntime();
  if (!runtime) throw new SetupError('There is no Electron runtime yet. Run: npm run setup');
  return runtime;
}

/**
 * Makes sure that there is a runtime. Needs the pinned Node.js.
 * @param {{retry?: boolean}} [options] `retry` asks for Electron's own binary again although it was not to be
 *   had a short time ago
 * @returns {Promise<Runtime>}
 */
export async function ensureRuntime({ retry = false } = {}) {
  const own = await findOwn();
  if (own) return own;
  if (retry || !(await wasRefusedLately())) {
    const installed = await tryInstallOwn();
    if (installed) return installed;
  }
  if (!standIn.isPossible()) {
    throw new SetupError(
      `Electron ${await ownVersion()} could not be downloaded, and there is no stand-in for ` +
        `${process.platform} ${process.arch}. Check the network (or set ELECTRON_MIRROR), then run: ` +
        'npm run setup -- --retry',
    );
  }
  const found = await findStandIn();
  if (found) return found;
  await step(`Electron ${standIn.version} (stand-in)`, () => standIn.install());
  const made = await findStandIn();
  if (!made) throw new SetupError('The stand-in Electron was prepared but cannot be found.');
  return made;
}

async function ownVersion() {
  return JSON.parse(await readFile(join(electronPackage, 'package.json'), 'utf8')).version;
}

async function findOwn() {
  const pathFile = join(electronPackage, 'path.txt');
  const dist = join(electronPackage, 'dist');
  if (!existsSync(pathFile) || !existsSync(join(dist, 'version'))) return undefined;
  const version = (await readFile(join(dist, 'version'), 'utf8')).trim().replace(/^v/, '');
  if (version !== (await ownVersion())) return undefined;
  const electronPath = join(dist, (await readFile(pathFile, 'utf8')).trim());
  if (!existsSync(electronPath)) return undefined;
  return { electronPath, dist, version, isFallback: false, sqlite: undefined, env: {} };
}

async function findStandIn() {
  const dist = join(standIn.folder(), 'electron');
  const electronPath = join(dist, 'electron');
  if (!standIn.isPossible() || !existsSync(electronPath)) return undefined;
  const sqlite = join(standIn.folder(), 'driver', 'node_modules', 'better-sqlite3');
  const env = { ELECTRON_OVERRIDE_DIST_PATH: dist, MQTT_LOUPE_SQLITE: sqlite };
  return { electronPath, dist, version: standIn.version, isFallback: true, sqlite, env };
}

async function refusedFile() {
  return join(cacheDir(), `electron-${await ownVersion()}.unavailable`);
}

async function wasRefusedLately() {
  const file = await refusedFile();
  return existsSync(file) && Date.now() - (await stat(file)).mtimeMs < day;
}

/** Downloads Electron's own binary with the package's own installer (checksums included). */
async function tryInstallOwn() {
  const version = await ownVersion();
  const reachable = await isDownloadReachable(version);
  // Not reachable may still mean: in the download cache, or behind a proxy that only the installer knows.
  const timeoutMs = reachable ? 10 * 60_000 : 20_000;
  note(`Electron ${version} …`);
  const { code } = await run(pinnedNode, [join(electronPackage, 'install.js')], { timeoutMs });
  const runtime = code === 0 ? await findOwn() : undefined;
  const file = await refusedFile();
  if (runtime) {
    await rm(file, { force: true });
    note(`Electron ${version} is there`);
    return runtime;
  }
  await mkdir(cacheDir(), { recursive: true });
  await writeFile(file, '');
  note(`Electron ${version} cannot be downloaded on this network (asked again after a day)`);
  return undefined;
}

async function isDownloadReachable(version) {
  const mirror =
    process.env.ELECTRON_MIRROR ??
    process.env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/';
  try {
    const url = `${mirror}v${version}/SHASUMS256.txt`;
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(8_000) });
    return answer.ok;
  } catch {
    // Whatever the reason is, the answer is the same: not reachable from here.
    return false;
  }
}
