/** A disk that can be full: a file system in memory, which only root can mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  dispose(): Promise<void>;
}

/** Null where none can be mounted: without root, or outside Linux. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | null> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-disk-'));
  const size = `size=${String(megabytes)}m`;
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]);
  if (status !== 0) {
    await rmdir(folder);
    return null;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      fillUp(filler);
    },
    free: () => {
      rmSync(filler, { force: true });
    },
    dispose: async () => {
      // Something may still be closing a file; the name goes now, the memory with the last of them.
      spawnSync('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}

/** Until the system says that there is no space, in ever smaller pieces. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (let bytes = 1024 * 1024; bytes >= 1; bytes = bytes >> 1) {
      const piece = new Uint8Array(bytes);
      while (hasTaken(descriptor, piece));
    }
  } finally {
    closeSync(descriptor);
  }
}

function hasTaken(descriptor: number, piece: Uint8Array): boolean {
  try {
    return writeSync(descriptor, piece) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
