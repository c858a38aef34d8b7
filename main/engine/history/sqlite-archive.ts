import { statSync } from 'node:fs';
import { LoupeError } from '../../../app/errors';
import { topicMatches } from '../../../app/topic';
import type {
  Archive,
  ArchivedGap,
  ArchiveInfo,
  MessageQuery,
  ProfileInfo,
  SelectionCount,
  SelectionQuery,
  SessionInfo,
  StoredMessage,
  TopicInfo,
  TopicQuery,
} from './archive';
import { problemsOf } from './checker';
import {
  closeAfterWriting,
  numberOf,
  openDatabase,
  openDatabaseForReading,
  openMessagesForReading,
} from './database';
import { historyError, type Database } from './driver';
import type { GapKind } from './history';
import { IS_FINISHED } from './imports';
import { MessageWalker, type QueriedTopic } from './message-query';
import { RecentTopics, TOPIC_COLUMNS, type TopicRow } from './recent-topics';
import { RunSource } from './run-source';
import { countMessages } from './message-count';
import { writerOf } from './writer-lock';

/**
 * Opens a history for reading; nothing can change it, and another process may be writing to it.
 * @throws LoupeError `not-found` when there is none, `history-newer`, `history-unavailable` (also for an older format)
 */
export function openArchive(file: string): Archive {
  return new SqliteArchive(file, openMessagesForReading(file));
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
    closeAfterWriting(database);
    lock.release();
  }
  return { before, after: bytesOf(file) };
}

const GAPS_SQL = 'SELECT session, kind, count(*) AS count FROM gaps GROUP BY session, kind';

const TOPIC_PAGE = 1_000;
/** A look costs more than a message. */
const LOOK_EVERY = 500;

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
    const page = this.#database.prepare<unknown[], TopicRow & { readonly name: string }>(
      `SELECT ${TOPIC_COLUMNS}, name FROM topics WHERE profile = ? AND key > ? ORDER BY key LIMIT ?`,
    );
    const profiles = attempt(this.#file, () =>
      this.#database
        .prepare<unknown[], { key: number; id: string }>(
          `SELECT key, id FROM profiles WHERE ${IS_FINISHED} ORDER BY key`,
        )
        .all(),
    );
    const recent = new RecentTopics(this.#database, new RunSource(this.#database));
    const isMeant = meaning(query);
    for (const { key: profile, id: profileId } of profiles) {
      if (query.profileId !== null && query.profileId !== profileId) continue;
      for (let after = 0; ;) {
        const read = this.#database.transaction(() => {
          const rows = page.all(profile, after, TOPIC_PAGE);
          return { rows: rows.length, topics: recent.added(profile, rows) };
        });
        const { rows, topics } = attempt(this.#file, () => read.deferred());
        for (const { key, name, count, lastTimeUs, lastSizeBytes, lastPayload } of topics) {
          after = key;
          if (count === 0 || !isMeant(profileId, name)) continue;
          yield { profileId, name, count, lastTimeUs, lastSizeBytes, lastPayload };
        }
        if (rows < TOPIC_PAGE) break;
      }
    }
  }

  *messages(query: MessageQuery): Generator<StoredMessage> {
    const walk = attempt(this.#file, () =>
      new MessageWalker(this.#database).walk(query, this.#meantTopics(query)),
    );
    for (;;) {
      const next = attempt(this.#file, () => walk.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  gaps(): readonly ArchivedGap[] {
    return attempt(this.#file, () =>
      this.#database
        .prepare<unknown[], ArchivedGap>(
          'SELECT session, kind, from_us AS fromUs, to_us AS toUs, messages, detail FROM gaps ORDER BY key',
        )
        .all(),
    );
  }

  count(query: SelectionQuery, look: () => void = () => undefined): SelectionCount {
    if (query.matching !== undefined) return this.#countMatching(query, look);
    return attempt(this.#file, () =>
      countMessages(this.#database, query, this.#meantTopics(query), look),
    );
  }

  check(): readonly string[] {
    return attempt(this.#file, () => problemsOf(this.#database));
  }

  close(): void {
    this.#database.close();
  }

  #countMatching({ sessionKey, ...query }: SelectionQuery, look: () => void): SelectionCount {
    const topics = new Set<string>();
    let messages = 0;
    const found = this.messages({
      ...query,
      ...{ text: null, limit: Infinity, newestFirst: false },
      accepts: sessionKey === null ? null : ({ session }) => session === sessionKey,
    });
    for (const { topic } of found) {
      if (messages % LOOK_EVERY === 0) look();
      messages += 1;
      topics.add(topic);
    }
    return { messages, topics: topics.size };
  }

  #meantTopics(query: TopicQuery): ReadonlyMap<number, QueriedTopic> {
    const isMeant = meaning(query);
    const rows = this.#database.prepare<unknown[], QueriedTopic>(
      `SELECT topics.key, profile, profiles.id AS profileId, name
       FROM topics JOIN profiles ON profiles.key = topics.profile WHERE ${IS_FINISHED}`,
    );
    const topics = new Map<number, QueriedTopic>();
    for (const topic of rows.iterate()) {
      if (isMeant(topic.profileId, topic.name)) topics.set(topic.key, topic);
    }
    return topics;
  }

  #profiles(): ProfileInfo[] {
    const rows = this.#database.prepare<unknown[], ProfileInfo>(
      `SELECT id, settings ->> '$.name' AS name, received, stored, refused, pruned,
         (SELECT count(*) FROM topics WHERE profile = profiles.key) AS topics
       FROM profiles WHERE ${IS_FINISHED} ORDER BY key`,
    );
    return rows.all();
  }

  #times(): { oldestTimeUs: number | null; newestTimeUs: number | null } {
    const times = this.#database.prepare<
      unknown[],
      { oldestTimeUs: number | null; newestTimeUs: number | null }
    >(
      `SELECT (SELECT min(first_us) FROM (SELECT min(first_us) AS first_us FROM batches
           UNION ALL SELECT min(first_us) FROM segments)) AS oldestTimeUs,
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
       FROM sessions JOIN profiles ON profiles.key = sessions.profile WHERE ${IS_FINISHED} ORDER BY sessions.key`,
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
