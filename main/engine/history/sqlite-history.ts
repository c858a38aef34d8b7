import { join } from 'node:path';
import type { ListEnd } from '../../../app/contract-search';
import { LoupeError, messageOf } from '../../../app/errors';
import type { Message } from '../../../app/message';
import type { MessageSearch } from '../../../app/search/message-search';
import { buffersOf, pack } from './batch-packer';
import { openDatabase } from './database';
import { historyError } from './driver';
import type {
  Backlog,
  CountsRequest,
  DeletionRequest,
  History,
  MessageBatch,
  PageRequest,
  PendingDeletion,
  ProfileTotals,
  Series,
  SeriesRequest,
  SessionChange,
  TopicSummary,
} from './history';
import { UNFINISHED_PREFIX } from './imports';
import { momentsBy } from './moments/moment-reader';
import type { Moments } from './moments/moments';
import { closedError } from './calling-thread';
import { Reader } from './reader';
import type { ReaderArgument, ReaderMethod, ReaderResult } from './reader-protocol';
import type { Place, RowsReply } from './search/message-list';
import type { ListRequest } from './search/search-protocol';
import { Searcher } from './search/searcher';
import { NO_TOTALS, takeOver, type Snapshot } from './store';
import { Writer } from './writer';
import type { WriterLock } from './writer-lock';
import type { Counters, Gap, NewTopics, WriterTask } from './writer-protocol';

export { setAside } from './set-aside';

export interface HistoryOptions {
  /** Path of the database; its folder and the file are made when they are missing. */
  readonly file: string;
  /** Folder of the bundles of reader-worker.ts and writer-worker.ts; the engine's own unless told. */
  readonly threads?: string;
  /** Told when something went wrong that no call reports: a thread that crashed, a gap that could not be noted. */
  readonly onProblem?: (problem: LoupeError) => void;
  /** Who writes, in words: told to another program that wants to. */
  readonly program?: string;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
  /** Each append takes so many ms longer: for tests of what happens when the disk is slow. */
  readonly writeDelayMs?: number;
}

/**
 * Opens the history, or makes a new one. Sessions that a crash left open are ended, with a gap.
 * @throws LoupeError `history-newer` or `history-in-use` (the file is left as it is), or `history-unavailable`; after
 *   the latter `setAside` makes room for a new history
 */
export function openHistory(options: HistoryOptions): History {
  const { database, lock } = openDatabase(options.file, options.program ?? 'MQTT Loupe');
  try {
    const snapshot = takeOver(database, (options.now ?? Date.now)() * 1_000);
    // From here on only the writer's thread writes.
    database.close();
    const history = new SqliteHistory(snapshot, lock, options);
    for (const id of snapshot.totals.keys()) history.removeUnfinished(id);
    return history;
  } catch (error) {
    database.close();
    lock.release();
    throw historyError(`The history ${options.file} cannot be opened`, error);
  }
}

class SqliteHistory implements History {
  readonly nextId: number;
  readonly #lock: WriterLock;
  readonly #writer: Writer;
  readonly #reader: Reader;
  /** Of the past at any moment: what takes longer must not delay the other. */
  readonly #momentReader: Reader;
  readonly #searcher: Searcher;
  readonly #onProblem: (problem: LoupeError) => void;
  readonly #settings: ReadonlyMap<string, string>;
  readonly #totals: Map<string, ProfileTotals>;
  /** Profile → topics that no batch has named yet. */
  readonly #newTopics = new Map<string, { names: string[]; keys: number[] }>();
  #deletions: readonly PendingDeletion[];
  #gaps: number;
  #nextTopic: number;
  #nextSession: number;
  #backlogMessages = 0;
  #backlogBytes = 0;
  #closing = false;

