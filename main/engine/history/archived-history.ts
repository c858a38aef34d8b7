import { join } from 'node:path';
import type { ListEnd } from '../../../app/contract-search';
import { LoupeError } from '../../../app/errors';
import type { Message } from '../../../app/message';
import type { MessageSearch } from '../../../app/search/message-search';
import type {
  ArchivedProfile,
  ArchiveState,
  ChangedTopics,
  ChangedTopicsRequest,
} from './archive-queries';
import type {
  Backlog,
  CountsRequest,
  History,
  PageRequest,
  ProfileTotals,
  Series,
  SeriesRequest,
  TopicSummary,
} from './history';
import { momentsBy, type MomentAsked } from './moments/moment-reader';
import type { Moments } from './moments/moments';
import { Reader } from './reader';
import type { Place, RowsReply } from './search/message-list';
import type { ListRequest } from './search/search-protocol';
import { Searcher } from './search/searcher';
import { NO_TOTALS } from './store';

export interface ArchiveOptions {
  /** Path of the database. */
  readonly file: string;
  /** Folder of the bundle of reader-worker.ts; the engine's own unless told. */
  readonly threads?: string | undefined;
  /** Told when the reader's thread crashed; it is started again with the next call. */
  readonly onProblem?: (problem: LoupeError) => void;
}

/**
 * A history that another program wrote, or is writing. It is only ever read, in a thread of its own, so that a file on a
 * slow disk or a lost network holds up nothing else.
 */
export class ArchiveFile {
  readonly file: string;
  readonly #reader: Reader;
  readonly #momentReader: Reader;
  readonly #searcher: Searcher;
  #state: ArchiveState = { fileBytes: 0, writer: null, profiles: [] };

  private constructor({ file, threads, onProblem }: ArchiveOptions) {
    this.file = file;
    const reading = {
      workerFile: join(threads ?? import.meta.dirname, 'history-reader.cjs'),
      databaseFile: file,
      onProblem,
    };
    this.#reader = new Reader(reading);
    this.#momentReader = new Reader(reading);
    this.#searcher = new Searcher({
      ...reading,
      workerFile: join(threads ?? import.meta.dirname, 'history-search.cjs'),
    });
  }

  /**
   * @throws LoupeError `not-found` when there is none, `history-newer`, `history-unavailable` when the file is no history,
   *   has an older format, is damaged or may not be read
   */
  static async open(options: ArchiveOptions): Promise<ArchiveFile> {
    const archive = new ArchiveFile(options);
    try {
      await archive.refresh();
      return archive;
    } catch (error) {
      await archive.close();
      throw error;
    }
  }

  /** As it was when it was last looked at. */
  get state(): ArchiveState {
    return this.#state;
  }

  profile(profileId: string): ArchivedProfile | undefined {
    return this.#state.profiles.find(({ id }) => id === profileId);
  }

  /**
   * Looks where the file stands now; cheap.
   * @throws LoupeError `history-unavailable`, also when another file is at its path by now
   */
  async refresh(): Promise<ArchiveState> {
    this.#state = await this.#reader.call('archive', {});
    return this.#state;
  }

  /** A page of the topics with messages after a known one, in the order of their keys. */
  changedTopics(request: ChangedTopicsRequest): Promise<ChangedTopics> {
    return this.#reader.call('changedTopics', request);
  }

  /** One profile's past. */
  history(profileId: string): History {
    return new ArchivedHistory(this, this.#reader, this.#momentReader, this.#searcher, profileId);
  }

  /** Waits for what is being read, and lets go of the file. */
  async close(): Promise<void> {
    await this.#reader.close();
    await this.#momentReader.close();
    await this.#searcher.close();
  }
}

/** The error of everything that would write to a history that is only read. */
export function readOnlyError(failed: string): LoupeError {
  return new LoupeError(
    'history-read-only',
    `${failed}: this is a recorded history, opened read-only. Open or create a connection to a broker for that.`,
  );
}

/**
 * One profile of a file, whatever id it goes by here. What would store something throws; wishes that have no place in a
 * past (limits, settings, the end of a session) are ignored.
 */
class ArchivedHistory implements History {
  readonly nextId = Number.MAX_SAFE_INTEGER;
  readonly backlog: Backlog = { messages: 0, bytes: 0 };
  readonly deletions = [];

  constructor(
    private readonly archive: ArchiveFile,
    private readonly reader: Reader,
    private readonly momentReader: Reader,
    private readonly searcher: Searcher,
    private readonly profileId: string,
  ) {}

  describeProfile(): void {
    // The file's own words stay.
  }

  describedProfiles(): ReadonlyMap<string, string> {
    const settings = this.archive.profile(this.profileId)?.settings;
    return new Map(typeof settings === 'string' ? [[this.profileId, settings]] : []);
  }

  beginSession(): number {
    throw readOnlyError('No session can begin');
  }

  endSession(): void {
    // None began here.
  }

  addTopic(): number {
    throw readOnlyError('No topic can be added');
  }

  append(): Promise<void> {
    return Promise.reject(readOnlyError('Messages cannot be stored'));
  }

  recordGap(): void {
    throw readOnlyError('No gap can be noted');
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  totals(): ProfileTotals {
    return this.archive.profile(this.profileId) ?? NO_TOTALS;
  }

  gaps(): number {
    return 0;
  }

  getReady(): void {
    this.reader.getReady();
  }

  topics(_profileId: string, afterKey: number, limit: number): Promise<readonly TopicSummary[]> {
    return this.reader.call('topics', { profileId: this.profileId, afterKey, limit });
  }

  page(request: PageRequest): Promise<{ messages: Message[]; more: boolean }> {
    return this.reader.call('page', request);
  }

  message(_profileId: string, id: number, maxBytes: number): Promise<Message | null> {
    return this.reader.call('message', { profileId: this.profileId, id, maxBytes });
  }

  series(request: SeriesRequest): Promise<Series> {
    return this.reader.call('series', request);
  }

  counts(request: CountsRequest): Promise<Float64Array> {
    return this.reader.call('counts', { ...request, profileId: this.profileId });
  }

  moments(): Moments {
    const { profileId } = this;
    return momentsBy((request) =>
      this.momentReader.call('moment', { ...this.asRecorded(request), profileId }),
    );
  }

  sessions(_profileId: string, limit: number): ReturnType<History['sessions']> {
    return this.reader.call('sessions', { profileId: this.profileId, limit });
  }

  changeSession(): Promise<void> {
    return Promise.reject(readOnlyError('The session cannot be changed'));
  }

  delete(): Promise<void> {
    return Promise.reject(readOnlyError('Nothing can be deleted'));
  }

  openList(_profileId: string, search: MessageSearch): Promise<number> {
    return this.searcher.call('openList', { profileId: this.profileId, search });
  }

  closeList(list: number): void {
    this.searcher.closeList(list);
  }

  listRows(request: ListRequest): Promise<RowsReply | null> {
    return this.searcher.call('listRows', request);
  }

  listRowAt(list: number, place: Place, end: ListEnd | null): Promise<number | null> {
    return this.searcher.call('listRowAt', { list, place, end });
  }

  limit(): void {
    // What was recorded stays.
  }

  forget(): Promise<void> {
    return Promise.reject(readOnlyError('The history cannot be removed'));
  }

  /** Whether its sessions go on depends on who records; nothing here happens now. */
  private asRecorded(request: MomentAsked): MomentAsked {
    if (request.question !== 'density') return request;
    const isRecording = this.archive.state.writer !== null;
    return { ...request, argument: { ...request.argument, isRecording, nowUs: null } };
  }

  /** The file is closed as a whole. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
