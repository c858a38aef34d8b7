import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import { finishImport, hasProfile, UNFINISHED_PREFIX } from '../history/imports';
import { openHistory } from '../history/sqlite-history';
import type { ByteStream } from './byte-queue';
import { HistoryFiller } from './history-filler';
import { Importer, type ImportCounts, type ImportOptions } from './importer';
import { openImport, type ImportSource } from './import-source';
import { importedId, importedName, importedSettings } from './imported-profile';

export interface IntoHistory extends ImportOptions {
  /** The history's file; made when it is missing. */
  readonly file: string;
  /** Folder of the bundles of the history's threads. */
  readonly threads: string;
  /** Of mqtt_recorder's files; null: as it looks. */
  readonly isBase64: boolean | null;
  /** The file that is read: its path, or a word for a pipe. */
  readonly from: string;
  /** SHA-256 of all that is read, hexadecimal; asked when all was read. */
  readonly sha256: () => string;
}

export interface IntoHistoryResult extends ImportCounts {
  readonly profileId: string;
  readonly profileName: string;
}

const PROGRAM = 'mqtt-loupe import';

/**
 * Imports a file as a new profile of a history. Nobody sees it before it is whole; what fails or is cancelled leaves
 * nothing, and what a killed one left goes when the history is opened for writing next.
 * @throws LoupeError `already-imported`, `cancelled`, `file-unreadable`, and as `openHistory`
 */
export async function importIntoHistory(
  stream: ByteStream,
  options: IntoHistory,
): Promise<IntoHistoryResult> {
  const source = await openImport(stream, options.from, options.isBase64);
  try {
    const { file } = options;
    const unfinished = `${UNFINISHED_PREFIX}${randomBytes(16).toString('hex')}`;
    const counts = await fill(source, unfinished, options);
    const finished = importedId(options.sha256());
    const profileName = importedName(options.from, counts.name);
    finishImport(file, PROGRAM, { unfinished, finished }, importedSettings(finished, profileName));
    return { ...counts, profileId: finished, profileName };
  } finally {
    await source.close();
  }
}

async function fill(
  source: ImportSource,
  unfinished: string,
  options: IntoHistory,
): Promise<ImportCounts> {
  const { file, threads, from } = options;
  const history = openHistory({ file, threads, program: PROGRAM });
  try {
    const filler = new HistoryFiller(history, unfinished, false);
    const counts = await new Importer(source, filler, options).run();
    if (hasProfile(file, importedId(options.sha256()))) throw importedBefore(from, file);
    return counts;
  } catch (error) {
    await history.forget(unfinished);
    throw error;
  } finally {
    await history.close();
  }
}

/** @throws LoupeError `already-imported` when the history has this content */
export function refuseKnown(from: string, file: string, sha256: string): void {
  if (existsSync(file) && hasProfile(file, importedId(sha256))) throw importedBefore(from, file);
}

function importedBefore(from: string, file: string): LoupeError {
  return new LoupeError(
    'already-imported',
    `${from} was imported into ${file} before; nothing was imported twice. “mqtt-loupe info” lists what is there.`,
  );
}