  constructor(snapshot: Snapshot, lock: WriterLock, options: HistoryOptions) {
    this.nextId = snapshot.nextMessage;
    this.#nextTopic = snapshot.nextTopic;
    this.#nextSession = snapshot.nextSession;
    this.#settings = snapshot.settings;
    this.#totals = new Map(snapshot.totals);
    this.#gaps = snapshot.gaps;
    this.#deletions = snapshot.deletions;
    this.#lock = lock;
    this.#onProblem = options.onProblem ?? (() => undefined);
    const threads = options.threads ?? import.meta.dirname;
    this.#writer = new Writer({
      workerFile: join(threads, 'history-writer.cjs'),
      start: { databaseFile: options.file, delayMs: options.writeDelayMs ?? 0 },
      onCounters: (counters) => {
        this.#take(counters);
      },
      onProblem: this.#onProblem,
    });
    if (this.#deletions.length > 0) this.#writer.wake();
    const reading = {
      workerFile: join(threads, 'history-reader.cjs'),
      databaseFile: options.file,
      onProblem: this.#onProblem,
    };
    this.#reader = new Reader(reading);
    this.#momentReader = new Reader(reading);
    this.#searcher = new Searcher({
      ...reading,
      workerFile: join(threads, 'history-search.cjs'),
    });
  }

  get deletions(): readonly PendingDeletion[] {
    return this.#deletions;
  }

  get backlog(): Backlog {
    return { messages: this.#backlogMessages, bytes: this.#backlogBytes };
  }

  describeProfile(profileId: string, settings: string): void {
    this.#post({ kind: 'describe', profileId, settings });
  }

  describedProfiles(): ReadonlyMap<string, string> {
    return this.#settings;
  }

  beginSession(profileId: string, startedUs: number): number {
    const session = this.#nextSession++;
    this.#post({ kind: 'begin', profileId, session, startedUs });
    return session;
  }

  endSession(session: number, endedUs: number): void {
    this.#post({ kind: 'end', session, endedUs });
  }

  addTopic(profileId: string, name: string): number {
    if (/\p{Surrogate}/u.test(name)) {
      throw new LoupeError(
        'invalid-argument',
        'The topic cannot be stored: its name is not valid Unicode.',
      );
    }
    const key = this.#nextTopic++;
    const topics = this.#newTopics.get(profileId);
    if (topics === undefined) {
      this.#newTopics.set(profileId, { names: [name], keys: [key] });
    } else {
      topics.names.push(name);
      topics.keys.push(key);
    }
    return key;
  }

  async append(
    profileId: string,
    session: number,
    batch: MessageBatch,
    counts: { readonly received: number; readonly refused: number },
  ): Promise<void> {
    const packed = pack(batch);
    const { length, body } = packed;
    const topics: NewTopics = this.#newTopics.get(profileId) ?? { names: [], keys: [] };
    this.#newTopics.delete(profileId);
    this.#backlogMessages += length;
    const bytes = body.length;
    this.#backlogBytes += bytes;
    try {
      const task: WriterTask = {
        kind: 'append',
        profileId,
        session,
        ...counts,
        topics,
        batch: packed,
      };
      await this.#writer.do(task, buffersOf(packed));
    } finally {
      this.#backlogMessages -= length;
      this.#backlogBytes -= bytes;
    }
  }

  recordGap(session: number, gap: Gap): void {
    this.#post({ kind: 'gap', session, gap });
  }

  settled(): Promise<void> {
    return this.#writer.settled();
  }

  totals(profileId: string): ProfileTotals {
    return this.#totals.get(profileId) ?? NO_TOTALS;
  }

  gaps(): number {
    return this.#gaps;
  }

  getReady(): void {
    this.#reader.getReady();
  }

  topics(profileId: string, afterKey: number, limit: number): Promise<readonly TopicSummary[]> {
    return this.#read('topics', { profileId, afterKey, limit });
  }

  page(request: PageRequest): Promise<{ messages: Message[]; more: boolean }> {
    return this.#read('page', request);
  }

  message(profileId: string, id: number, maxBytes: number): Promise<Message | null> {
    return this.#read('message', { profileId, id, maxBytes });
  }

  series(request: SeriesRequest): Promise<Series> {
    return this.#read('series', request);
  }

  counts(request: CountsRequest): Promise<Float64Array> {
    return this.#read('counts', request);
  }

  async openList(profileId: string, search: MessageSearch): Promise<number> {
    if (this.#closing) throw closedError();
    await this.#writer.settled();
    return this.#searcher.call('openList', { profileId, search });
  }

  closeList(list: number): void {
    this.#searcher.closeList(list);
  }

  listRows(request: ListRequest): Promise<RowsReply | null> {
    return this.#searcher.call('listRows', request);
  }

  listRowAt(list: number, place: Place, end: ListEnd | null): Promise<number | null> {
    return this.#searcher.call('listRowAt', { list, place, end });
  }

  moments(profileId: string): Moments {
    return momentsBy(async (request, settled) => {
      if (this.#closing) throw closedError();
      if (settled) await this.#writer.settled();
      return this.#momentReader.call('moment', { ...request, profileId });
    });
  }

  sessions(profileId: string, limit: number): Promise<ReaderResult<'sessions'>> {
    return this.#read('sessions', { profileId, limit });
  }

  changeSession(profileId: string, session: number, change: SessionChange): Promise<void> {
    return this.#writer.do({ kind: 'session', profileId, session, change });
  }

  limit(profileId: string, maxBytes: number, maxAgeMs: number | null = null): void {
    this.#post({ kind: 'limit', profileId, maxBytes, maxAgeMs });
  }

  delete(profileId: string, request: DeletionRequest): Promise<void> {
    return this.#writer.do({ kind: 'delete', profileId, request });
  }

  async forget(profileId: string): Promise<void> {
    this.#newTopics.delete(profileId);
    await this.#writer.do({ kind: 'forget', profileId });
  }

  /** What a killed import left goes, in small steps; it was never shown. */
  removeUnfinished(profileId: string): void {
    if (profileId.startsWith(UNFINISHED_PREFIX)) this.#post({ kind: 'forget', profileId });
  }

  /** Who reads goes first: the last connection to close tidies the journal away. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writer.settled();
    // Who waited for a batch may have something to note now.
    await new Promise(setImmediate);
    await this.#writer.settled();
    await this.#reader.close();
    await this.#momentReader.close();
    await this.#searcher.close();
    await this.#writer.close();
    this.#lock.release();
  }

  async #read<Method extends ReaderMethod>(
    method: Method,
    argument: ReaderArgument<Method>,
  ): Promise<ReaderResult<Method>> {
    if (this.#closing) throw closedError();
    await this.#writer.settled();
    return this.#reader.call(method, argument);
  }

  /** What nobody waits for; that it failed is told all the same. */
  #post(task: WriterTask): void {
    this.#writer.do(task).catch((error: unknown) => {
      this.#onProblem(
        error instanceof LoupeError ? error : new LoupeError('internal', messageOf(error)),
      );
    });
  }

  #take({ totals, gaps, deletions }: Counters): void {
    this.#deletions = deletions;
    for (const [profileId, one] of totals) this.#totals.set(profileId, one);
    this.#gaps = gaps;
  }
}
