import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';
import { note } from './report.mjs';

/**
 * Runs `work` while nobody else does under the same lock: two set-ups at once would write the same files.
 * A lock whose owner is gone is taken over.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} [lockDir] a folder that exists while the lock is held; by default one for this checkout
 * @returns {Promise<T>}
 */
export async function alone(work, lockDir = join(root, '.setup-lock')) {
  await acquire(lockDir);
  try {
    return await work();
  } finally {
    await rm(lockDir, { recursive: true, force: true });
  }
}

async function acquire(lockDir) {
  await mkdir(dirname(lockDir), { recursive: true });
  for (let round = 0; ; round++) {
    try {
      await mkdir(lockDir);
      await writeFile(ownerFile(lockDir), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isStale(lockDir, round)) await rm(lockDir, { recursive: true, force: true });
    else {
      if (round === 0) note('waiting for another set-up or build …');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function ownerFile(lockDir) {
  return join(lockDir, 'pid');
}

async function isStale(lockDir, round) {
  const pid = Number(await readFile(ownerFile(lockDir), 'utf8').catch(() => ''));
  // The owner writes its id right after taking the lock; without one for a second it never will.
  if (!pid) return round > 5;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
