import { existsSync, statSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import type { Database, Statement } from './driver';
import type { ProfileTotals, TopicSummary } from './history';
import { IS_FINISHED } from './imports';
import { RecentTopics, TOPIC_COLUMNS } from './recent-topics';
import { RunSource } from './run-source';
import { TOTALS_COLUMNS } from './store';
import { writerOf } from './writer-lock';

/** One profile of a history that is only read. */
export interface ArchivedProfile extends ProfileTotals {
  readonly id: string;
  /** Its settings (JSON), where the recorder noted them. */
  readonly settings: string | null;
  /** The newest message; 0 and null where there never was one. */
  readonly newestId: number;
  readonly newestTimeUs: number | null;
}

/** Where a history stands that is only read. */
export interface ArchiveState {
  /** The file and its journal. */
  readonly fileBytes: number;
  /** Who writes to it now, in words; null when nobody does or it cannot be told. */
  readonly writer: string | null;
  readonly profiles: readonly ArchivedProfile[];
}

export interface ChangedTopicsRequest {
  readonly profileId: string;
  /** Only topics with a message after this one. */
  readonly afterId: number;
  /** Pages go on after the key that the last one gave; 0 begins. */
  readonly afterKey: number;
  readonly limit: number;
}

export interface ChangedTopics {
  readonly topics: readonly TopicSummary[];
  /** `afterKey` of the next page; null when this was the last one. */
  readonly nextKey: number | null;
}

/** What is asked of a history that another program wrote, or is writing. Lives in the reader's thread. */
export class ArchiveQueries {
  readonly #file: string;
  readonly #inode: number;
  readonly #database: Database;
  readonly #recent: RecentTopics;
  readonly #profiles: Statement<ArchivedProfile>;
  readonly #profileKey: Statement<number>;
  readonly #changed: Statement<TopicSummary>;

  constructor(file: string, database: Database) {
    this.#file = file;
    this.#inode = inodeOf(file);
    this.#database = database;
    this.#recent = new RecentTopics(database, new RunSource(database));
    this.#profiles = database.prepare(
      `SELECT id, settings, ${TOTALS_COLUMNS},
         (SELECT coalesce(max(last_id), 0) FROM sessions WHERE profile = profiles.key) AS newestId,
         (SELECT max(last_time_us) FROM sessions WHERE profile = profiles.key) AS newestTimeUs
       FROM profiles WHERE ${IS_FINISHED} ORDER BY key`,
    );
    this.#profileKey = database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck();
    this.#changed = database.prepare(
      `SELECT ${TOPIC_COLUMNS}, name FROM topics
       WHERE profile = ? AND key > ? AND (last_id > ? OR key IN (SELECT value FROM json_each(?)))
       ORDER BY key LIMIT ?`,
    );
  }

  /** Reads a few rows, however large the history is. */
  state(): ArchiveState {
    if (inodeOf(this.#file) !== this.#inode) {
      throw new LoupeError(
        'history-unavailable',
        `The history ${this.#file} was moved, removed or replaced by another file. What is shown is the old one: close it, and open the new one.`,
      );
    }
    return {
      fileBytes: bytesOf(this.#file) + bytesOf(`${this.#file}-wal`),
      writer: this.#writer(),
      profiles: this.#profiles.all(),
    };
  }

  changedTopics({ profileId, afterId, afterKey, limit }: ChangedTopicsRequest): ChangedTopics {
    return this.#database
      .transaction((): ChangedTopics => {
        const profile = this.#profileKey.get(profileId);
        if (profile === undefined) return { topics: [], nextKey: null };
        const recent = JSON.stringify([...this.#recent.keys(profile)]);
        const rows = this.#changed.all(profile, afterKey, afterId, recent, limit);
        const last = rows.length < limit ? undefined : rows.at(-1);
        const topics = this.#recent.added(profile, rows);
        return {
          topics: topics.filter(({ lastId, count }) => count > 0 && lastId > afterId),
          nextKey: last?.key ?? null,
        };
      })
      .deferred();
  }

  #writer(): string | null {
    // Where there never was a writer, asking would leave a file behind.
    if (!existsSync(`${this.#file}-writer`)) return null;
    try {
      return writerOf(this.#file);
    } catch {
      // The lock's file may be write-protected; nothing else depends on it.
      return null;
    }
  }
}

function inodeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? -1;
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
