import { closeAfterWriting } from './database';
import type { Database, Statement } from './driver';
import type { ProfileTotals } from './history';
import { pendingDeletions, type DeletionRequest, type PendingDeletion } from './deleter';
import type { Limits } from './pruner';
import { BatchWriter } from './batch-writer';
import { Housekeeping } from './housekeeping';
import { mostRawBytes } from './segment-planner';
import { SessionLog } from './session-log';
import type { Counters, WriterTask } from './writer-protocol';

/** What is noted beside messages. */
type Note = Extract<WriterTask, { kind: 'begin' | 'end' | 'gap' }>;

function isNote(task: WriterTask): task is Note {
  return task.kind === 'begin' || task.kind === 'end' || task.kind === 'gap';
}

/** Of what could not be written, the newest so many notes are kept. */
const MOST_OWED = 10_000;

/** What the writer of a history does; everything is done when a call returns. Lives in the writer's thread. */
export class Store {
  readonly #database: Database;
  readonly #sessions: SessionLog;
  readonly #writer: BatchWriter;
  readonly #housekeeping: Housekeeping;
  readonly #totals: Statement<ProfileTotals>;
  /** Profiles whose counters changed since they were last told. */
  readonly #changed = new Set<string>();
  /** What is not in the database yet, because it could not be written to; it goes with the next that can be. */
  #owed: Note[] = [];
  /** Also of profiles that have no history yet. */
  readonly #limits = new Map<string, Limits>();

  constructor(database: Database) {
    this.#database = database;
    this.#sessions = new SessionLog(database);
    this.#writer = new BatchWriter(database);
    this.#housekeeping = new Housekeeping(database);
    this.#totals = prepareTotals(database);
  }

  /** Does a task; what SQLite throws is not classified yet. Of a task that throws, nothing is stored. */
  do(task: Exclude<WriterTask, { kind: 'close' | 'forget' }>): void {
    if (isNote(task)) this.#owed.push(task);
    if (task.kind === 'append') this.#writer.addTopics(task.profileId, task.topics);
    try {
      this.#inTransaction(() => {
        for (const note of this.#owed) this.#note(note);
        this.#do(task);
      });
      this.#owed = [];
    } catch (error) {
      this.#sessions.undone();
      this.#housekeeping.undone();
      this.#owed = this.#owed.slice(-MOST_OWED);
      throw error;
    }
    if (task.kind === 'append') {
      this.#writer.stored();
      this.#applyLimit(task.profileId);
    }
    if (task.kind === 'session') this.#keptChanged(task.profileId);
    if ('profileId' in task) this.#changed.add(task.profileId);
  }

  /** Begins to remove a profile; `done` is called when all of it is gone, also when there is none. */
  forget(profileId: string, done: () => void): void {
    this.#owed = this.#owed.filter((note) => note.kind !== 'begin' || note.profileId !== profileId);
    this.#writer.forget(profileId);
    const profile = this.#sessions.findProfile(profileId);
    if (profile === undefined) {
      done();
      return;
    }
    this.#housekeeping.forget(profile, () => {
      this.#sessions.profileForgotten(profileId);
      this.#changed.add(profileId);
      done();
    });
  }

  /**
   * Tidies up for a few milliseconds: compresses, merges, removes, gives room back.
   * @returns whether there is more to do
   */
  work(): boolean {
    return this.#housekeeping.work(this.#noteChanged);
  }

  /** Time has passed: messages may have become too old. */
  grownOlder(): void {
    this.#housekeeping.grownOlder();
  }

  /** Whether more waits to be compressed than should. */
  get isBehind(): boolean {
    return this.#housekeeping.isBehind;
  }

  /** Whether a profile that is much larger than it may be still grows: then more than a slice is due between two batches. */
  get isOutrun(): boolean {
    return this.#housekeeping.isOutrun;
  }

  /** The counters that changed since the last call. */
  counters(): Counters {
    const totals: [string, ProfileTotals][] = [];
    for (const profileId of this.#changed) totals.push([profileId, this.#totalsOf(profileId)]);
    this.#changed.clear();
    return { totals, gaps: this.#sessions.gaps(), deletions: this.#housekeeping.deletions };
  }

  /** Leaves the file compact: what is not compressed yet is, and free room is given back. */
  close(): Counters {
    try {
      this.#housekeeping.finish(this.#noteChanged);
      return this.counters();
    } finally {
      closeAfterWriting(this.#database);
    }
  }

  readonly #noteChanged = (profile: number): void => {
    const id = this.#sessions.idOf(profile);
    if (id !== undefined) this.#changed.add(id);
  };

  #do(task: Exclude<WriterTask, { kind: 'close' | 'forget' }>): void {
    switch (task.kind) {
      case 'describe':
        this.#sessions.describe(this.#sessions.profileKey(task.profileId), task.settings);
        break;
      case 'append':
        this.#writer.write(
          (profileId) => this.#sessions.profileKey(profileId),
          task.profileId,
          task.session,
          task.batch,
          task,
          mostRawBytes(this.#limits.get(task.profileId)?.maxBytes ?? Infinity),
        );
        break;
      case 'limit':
        this.#limits.set(task.profileId, task);
        this.#applyLimit(task.profileId);
        break;
      case 'session':
        this.#sessions.change(task.session, task.change);
        break;
      case 'delete':
        this.#delete(task.profileId, task.request);
        break;
      case 'begin':
      case 'end':
      case 'gap':
        break;
    }
  }

  #applyLimit(profileId: string): void {
    const profile = this.#sessions.findProfile(profileId);
    const limits = this.#limits.get(profileId);
    if (profile === undefined) return;
    if (limits !== undefined) this.#housekeeping.limit(profile, limits);
    this.#housekeeping.appended(profile);
  }

  #keptChanged(profileId: string): void {
    const profile = this.#sessions.findProfile(profileId);
    if (profile !== undefined) this.#housekeeping.keptChanged(profile);
  }

  #delete(profileId: string, request: DeletionRequest): void {
    const profile = this.#sessions.findProfile(profileId);
    if (profile !== undefined) this.#housekeeping.delete(profile, request);
  }

  #note(note: Note): void {
    if (note.kind === 'begin') {
      const profile = this.#sessions.profileKey(note.profileId);
      this.#sessions.begin(note.session, profile, note.startedUs);
    } else if (note.kind === 'end') this.#sessions.end(note.session, note.endedUs);
    else this.#sessions.recordGap(note.session, note.gap);
  }

  #totalsOf(profileId: string): ProfileTotals {
    const profile = this.#sessions.findProfile(profileId);
    return (profile === undefined ? undefined : this.#totals.get(profile)) ?? NO_TOTALS;
  }

  #inTransaction(work: () => void): void {
    this.#database.transaction(work).immediate();
  }
}

