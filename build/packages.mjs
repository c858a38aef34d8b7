// npm packages: installed when they are missing or the lock file changed. Runs on any Node 20 or newer and
// needs nothing from node_modules.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pinnedNode, root, stateDir } from './paths.mjs';
import { run, tail } from './process.mjs';
import { note, SetupError, step } from './report.mjs';

const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
const stampFile = join(stateDir, 'packages.stamp');
// Beside node_modules, not in it: `npm ci` deletes the folder first and an interruption must stay visible.
const unfinishedFile = join(root, '.npm-unfinished');

/** Installs the npm packages if what is there is not what the lock file says. */
export async function ensurePackages() {
  const wanted = await fingerprint();
  const isWhole = !existsSync(unfinishedFile);
  if (!isWhole || (await stamp()) !== wanted) {
    // `npm ci` starts from nothing and so also repairs a half-written folder; a whole one is only updated.
    const update = isWhole && existsSync(join(root, 'node_modules', '.package-lock.json'));
    await step(update ? 'npm packages, update' : 'npm packages', async () => {
      await writeFile(unfinishedFile, '');
      await npm([...(update ? ['install', '--no-save'] : ['ci']), ...quiet]);
      await mkdir(stateDir, { recursive: true });
      await writeFile(stampFile, wanted);
      await rm(unfinishedFile, { force: true });
    });
  }
  if (!existsSync(pinnedNode)) await step('pinned Node.js', installPinnedNode);
}

/** The npm package `node` gets the binary for this platform by an install script: the only one we need. */
async function installPinnedNode() {
  await npm(['rebuild', 'node', '--ignore-scripts=false']);
  if (!existsSync(pinnedNode)) throw new SetupError('npm rebuild node brought no Node.js.');
}

/** Runs npm with the Node.js that npm belongs to: ours in node_modules may be the one it is replacing. */
export async function npm(args, options = {}) {
  const bin = join(root, 'node_modules', '.bin');
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== bin && !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
  const env = { ...process.env, PATH: path, ...options.env };
  const cli = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const useOwn = cli?.endsWith('.js') && node && existsSync(node) && !node.startsWith(dirname(bin));
  const result = useOwn
    ? await run(node, [cli, ...args], { cwd: root, ...options, env })
    : await run('npm', args, {
        cwd: root,
        ...options,
        env,
        shell: process.platform === 'win32',
      });
  if (result.code !== 0) {
    throw new SetupError(
      `npm ${args[0]} failed (exit code ${result.code}). Run the same command again to go on.\n` +
        tail(result.output, 25),
    );
  }
  return result.output;
}

/** Says what is wrong with the Node.js that runs this, if anything is. */
export function checkNodeVersion() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    throw new SetupError(
      `Node.js ${process.versions.node} is too old: MQTT Loupe needs Node.js 20 or newer to build.`,
    );
  }
  if (!existsSync(join(root, 'package-lock.json'))) note('package-lock.json is missing');
}

async function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const name of ['package.json', 'package-lock.json']) {
    hash.update(await dependenciesOf(name));
  }
  return hash.digest('hex');
}

/** Of package.json only what npm installs from counts: a changed script is no reason to install. */
async function dependenciesOf(name) {
  const text = await readFile(join(root, name), 'utf8');
  if (name !== 'package.json') return text;
  const { dependencies, devDependencies, allowScripts } = JSON.parse(text);
  return JSON.stringify([dependencies, devDependencies, allowScripts]);
}

async function stamp() {
  return existsSync(stampFile) ? await readFile(stampFile, 'utf8') : '';
}
