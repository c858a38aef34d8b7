/** Imports into a history that is there already: hidden until they are whole, and never there twice. */
import { closeAfterWriting, openDatabase, openDatabaseForReading } from './database';
import { historyError } from './driver';

/** Profiles whose id begins so are being imported, or their import was killed: no reader shows them. */
export const UNFINISHED_PREFIX = 'importing-';

/** For `WHERE`: profiles that are shown. */
export const IS_FINISHED = `profiles.id NOT GLOB '${UNFINISHED_PREFIX}*'`;

/** Whether the history has a profile of this id. @throws LoupeError as `openDatabaseForReading` */
export function hasProfile(file: string, profileId: string): boolean {
  const database = openDatabaseForReading(file);
  try {
    return database.prepare('SELECT 1 FROM profiles WHERE id = ?').get(profileId) !== undefined;
  } finally {
    database.close();
  }
}

/**
 * Makes a whole import visible, in one step. The history must have been closed by whoever filled it.
 * @param settings of the profile, JSON without secrets
 * @throws LoupeError `history-in-use`, `history-unavailable`
 */
export function finishImport(
  file: string,
  program: string,
  ids: { readonly unfinished: string; readonly finished: string },
  settings: string,
): void {
  const { database, lock } = openDatabase(file, program);
  try {
    database
      .prepare('UPDATE profiles SET id = ?, settings = ? WHERE id = ?')
      .run(ids.finished, settings, ids.unfinished);
  } catch (error) {
    throw historyError(`The import into ${file} cannot be finished`, error);
  } finally {
    closeAfterWriting(database);
    lock.release();
  }
}
