import { join } from 'node:path';
import type { LoupeError } from '../../../app/errors';
import type { Message } from '../../../app/message';
import { BatchWriter } from './batch-writer';
import { openDatabase, type WritableDatabase } from './database';
import { historyError, type Database, type Statement } from './driver';
import type {
  GapKind,
  History,
  MessageBatch,
  PageRequest,
  ProfileTotals,
  Series,
  SeriesRequest,
  TopicSummary,
} from './history';
import { Reader } from './reader';
import { Remover } from './remover';
import { SessionLog } from './session-log';
import { TopicKeys } from './topic-keys';
import type { WriterLock } from './writer-lock';

export { setAside } from './set-aside';

export interface HistoryOptions {
  /** Path of the database; its folder and the file are made when they are missing. */
  readonly file: string;
  /** The bundle of reader-worker.ts; stands beside the engine's unless told. */
  readonly readerFile?: string;
  /** Told when something went wrong that no call reports, such as a reader that crashed and was replaced. */
  readonly onProblem?: (problem: LoupeError) => void;
  /** Who writes, in words: told to another program that wants to. */
  readonly program?: string;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

/**
 * Opens the history, or makes a new one. Sessions that a crash left open are ended, with a gap.
 * @throws LoupeError `history-newer` or `history-in-use` (the file is left as it is), or `history-unavailable`; after
 *   the latter `setAside` makes room for a new history
 */
export function openHistory(options: HistoryOptions): History {
  const writable = openDatabase(options.file, options.program ?? 'MQTT Loupe');
  try {
    return new SqliteHistory(writable, options);
  } catch (error) {
    writable.database.close();
    writable.lock.release();
    throw historyError(`The history ${options.file} cannot be opened`, error);
  }
}

const NO_TOTALS: ProfileTotals = {
  received: 0,
  stored: 0,
  refused: 0,
  pruned: 0,
  bytes: 0,
  oldestTimeUs: null,
};

class SqliteHistory implements History {
  readonly #database: Database;
  readonly #lock: WriterLock;
  readonly #sessions: SessionLog;
  readonly #topicKeys: TopicKeys;
  readonly #writer: BatchWriter;
  readonly #remover: Remover;
  readonly #topics: Statement<TopicSummary>;
  readonly #totals: Statement<ProfileTotals>;
  readonly #nextId: Statement<number>;
  readonly #reader: Reader;

  constructor({ database, lock }: WritableDatabase, options: HistoryOptions) {
    this.#database = database;
    this.#lock = lock;
    this.#sessions = new SessionLog(database);
    this.#topicKeys = new TopicKeys(database);
    this.#writer = new BatchWriter(database, this.#topicKeys);
    this.#remover = new Remover(database);
    // The row of a message has only the beginning of a large payload: what is wanted here.
    this.#topics = database.prepare(
      `SELECT topics.key, name, count, last_id AS lastId, last_time_us AS lastTimeUs, last_flags AS lastFlags,
         last_size AS lastSizeBytes, payload AS lastPayload
       FROM topics LEFT JOIN messages ON messages.id = last_id
       WHERE profile = ? AND topics.key > ? AND count > 0 ORDER BY topics.key LIMIT ?`,
    );
    this.#nextId = database.prepare<unknown[], number>('SELECT next_message FROM position').pluck();
    this.#totals = database.prepare(
      `SELECT received, stored, refused, pruned, bytes,
         (SELECT first_time_us FROM spans WHERE profile = key ORDER BY first_id LIMIT 1) AS oldestTimeUs
       FROM profiles WHERE key = ?`,
    );
    this.#reader = new Reader({
      workerFile: options.readerFile ?? join(import.meta.dirname, 'history-reader.cjs'),
      databaseFile: options.file,
      onProblem: options.onProblem,
    });
    this.#sessions.closeLeftOpen((options.now ?? Date.now)() * 1_000);
  }

  get nextId(): number {
    return this.#nextId.get() ?? 1;
  }

  describeProfile(profileId: string, settings: string): void {
    attempt('The settings of the profile cannot be stored', () => {
      this.#sessions.describe(this.#sessions.profileKey(profileId), settings);
    });
  }

  describedProfiles(): ReadonlyMap<string, string> {
    return attempt('The profiles of the history cannot be read', () => this.#sessions.described());
  }

  beginSession(profileId: string, startedUs: number): number {
    return attempt('The session cannot be stored', () =>
      this.#sessions.begin(this.#sessions.profileKey(profileId), startedUs),
    );
  }

  endSession(sessionKey: number, endedUs: number): void {
    attempt('The end of the session cannot be stored', () =>
      this.#sessions.end(sessionKey, endedUs),
    );
    this.#writer.sessionEnded(sessionKey);
  }

  internTopic(profileId: string, name: string): number {
    return attempt('The topic cannot be stored', () =>
      this.#topicKeys.intern(this.#sessions.profileKey(profileId), name),
    );
  }

  append(
    profileId: string,
    sessionKey: number,
    batch: MessageBatch,
    counts: { readonly received: number; readonly refused: number },
  ): void {
    attempt('Messages cannot be stored', () =>
      this.#writer.store(this.#sessions.profileKey(profileId), sessionKey, batch, counts),
    );
  }

  recordGap(
    sessionKey: number,
    gap: { kind: GapKind; fromUs: number; toUs: number; messages: number; detail: string },
  ): void {
    attempt('A gap cannot be stored', () => this.#sessions.recordGap(sessionKey, gap));
  }

  totals(profileId: string): ProfileTotals {
    return attempt('The counters of the history cannot be read', () => {
      const profile = this.#sessions.findProfile(profileId);
      return (profile === undefined ? undefined : this.#totals.get(profile)) ?? NO_TOTALS;
    });
  }

  gaps(): number {
    return attempt('The gaps of the history cannot be counted', () => this.#sessions.gaps());
  }

  topics(profileId: string, afterKey: number, limit: number): readonly TopicSummary[] {
    return attempt('The topics of the history cannot be read', () => {
      const profile = this.#sessions.findProfile(profileId);
      return profile === undefined ? [] : this.#topics.all(profile, afterKey, limit);
    });
  }

  page(request: PageRequest): Promise<{ messages: Message[]; more: boolean }> {
    return this.#reader.call('page', request);
  }

  message(profileId: string, id: number, maxBytes: number): Promise<Message | null> {
    return this.#reader.call('message', { profileId, id, maxBytes });
  }

  series(request: SeriesRequest): Promise<Series> {
    return this.#reader.call('series', request);
  }

  prune(profileId: string, maxBytes: number, maxMessages: number): number {
    return attempt('Old messages cannot be removed', () => {
      const profile = this.#sessions.findProfile(profileId);
      return profile === undefined ? 0 : this.#remover.prune(profile, maxBytes, maxMessages);
    });
  }

  forget(profileId: string, maxMessages: number): boolean {
    return attempt('The history cannot be removed', () => {
      const profile = this.#sessions.findProfile(profileId);
      if (profile === undefined) return true;
      this.#topicKeys.forget(profile);
      const isGone = this.#remover.forget(profile, maxMessages);
      if (isGone) this.#sessions.profileForgotten(profileId);
      return isGone;
    });
  }

  /** The reader goes first: the last connection to close tidies the journal away. */
  async close(): Promise<void> {
    await this.#reader.close();
    this.#database.close();
    this.#lock.release();
  }
}

/** Does something with the database; a failure is classified. */
function attempt<Result>(failed: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw historyError(failed, error);
  }
}