export const NO_TOTALS: ProfileTotals = {
  received: 0,
  stored: 0,
  refused: 0,
  pruned: 0,
  bytes: 0,
  oldestTimeUs: null,
};

function prepareTotals(database: Database): Statement<ProfileTotals> {
  return database.prepare(`SELECT ${TOTALS_COLUMNS} FROM profiles WHERE key = ?`);
}

/** The columns of `ProfileTotals`, of `profiles`. */
export const TOTALS_COLUMNS = `received, stored, refused, pruned, bytes, coalesce(
  (SELECT first_us FROM segments WHERE profile = profiles.key ORDER BY first_id LIMIT 1),
  (SELECT first_us FROM batches WHERE profile = profiles.key ORDER BY first_id LIMIT 1)) AS oldestTimeUs`;

/** What the engine knows of a history before it asks for anything. */
export interface Snapshot {
  readonly nextMessage: number;
  readonly nextTopic: number;
  readonly nextSession: number;
  readonly settings: ReadonlyMap<string, string>;
  readonly totals: ReadonlyMap<string, ProfileTotals>;
  readonly gaps: number;
  readonly deletions: readonly PendingDeletion[];
}

/** Ends what a crash left open, and reads where everything stands. */
export function takeOver(database: Database, nowUs: number): Snapshot {
  return database
    .transaction(() => {
      const sessions = new SessionLog(database);
      sessions.closeLeftOpen(nowUs);
      const position = database
        .prepare<unknown[], { next_message: number; next_topic: number }>('SELECT * FROM position')
        .get();
      const totals = database
        .prepare<unknown[], ProfileTotals & { id: string }>(
          `SELECT id, ${TOTALS_COLUMNS} FROM profiles`,
        )
        .all();
      const nextSession = database
        .prepare<unknown[], number>('SELECT coalesce(max(key), 0) + 1 FROM sessions')
        .pluck()
        .get();
      return {
        nextMessage: position?.next_message ?? 1,
        nextTopic: position?.next_topic ?? 1,
        nextSession: nextSession ?? 1,
        settings: sessions.described(),
        totals: new Map(totals.map(({ id, ...counters }) => [id, counters])),
        gaps: sessions.gaps(),
        deletions: pendingDeletions(database),
      };
    })
    .immediate();
}
