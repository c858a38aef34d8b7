import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';
import { note } from './report.mjs';

const lockDir = join(root, '.setup-lock');
const ownerFile = join(lockDir, 'pid');

/**
 * Runs `work` while no other set-up or build of this checkout runs: two at once would write the same files.
 * A lock whose owner is gone is taken over.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(work) {
  await acquire();
  const release = () => rm(lockDir, { recursive: true, force: true });
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire() {
  for (let round = 0; ; round++) {
    try {
      await mkdir(dirname(lockDir), { recursive: true });
      await mkdir(lockDir);
      await writeFile(ownerFile, String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isStale(round)) await rm(lockDir, { recursive: true, force: true });
    else {
      if (round === 0) note('waiting for another set-up or build of this checkout …');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function isStale(round) {
  const pid = Number(await readFile(ownerFile, 'utf8').catch(() => ''));
  // The owner writes its id right after taking the lock; without one for a second it never will.
  if (!pid) return round > 5;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
