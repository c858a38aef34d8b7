import { existsSync, renameSync } from 'node:fs';

/**
 * Renames a history that cannot be used, together with its journal, so that a new one can begin in its place and the
 * old one can still be examined. The history must be closed.
 * @param nowMs wall clock, ms since 1970
 * @returns the new path of the file
 */
export function setAside(file: string, nowMs: number = Date.now()): string {
  const stamp = new Date(nowMs).toISOString().replace(/[:.]/g, '-');
  const target = freeName(`${file}.damaged-${stamp}`);
  // The journal must keep the name of its file: SQLite finds it by that.
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  return target;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let number = 2; existsSync(name); number++) name = `${wanted}-${String(number)}`;
  return name;
}
