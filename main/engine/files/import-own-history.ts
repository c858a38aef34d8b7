import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unwritable } from './file-errors';
import { bytesOfFile } from './byte-queue';
import { openHistory } from '../history/sqlite-history';
import { HistoryFiller } from './history-filler';
import { Importer, type ImportCounts, type ImportOptions } from './importer';
import { openImport } from './import-source';
import { digestOf, importedId, importedName, importedSettings } from './imported-profile';

export interface OwnHistory extends ImportOptions {
  /** The data folder. */
  readonly home: string;
  readonly threads: string;
  readonly path: string;
  /** Of mqtt_recorder's files; null: as it looks. */
  readonly isBase64: boolean | null;
}

export type OwnHistoryResult =
  | { readonly kind: 'imported'; readonly file: string; readonly counts: ImportCounts }
  /** The same content was imported before, into this history. */
  | { readonly kind: 'known'; readonly file: string };

/** Digits of the content's digest in the name of its history. */
const DIGEST_DIGITS = 24;

/**
 * Imports a file into a history of its own, `<home>/imported/<name>-<digest>.db`, which is there only when it is whole.
 * @throws LoupeError `cancelled`, `not-found`, `file-unreadable`, `file-unwritable`, `history-unavailable`
 */
export async function importToOwnHistory(options: OwnHistory): Promise<OwnHistoryResult> {
  const { home, path, isCancelled } = options;
  const sha256 = await digestOf(path, isCancelled);
  const folder = join(home, 'imported');
  const known = await knownHistory(folder, sha256);
  if (known !== null) return { kind: 'known', file: known };
  const unfinished = join(unfinishedFolder(home), `${sha256.slice(0, DIGEST_DIGITS)}.db`);
  await mkdir(unfinishedFolder(home), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  try {
    const { counts, name } = await fill(options, unfinished, sha256);
    const file = join(folder, `${fileName(name)}-${sha256.slice(0, DIGEST_DIGITS)}.db`);
    await publish(unfinished, file);
    return { kind: 'imported', file, counts };
  } finally {
    await removeHistory(unfinished);
  }
}

/** What killed imports left. To be called when no import can be under way. */
export async function removeUnfinishedImports(home: string): Promise<void> {
  await rm(unfinishedFolder(home), { recursive: true, force: true });
}

function unfinishedFolder(home: string): string {
  return join(home, 'imported', 'unfinished');
}

async function knownHistory(folder: string, sha256: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  const ending = `-${sha256.slice(0, DIGEST_DIGITS)}.db`;
  const name = names.find((one) => one.endsWith(ending));
  return name === undefined ? null : join(folder, name);
}

async function fill(
  options: OwnHistory,
  file: string,
  sha256: string,
): Promise<{ readonly counts: ImportCounts; readonly name: string }> {
  const source = await openImport(bytesOfFile(options.path), options.path, options.isBase64);
  try {
    await removeHistory(file);
    const history = openHistory({ file, threads: options.threads });
    const id = importedId(sha256);
    try {
      const filler = new HistoryFiller(history, id, true);
      const counts = await new Importer(source, filler, options).run();
      const name = importedName(options.path, counts.name);
      history.describeProfile(id, importedSettings(id, name));
      return { counts, name };
    } finally {
      await history.close();
    }
  } finally {
    await source.close();
  }
}

/** The history was closed, so all of it is in its one file. */
async function publish(from: string, to: string): Promise<void> {
  try {
    const handle = await open(from, 'r+');
    await handle.sync();
    await handle.close();
    await rename(from, to);
  } catch (error) {
    throw unwritable(to, error);
  }
}

async function removeHistory(file: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm', '-writer', '-writer-journal']) {
    await rm(`${file}${ending}`, { force: true });
  }
}

/** The name without what file systems (or shells) dislike. */
function fileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._ -]/gu, '_').replace(/^[. ]+/u, '');
  return (
    Array.from(plain)
      .slice(0, 40)
      .join('')
      .replace(/[-. ]+$/u, '') || 'import'
  );
}
