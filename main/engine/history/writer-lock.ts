import { rmSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import { isBusy, openForWriting, type Database } from './driver';

/** A predecessor that is just ending (an engine that is restarted) gets so long to let go. */
const WAIT_MS = 1_000;

/** Format of the lock's own file; it holds one row: who writes. */
const LAYOUT =
  'CREATE TABLE IF NOT EXISTS writer (program TEXT NOT NULL, pid INTEGER NOT NULL, since TEXT NOT NULL) STRICT';

interface Owner {
  readonly program: string;
  readonly pid: number;
  readonly since: string;
}

/**
 * Keeps the history to one writer: a second one would give ids twice and spoil the counters. The lock is a transaction
 * that stays open in a small database beside the history, so the operating system ends it together with its process,
 * also after `kill -9`, and readers of the history are not touched by it.
 */
export class WriterLock {
  readonly #database: Database;

  /**
   * @param program who writes, for the message that another one gets
   * @throws LoupeError `history-in-use` when another process (or another part of this one) writes to the history
   */
  constructor(historyFile: string, program: string) {
    this.#database = openLock(historyFile, WAIT_MS);
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#database.exec('DELETE FROM writer');
      this.#database
        .prepare('INSERT INTO writer VALUES (?, ?, ?)')
        .run(program, process.pid, new Date().toISOString());
      // Between the two others could come first; then the lock is theirs.
      this.#database.exec('COMMIT; BEGIN IMMEDIATE');
    } catch (error) {
      const owner = isBusy(error) ? ownerOf(this.#database) : undefined;
      this.#database.close();
      if (isBusy(error)) throw inUse(historyFile, owner);
      throw error;
    }
  }

  release(): void {
    this.#database.close();
  }
}

/** Who writes to the history now, in words (`mqtt-loupe record (process 4711, since 2026-11-23 17:00 UTC)`); null when nobody does. */
export function writerOf(historyFile: string): string | null {
  const lock = openLock(historyFile, 0);
  try {
    lock.exec('BEGIN IMMEDIATE; ROLLBACK');
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return inWords(ownerOf(lock));
  } finally {
    lock.close();
  }
}

function openLock(historyFile: string, waitMs: number): Database {
  const file = `${historyFile}-writer`;
  try {
    return prepareLock(file, waitMs);
  } catch (error) {
    if (isBusy(error) || !isUnreadable(error)) throw error;
    // Nothing in it is worth keeping; a process that died while it wrote may have left half of it.
    rmSync(file, { force: true });
    return prepareLock(file, waitMs);
  }
}

function prepareLock(file: string, waitMs: number): Database {
  const database = openForWriting(file, waitMs);
  try {
    // Its content need not survive anything.
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    const isNew = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
    if (isNew) database.exec(LAYOUT);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return /^SQLITE_(?:CORRUPT|NOTADB)/u.test(String(code));
}

function ownerOf(lock: Database): Owner | undefined {
  return lock.prepare<unknown[], Owner>('SELECT program, pid, since FROM writer').get();
}

function inWords(owner: Owner | undefined): string {
  if (owner === undefined) return 'another program';
  return `${owner.program} (process ${String(owner.pid)}, since ${minutesOf(owner.since)})`;
}

function minutesOf(since: string): string {
  return `${since.slice(0, 16).replace('T', ' ')} UTC`;
}

function inUse(historyFile: string, owner: Owner | undefined): LoupeError {
  return new LoupeError(
    'history-in-use',
    `The history ${historyFile} is being written by ${inWords(owner)}. Only one program at a time can ` +
      'store messages in it: end that one first, or use another file.',
  );
}
