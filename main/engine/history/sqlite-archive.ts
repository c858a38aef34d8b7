import { statSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import { topicMatches } from '../../../app/topic';
import type {
  Archive,
  ArchiveInfo,
  MessageQuery,
  ProfileInfo,
  SessionInfo,
  StoredMessage,
  TopicInfo,
  TopicQuery,
} from './archive';
import { problemsOf } from './checker';
import { numberOf, openDatabase, openDatabaseForReading } from './database';
import { historyError, type Database } from './driver';
import type { GapKind } from './history';
import { MessageWalker, type QueriedTopic } from './message-query';
import { writerOf } from './writer-lock';

/**
 * Opens a history for reading; nothing can change it, and another process may be writing to it.
 * @throws LoupeError `not-found` when there is none, `history-newer`, `history-unavailable`
 */
export function openArchive(file: string): Archive {
  return new SqliteArchive(file, openDatabaseForReading(file));
}

/**
 * Writes the file anew without the room that removed messages left.
 * @returns bytes of the file before and after
 * @throws LoupeError `not-found`, `history-in-use`, `history-newer`, `history-unavailable`
 */
export function compact(file: string, program: string): { before: number; after: number } {
  openDatabaseForReading(file).close();
  const before = bytesOf(file);
  const { database, lock } = openDatabase(file, program);
  try {
    database.exec('VACUUM');
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    throw historyError(`The history ${file} cannot be compacted`, error);
  } finally {
    database.close();
    lock.release();
  }
  return { before, after: bytesOf(file) };
}

const GAPS_SQL = 'SELECT session, kind, count(*) AS count FROM gaps GROUP BY session, kind';

const TOPIC_PAGE = 1_000;

class SqliteArchive implements Archive {
  readonly #file: string;
  readonly #database: Database;

  constructor(file: string, database: Database) {
    this.#file = file;
    this.#database = database;
  }

  info(): ArchiveInfo {
    return attempt(this.#file, () => {
      // Counters are kept with the messages, so nothing is counted here; one snapshot, so that all of it fits.
      const read = this.#database.transaction(() => {
        const profiles = this.#profiles();
        return {
          formatVersion: numberOf(this.#database, 'user_version'),
          messages: profiles.reduce((sum, one) => sum + one.stored - one.pruned, 0),
          topics: profiles.reduce((sum, one) => sum + one.topics, 0),
          ...this.#times(),
          profiles,
          sessions: this.#sessions(),
        };
      });
      const fileBytes = bytesOf(this.#file);
      return { ...read.deferred(), fileBytes, writer: this.#writer() };
    });
  }

  *topics(query: TopicQuery): Generator<TopicInfo> {
    const page = this.#database.prepare<unknown[], TopicInfo & { key: number; profile: string }>(
      `SELECT topics.key, profiles.id AS profileId, name, count, last_time_us AS lastTimeUs,
         last_size AS lastSizeBytes, payload AS lastPayload
       FROM topics JOIN profiles ON profiles.key = topics.profile LEFT JOIN messages ON messages.id = last_id
       WHERE topics.key > ? AND count > 0 ORDER BY topics.key LIMIT ?`,
    );
    const isMeant = meaning(query);
    for (let after = 0; ;) {
      const rows = attempt(this.#file, () => page.all(after, TOPIC_PAGE));
      for (const { key, ...topic } of rows) {
        after = key;
        if (isMeant(topic.profileId, topic.name)) yield topic;
      }
      if (rows.length < TOPIC_PAGE) return;
    }
  }

  *messages(query: MessageQuery): Generator<StoredMessage> {
    const walk = attempt(this.#file, () =>
      new MessageWalker(this.#database).walk(query, this.#meantTopics(query), this.#messages()),
    );
    for (;;) {
      const next = attempt(this.#file, () => walk.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  check(): readonly string[] {
    return attempt(this.#file, () => problemsOf(this.#database));
  }

  close(): void {
    this.#database.close();
  }

  #meantTopics(query: TopicQuery): ReadonlyMap<number, QueriedTopic> {
    const isMeant = meaning(query);
    const rows = this.#database.prepare<unknown[], QueriedTopic>(
      `SELECT topics.key, profiles.id AS profileId, name, count
       FROM topics JOIN profiles ON profiles.key = topics.profile WHERE count > 0`,
    );
    const topics = new Map<number, QueriedTopic>();
    for (const topic of rows.iterate()) {
      if (isMeant(topic.profileId, topic.name)) topics.set(topic.key, topic);
    }
    return topics;
  }

  #messages(): number {
    const counted = this.#database.prepare<unknown[], number | null>(
      'SELECT sum(stored - pruned) FROM profiles',
    );
    return counted.pluck().get() ?? 0;
  }

  #profiles(): ProfileInfo[] {
    // A history of the first format that nobody has opened for writing since has no settings.
    const hasSettings = numberOf(this.#database, 'user_version') > 1;
    const name = hasSettings ? "settings ->> '$.name'" : 'NULL';
    const rows = this.#database.prepare<unknown[], ProfileInfo>(
      `SELECT id, ${name} AS name, received, stored, refused, pruned,
         (SELECT count(*) FROM topics WHERE profile = profiles.key AND count > 0) AS topics
       FROM profiles ORDER BY key`,
    );
    return rows.all();
  }

  #times(): { oldestTimeUs: number | null; newestTimeUs: number | null } {
    const times = this.#database.prepare<
      unknown[],
      { oldestTimeUs: number | null; newestTimeUs: number | null }
    >(
      `SELECT (SELECT min(first_time_us) FROM spans) AS oldestTimeUs,
         (SELECT max(last_time_us) FROM sessions) AS newestTimeUs`,
    );
    return times.get() ?? { oldestTimeUs: null, newestTimeUs: null };
  }

  #sessions(): SessionInfo[] {
    const gaps = new Map<number, Map<GapKind, number>>();
    const gapRows = this.#database.prepare<
      unknown[],
      { session: number; kind: GapKind; count: number }
    >(GAPS_SQL);
    for (const { session, kind, count } of gapRows.iterate()) {
      const kinds = gaps.get(session) ?? new Map<GapKind, number>();
      gaps.set(session, kinds.set(kind, count));
    }
    const rows = this.#database.prepare<unknown[], Omit<SessionInfo, 'gaps'>>(
      `SELECT sessions.key, id AS profileId, started_us AS startedUs, ended_us AS endedUs,
         last_time_us AS lastTimeUs, sessions.received, sessions.stored, sessions.refused
       FROM sessions JOIN profiles ON profiles.key = sessions.profile ORDER BY sessions.key`,
    );
    return rows.all().map((row) => ({ ...row, gaps: gaps.get(row.key) ?? new Map() }));
  }

  /** Asking needs the lock's file, which a copy or a write-protected folder may not have. */
  #writer(): string | null {
    try {
      return writerOf(this.#file);
    } catch {
      // Whether somebody writes cannot be told then, and nothing else depends on it.
      return null;
    }
  }
}

function meaning({ filters, profileId }: TopicQuery): (profile: string, name: string) => boolean {
  return (profile, name) =>
    (profileId === null || profile === profileId) &&
    (filters.length === 0 || filters.some((filter) => topicMatches(filter, name)));
}

function bytesOf(file: string): number {
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return sizeOf(file) + sizeOf(`${file}-wal`);
}

function attempt<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof LoupeError) throw error;
    throw historyError(`The history ${file} cannot be read`, error);
  }
}
