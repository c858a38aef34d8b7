import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LoupeError } from '../../../app/errors';
import { historyError, isReadOnly, openForReading, openForWriting, type Database } from './driver';
import { migrations } from './migrations/migrations';
import { convertRows, hasRows } from './row-conversion';
import { WriterLock } from './writer-lock';

/** `MqLp`: says that a database file is our history. */
const APPLICATION_ID = 0x4d714c70;

/** The database and the right to write to it; the lock goes after the database was closed. */
export interface WritableDatabase {
  readonly database: Database;
  readonly lock: WriterLock;
}

/**
 * Opens the history's file for writing, creates it or brings it up to date.
 * @param program who writes, for others that want to
 * @throws LoupeError `history-newer` when a newer version wrote it (it stays as it is), `history-in-use` when another
 *   process writes to it, `history-unavailable` when it cannot be opened, is damaged, or is not a history
 */
export function openDatabase(file: string, program: string): WritableDatabase {
  let database: Database | undefined;
  let lock: WriterLock | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const isNew = !isHistory(file);
    lock = new WriterLock(file, program);
    database = openForWriting(file);
    configure(database, isNew);
    migrate(database);
    convertRows(database);
    return { database, lock };
  } catch (error) {
    database?.close();
    lock?.release();
    throw historyError(`The history ${file} cannot be opened`, error);
  }
}

/** Opens a history that `openDatabase` has prepared, for the writer's thread; the lock stays where it is. */
export function openForStoring(file: string): Database {
  const database = openForWriting(file);
  configure(database, false);
  return database;
}

/**
 * Closes what was opened for writing. Where nobody else has the file open it no longer needs a journal beside it: it can
 * be read from a folder that may not be written to.
 */
export function closeAfterWriting(database: Database): void {
  try {
    database.pragma('busy_timeout = 0');
    database.pragma('journal_mode = DELETE');
  } catch {
    // Somebody reads it, or the disk is full: it stays as it is, with a journal.
  } finally {
    database.close();
  }
}

/**
 * Looks without being able to change anything: false for a file that is missing or empty.
 * @throws LoupeError as `openDatabase`
 */
function isHistory(file: string): boolean {
  if (!existsSync(file) || statSync(file).size === 0) return false;
  const database = openForReading(file);
  try {
    const version = numberOf(database, 'user_version');
    const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (version === 0 && isEmpty) return false;
    if (numberOf(database, 'application_id') !== APPLICATION_ID) {
      throw new LoupeError(
        'history-unavailable',
        `The history ${file} cannot be opened: the file is a database of another program.`,
      );
    }
    if (version > migrations.length) throw newerError(file, version);
    return true;
  } finally {
    database.close();
  }
}

/**
 * Opens an existing history so that nothing can change it, also while another process writes to it.
 * @throws LoupeError `not-found` when there is none, `history-newer`, `history-unavailable`
 */
export function openDatabaseForReading(file: string): Database {
  try {
    if (!isHistory(file)) {
      throw new LoupeError(
        'not-found',
        `There is no history at ${file}. Check the path, or record one first.`,
      );
    }
    return openForReading(file);
  } catch (error) {
    if (isReadOnly(error)) {
      throw new LoupeError(
        'history-unavailable',
        `The history ${file} cannot be opened: its writer is still at work or was killed, so that reading needs its ` +
          'journal, and its folder may not be written to. Copy the file and its journal (-wal) into another folder and open it from there.',
        { cause: error },
      );
    }
    throw historyError(`The history ${file} cannot be opened`, error);
  }
}

/**
 * The same for what reads messages: only opening for writing brings an older format up to date.
 * @throws LoupeError as `openDatabaseForReading`; `history-unavailable` for an older format
 */
export function openMessagesForReading(file: string): Database {
  const database = openDatabaseForReading(file);
  const version = numberOf(database, 'user_version');
  if (version >= migrations.length && !hasRows(database)) return database;
  database.close();
  throw new LoupeError(
    'history-unavailable',
    `The history ${file} was written by an older version of MQTT Loupe (format ${String(version)}; this one reads format ` +
      `${String(migrations.length)}). It was left untouched. Bring it, or a copy of it, up to date once: ` +
      'mqtt-loupe vacuum --db FILE.',
  );
}

function newerError(file: string, version: number): LoupeError {
  return new LoupeError(
    'history-newer',
    `The history ${file} was written by a newer version of MQTT Loupe (format ${String(version)}; this one knows ` +
      `formats up to ${String(migrations.length)}). It was left untouched. Install the newer version again to use it.`,
  );
}

function configure(database: Database, isNew: boolean): void {
  if (isNew) {
    // Both can only be chosen before the first table. Small pages, because a commit writes whole ones and most
    // brokers send few messages per commit; 8 KiB would store 20 % faster when there are many.
    database.pragma('page_size = 4096');
    database.pragma('auto_vacuum = INCREMENTAL');
  }
  database.pragma('journal_mode = WAL');
  // A power cut may lose the last commits, never the file.
  database.pragma('synchronous = NORMAL');
  database.pragma('cache_size = -32000');
  // 16 MiB: each time the disk is waited for.
  database.pragma('wal_autocheckpoint = 4096');
  database.pragma('journal_size_limit = 67108864');
}

function migrate(database: Database): void {
  const apply = database.transaction(() => {
    const done = numberOf(database, 'user_version');
    for (const sql of migrations.slice(done)) database.exec(sql);
    database.pragma(`application_id = ${String(APPLICATION_ID)}`);
    database.pragma(`user_version = ${String(migrations.length)}`);
  });
  if (numberOf(database, 'user_version') < migrations.length) apply.immediate();
}

/** The value of a pragma that is a number. */
export function numberOf(database: Database, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}
