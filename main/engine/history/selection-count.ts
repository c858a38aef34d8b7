import { topicMatches } from '../../../app/topic';
import type { Selection } from '../../../app/selection';
import { openMessagesForReading } from './database';
import type { Database } from './driver';
import { chosenIds, MessageChoice } from './message-choice';
import { RunSource, type Unit } from './run-source';
import { SessionRanges } from './session-ranges';
import { openArchive } from './sqlite-archive';

const PAUSE_MESSAGES = 5_000;

/** How many messages a selection means. */
export interface CountedSelection {
  readonly messages: number;
  /** Of kept sessions, which are left out unless the selection names one. */
  readonly keptMessages: number;
  /** The newest message there was; 0 for none. */
  readonly upToId: number;
}

/**
 * Counts what a selection means; calls back now and then, so that it can be cancelled and somebody can be told.
 * @throws LoupeError as `openArchive`
 */
export async function countSelected(
  file: string,
  selection: Selection,
  pause: () => Promise<void>,
): Promise<CountedSelection> {
  if (selection.matching !== undefined) return await countFound(file, selection, pause);
  const database = openMessagesForReading(file);
  try {
    return await new SelectionCounter(database).count(selection, pause);
  } finally {
    database.close();
  }
}

/** A search is not deleted, so that it counts what is kept like all else. */
async function countFound(
  file: string,
  { sessionKey, ...query }: Selection,
  pause: () => Promise<void>,
): Promise<CountedSelection> {
  const archive = openArchive(file);
  const sum = { messages: 0, keptMessages: 0, upToId: 0 };
  try {
    const found = archive.messages({
      ...query,
      ...{ text: null, limit: Infinity, newestFirst: false },
      accepts: sessionKey === null ? null : ({ session }) => session === sessionKey,
    });
    for (const { id } of found) {
      sum.messages += 1;
      sum.upToId = id;
      if (sum.messages % PAUSE_MESSAGES === 0) await pause();
    }
    return sum;
  } finally {
    archive.close();
  }
}

class SelectionCounter {
  readonly #database: Database;
  readonly #source: RunSource;

  constructor(database: Database) {
    this.#database = database;
    this.#source = new RunSource(database);
  }

  async count(selection: Selection, pause: () => Promise<void>): Promise<CountedSelection> {
    const profile = this.#database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck()
      .get(selection.profileId);
    if (profile === undefined) return { messages: 0, keptMessages: 0, upToId: 0 };
    const upToId = this.#source.previous(profile, Number.MAX_SAFE_INTEGER)?.lastId ?? 0;
    const sessions = new SessionRanges(this.#database).of(profile);
    const topics = this.#topicsOf(profile, selection.filters);
    const chosen = new MessageChoice(
      topics,
      chosenIds(sessions, selection.sessionKey, upToId),
      selection,
    );
    const keptIds = selection.sessionKey === null ? sessions.filter(({ kept }) => kept) : [];
    const kept = new MessageChoice(topics, keptIds, selection);
    const sum = { messages: 0, keptMessages: 0 };
    // Between two units others may become one: the walk goes on by the ids it has seen.
    for (let seen = 0; seen < upToId;) {
      const unit = this.#atOnce(() => {
        const next = this.#source.next(profile, seen);
        if (next !== undefined && next.firstId <= upToId) {
          sum.messages += this.#countIn(next, chosen, seen);
          if (keptIds.length > 0) sum.keptMessages += this.#countIn(next, kept, seen);
        }
        return next;
      });
      if (unit === undefined) break;
      seen = unit.lastId;
      await pause();
    }
    return { ...sum, upToId };
  }

  /** A unit that was merged with one that was counted already is counted message by message. */
  #countIn(unit: Unit, choice: MessageChoice, seen: number): number {
    if (choice.covers(unit) === 'none') return 0;
    let count = 0;
    for (const run of this.#source.runs(unit)) {
      if (unit.firstId > seen) count += choice.countIn(run);
      else {
        choice.forEachIn(run, (at) => {
          if ((run.heads.ids[at] ?? 0) > seen) count += 1;
        });
      }
    }
    return count;
  }

  #topicsOf(profile: number, filters: readonly string[]): ReadonlySet<number> | null {
    if (filters.length === 0) return null;
    const chosen = new Set<number>();
    const rows = this.#database.prepare<unknown[], { key: number; name: string }>(
      'SELECT key, name FROM topics WHERE profile = ?',
    );
    for (const { key, name } of rows.iterate(profile)) {
      if (filters.some((filter) => topicMatches(filter, name))) chosen.add(key);
    }
    return chosen;
  }

  #atOnce<Result>(read: () => Result): Result {
    return this.#database.transaction(read).deferred();
  }
}
