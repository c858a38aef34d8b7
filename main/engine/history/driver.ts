import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { LoupeError, messageOf } from '../../../app/errors';

export type Database = BetterSqlite3.Database;

/** A prepared statement; rows have the shape that its SQL selects. */
export type Statement<Row = unknown> = BetterSqlite3.Statement<unknown[], Row>;

const BUSY_TIMEOUT_MS = 5_000;

type Driver = new (file: string, options?: BetterSqlite3.Options) => Database;

let driver: Driver | undefined;

/**
 * The one place that loads SQLite. `MQTT_LOUPE_SQLITE` names another module: a runtime that cannot load our
 * better-sqlite3 brings its own. Only what both (11.5 and 13.2) have is used.
 */
function loadDriver(): Driver {
  const require = createRequire(import.meta.url);
  driver ??= require(process.env['MQTT_LOUPE_SQLITE'] ?? 'better-sqlite3') as Driver;
  return driver;
}

/** Opens for writing, creating the file when it is missing. */
export function openForWriting(file: string, timeoutMs: number = BUSY_TIMEOUT_MS): Database {
  return new (loadDriver())(file, { timeout: timeoutMs });
}

/** Opens an existing file so that nothing can change it. */
export function openForReading(file: string): Database {
  return new (loadDriver())(file, {
    readonly: true,
    fileMustExist: true,
    timeout: BUSY_TIMEOUT_MS,
  });
}

const reasons: ReadonlyArray<readonly [prefix: string, words: string]> = [
  ['SQLITE_FULL', 'the disk is full. Make room, or lower how much history is kept'],
  ['SQLITE_CORRUPT', 'its file is damaged'],
  ['SQLITE_NOTADB', 'its file is not a database, or is damaged'],
  [
    'SQLITE_CANTOPEN',
    'its file cannot be opened. Check that the folder exists and may be written to',
  ],
  [
    'SQLITE_READONLY',
    'its file is write-protected. Check the permissions of the file and its folder',
  ],
  ['SQLITE_PERM', 'its file may not be accessed. Check the permissions of the file and its folder'],
  ['SQLITE_BUSY', 'another program keeps its file locked'],
  ['SQLITE_IOERR', 'the disk reported an error. Check the disk and its free space'],
];

/**
 * Classifies a failure of the database.
 * @param failed what failed, as the beginning of a sentence: `The history cannot be opened`
 */
export function historyError(failed: string, error: unknown): LoupeError {
  if (error instanceof LoupeError) return error;
  const code = codeOf(error);
  const reason = reasons.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (reason !== undefined) {
    return new LoupeError(
      'history-unavailable',
      `${failed}: ${reason} (${code}: ${messageOf(error)}).`,
      { cause: error },
    );
  }
  // Errors of the system and of the database have a code; those without one are ours.
  const kind = code === '' ? 'internal' : 'history-unavailable';
  return new LoupeError(kind, `${failed}: ${messageOf(error)}`, { cause: error });
}

/** Whether something else keeps the database locked. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

/** Whether it may not be written to. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_READONLY');
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
