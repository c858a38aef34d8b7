import { topicMatches } from '../../../app/topic';
import type { Carver } from './carver';
import type { Database, Statement } from './driver';
import { chosenIds, MessageChoice, type ChosenPart } from './message-choice';
import { NewestMessages } from './newest-messages';
import type { RunSource } from './run-source';
import type { IsOver } from './segment-builder';
import type { SessionRanges } from './session-ranges';

/** Topics whose names are compared with the filters at once. */
const TOPICS_STEP = 5_000;

/** What a person wants to be gone. */
export interface DeletionRequest {
  readonly selection: ChosenPart;
  /** Words for the gaps that it leaves. */
  readonly detail: string;
  /** What came later stays. */
  readonly upToId: number;
  /** How many messages that are, for the progress. */
  readonly expected: number;
}

/** A deletion that is not finished yet. */
export interface PendingDeletion {
  readonly key: number;
  readonly profileId: string;
  readonly detail: string;
  readonly expected: number;
  readonly removed: number;
  /** Share of the ids that were looked at, 0 to 1. */
  readonly done: number;
}

interface DeletionRow {
  readonly key: number;
  readonly profile: number;
  readonly profileId: string;
  readonly selection: string;
  readonly detail: string;
  readonly firstId: number;
  readonly doneId: number;
  readonly lastId: number;
  readonly expected: number;
  readonly removed: number;
}

const ROWS_SQL = `SELECT deletions.key, profile, profiles.id AS profileId, selection, detail, first_id AS firstId,
    done_id AS doneId, last_id AS lastId, expected, removed
  FROM deletions JOIN profiles ON profiles.key = profile ORDER BY deletions.key`;

/** What an earlier run left to be deleted. */
export function pendingDeletions(database: Database): readonly PendingDeletion[] {
  return database.prepare<unknown[], DeletionRow>(ROWS_SQL).all().map(pendingOf);
}

function pendingOf(row: DeletionRow): PendingDeletion {
  const { key, profileId, detail, expected, removed, firstId, doneId, lastId } = row;
  const done = Math.min(1, Math.max(0, doneId - firstId) / Math.max(1, lastId - firstId));
  return { key, profileId, detail, expected, removed, done };
}

/** A piece of work that nothing else may come between. */
export interface Piece {
  readonly profile: number;
  readonly steps: Generator<undefined, void>;
}

export interface DeleterParts {
  readonly source: RunSource;
  readonly carver: Carver;
  readonly ranges: SessionRanges;
}

/**
 * Deletes what was asked for, a batch or a segment at a time. What is left to do stands in the database: after a crash
 * it goes on where it was.
 */
export class Deleter {
  readonly #parts: DeleterParts;
  readonly #newest: NewestMessages;
  readonly #rows: Statement<DeletionRow>;
  readonly #insert: Statement;
  readonly #advance: Statement;
  readonly #finish: Statement;
  readonly #topics: Statement<{ readonly key: number; readonly name: string }>;
  readonly #batchesUpTo: Statement<number>;
  /** As they stand in the database; read anew when it is undefined. */
  #pending: readonly DeletionRow[] | undefined;
  /** The topics of the deletion under way; null for all. */
  #chosen: { readonly key: number; readonly topics: ReadonlySet<number> | null } | undefined;

  constructor(database: Database, parts: DeleterParts) {
    this.#parts = parts;
    this.#newest = new NewestMessages(database, parts.source);
    this.#rows = database.prepare(ROWS_SQL);
    this.#insert = database.prepare(
      `INSERT INTO deletions (profile, selection, detail, first_id, done_id, last_id, expected)
       VALUES (:profile, :selection, :detail, :done, :done, :last, :expected)`,
    );
    this.#advance = database.prepare(
      'UPDATE deletions SET done_id = ?, removed = removed + ? WHERE key = ?',
    );
    this.#finish = database.prepare('DELETE FROM deletions WHERE key = ?');
    this.#topics = database.prepare(
      'SELECT key, name FROM topics WHERE profile = ? AND key > ? ORDER BY key LIMIT ?',
    );
    this.#batchesUpTo = database
      .prepare<unknown[], number>(
        'SELECT count(*) FROM batches WHERE profile = ? AND first_id <= ?',
      )
      .pluck();
  }

  get pending(): readonly PendingDeletion[] {
    return this.#all().map(pendingOf);
  }

  /** Notes what is to be deleted; within the caller's transaction. */
  add(profile: number, { selection, detail, upToId, expected }: DeletionRequest): void {
    const { filters, fromUs, toUs, sessionKey } = selection;
    this.#insert.run({
      profile,
      selection: JSON.stringify({ filters, fromUs, toUs, sessionKey }),
      detail,
      done: Math.max(0, (this.#parts.source.next(profile, 0)?.firstId ?? 1) - 1),
      last: upToId,
      expected,
    });
    this.reset();
  }

  /** What is known of the database may be out of date: a transaction was undone, or a profile forgotten. */
  reset(): void {
    this.#pending = undefined;
    this.#chosen = undefined;
  }

  /** The profile whose batches have to become segments before anything is deleted of it; null when none has to. */
  get compressFirst(): number | null {
    const [row] = this.#all();
    if (row === undefined) return null;
    return (this.#batchesUpTo.get(row.profile, row.lastId) ?? 0) > 0 ? row.profile : null;
  }

  /** What is to be done next; null when nothing is left to delete. */
  next(isOver: IsOver): Piece | null {
    const [row] = this.#all();
    return row === undefined ? null : { profile: row.profile, steps: this.#steps(row, isOver) };
  }

  #all(): readonly DeletionRow[] {
    return (this.#pending ??= this.#rows.all());
  }

  *#steps(row: DeletionRow, isOver: IsOver): Generator<undefined, void> {
    const selection = JSON.parse(row.selection) as ChosenPart;
    if (this.#chosen?.key !== row.key) {
      this.#chosen = { key: row.key, topics: yield* this.#chooseTopics(row.profile, selection) };
    }
    const unit = this.#parts.source.next(row.profile, row.doneId);
    // The last unit may reach beyond what is deleted, when more came while it was compressed.
    if (unit === undefined || unit.firstId > row.lastId || row.doneId >= row.lastId) {
      yield* this.#newest.renew(row.profile, isOver);
      this.#finish.run(row.key);
      this.reset();
      return;
    }
    const sessions = this.#parts.ranges.of(row.profile);
    const ids = chosenIds(sessions, selection.sessionKey, row.lastId);
    const choice = new MessageChoice(this.#chosen.topics, ids, selection);
    const reason = { kind: 'deleted', detail: row.detail } as const;
    const removed = yield* this.#parts.carver.carve(row.profile, unit, choice, reason, isOver);
    this.#advance.run(Math.min(unit.lastId, row.lastId), removed, row.key);
    this.#pending = undefined;
  }

  *#chooseTopics(
    profile: number,
    { filters }: ChosenPart,
  ): Generator<undefined, ReadonlySet<number> | null> {
    if (filters.length === 0) return null;
    const chosen = new Set<number>();
    for (let after = 0; ;) {
      const topics = this.#topics.all(profile, after, TOPICS_STEP);
      for (const { key, name } of topics) {
        if (filters.some((filter) => topicMatches(filter, name))) chosen.add(key);
      }
      if (topics.length < TOPICS_STEP) return chosen;
      after = topics.at(-1)?.key ?? after;
      yield;
    }
  }
}
