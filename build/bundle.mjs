// Builds what changed: nothing, when no source is newer than the last complete build.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buildInputs, commandLineFile, nodeEntries, rendererEntry } from './entries.mjs';
import { distDir, root } from './paths.mjs';
import { SetupError, step } from './report.mjs';

const stampFile = join(distDir, 'build.stamp');

/** Brings dist/ up to date. */
export async function ensureBuild() {
  const wanted = await fingerprint();
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === wanted) return;
  checkSources();
  await step('build', async () => {
    await forgetBuild();
    await mkdir(distDir, { recursive: true });
    await buildAll();
    await writeFile(stampFile, wanted);
  });
}

/** Makes the next `ensureBuild` build again: somebody else has written to dist/. */
export async function forgetBuild() {
  await rm(stampFile, { force: true });
}

/** Says which entry is missing before a bundler says it in its words. */
export function checkSources() {
  const sources = [...nodeEntries.map((entry) => entry.source), rendererEntry];
  const missing = sources.filter((source) => !existsSync(join(root, source)));
  if (missing.length > 0) {
    throw new SetupError(`Cannot build, these entry files do not exist: ${missing.join(', ')}`);
  }
}

async function buildAll() {
  const { build } = await import('vite');
  const { nodeConfig } = await import('./vite.node.mjs');
  const { rendererConfig } = await import('./vite.renderer.mjs');
  for (const folder of ['main', 'engine', 'cli']) {
    await rm(join(distDir, folder), { recursive: true, force: true });
  }
  try {
    for (const entry of nodeEntries) await build(nodeConfig(entry));
    await chmod(join(distDir, commandLineFile), 0o755);
    await build(rendererConfig());
  } catch (error) {
    // The bundler appends a backtrace of its own insides.
    throw new SetupError(`The build failed.\n${error.message.split('Stack backtrace:')[0]}`);
  }
}

/** A digest of the names, sizes and modification times of all inputs: 10 ms where hashing contents took 100. */
async function fingerprint() {
  const hash = createHash('sha256').update(root);
  for (const input of buildInputs) {
    for (const file of await filesBelow(join(root, input))) {
      const { size, mtimeMs } = await stat(file);
      hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

async function filesBelow(path) {
  if (!existsSync(path)) return [];
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
