import { LoupeError } from '../../../../app/errors';
import type { Database } from '../driver';
import { RunSource, type Run, type Unit } from '../run-source';
import type { IdRange, MessageMatcher } from './message-matcher';

/** A unit that is being looked into. */
interface Open {
  readonly unit: Unit;
  readonly runs: readonly Run[];
  /** The next run. */
  at: number;
  readonly matches: Match[];
  unreadable: number;
}

/** A message that is meant, and where it stood. */
export interface Match {
  readonly id: number;
  /** The key of its block, or minus that of its batch. */
  readonly run: number;
}

export interface ScannedUnit {
  /** In the order of the scan. */
  readonly matches: readonly Match[];
  /** Messages that the scan has come past with it. */
  readonly messages: number;
  /** Of them, those in damaged parts of the file. */
  readonly unreadable: number;
}

/**
 * Looks through a range of ids unit by unit, a few milliseconds at a time, each in a transaction of its own. When the
 * writer makes another one of the unit meanwhile, that is looked into instead, from the ids that were seen.
 */
export class UnitScan {
  readonly #database: Database;
  readonly #source: RunSource;
  readonly #profile: number;
  readonly #matcher: MessageMatcher;
  readonly #range: IdRange;
  readonly #newestFirst: boolean;
  #seen: number;
  #open: Open | null = null;

  constructor(
    database: Database,
    profile: number,
    matcher: MessageMatcher,
    range: IdRange,
    newestFirst: boolean,
  ) {
    this.#database = database;
    this.#source = new RunSource(database);
    this.#profile = profile;
    this.#matcher = matcher;
    this.#range = range;
    this.#newestFirst = newestFirst;
    this.#seen = newestFirst ? range.lastId + 1 : range.firstId - 1;
  }

  /**
   * Goes on until the time is over.
   * @returns the units that were looked through to their end, and whether all were
   */
  step(isOver: () => boolean): { readonly units: readonly ScannedUnit[]; readonly done: boolean } {
    return this.#database
      .transaction(() => {
        const units: ScannedUnit[] = [];
        // Within a transaction the unit stays what it is.
        let open = this.#reopen();
        while (open !== null) {
          this.#look(open);
          if (open.at >= open.runs.length) {
            units.push(this.#close(open));
            open = this.#reopen();
          }
          if (isOver()) break;
        }
        return { units, done: open === null };
      })
      .deferred();
  }

  /** The unit under way if it is still there; else the next one. */
  #reopen(): Open | null {
    const unit = this.#newestFirst
      ? this.#source.previous(this.#profile, this.#seen)
      : this.#source.next(this.#profile, this.#seen);
    if (unit === undefined || !this.#isInRange(unit)) return null;
    if (this.#open !== null && isSame(this.#open.unit, unit)) return this.#open;
    // New topics may have come with it.
    this.#matcher.topics.load(() => false);
    const runs = [...this.#source.runs(unit)];
    this.#open = { unit, runs, at: 0, matches: [], unreadable: 0 };
    return this.#open;
  }

  #isInRange({ firstId, lastId }: Unit): boolean {
    return this.#newestFirst ? lastId >= this.#range.firstId : firstId <= this.#range.lastId;
  }

  #look(open: Open): void {
    const run = open.runs[open.at++];
    if (run === undefined) return;
    try {
      for (const place of this.#matcher.matchesOf(run)) {
        const id = run.heads.ids[place] ?? 0;
        if (!this.#isNew(id)) continue;
        open.matches.push({ id, run: open.unit.kind === 'batch' ? -run.key : run.key });
      }
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error;
      open.unreadable += run.bounds.messages;
    } finally {
      run.forget();
    }
  }

  #close({ unit, matches, unreadable }: Open): ScannedUnit {
    const messages = this.#messagesPassed(unit);
    this.#open = null;
    this.#seen = this.#newestFirst ? unit.firstId : unit.lastId;
    matches.sort((one, other) => (this.#newestFirst ? other.id - one.id : one.id - other.id));
    return { matches, messages, unreadable };
  }

  #isNew(id: number): boolean {
    return this.#newestFirst ? id < this.#seen : id > this.#seen;
  }

  /** Without those that were looked at as a part of another unit, or are outside of the range. */
  #messagesPassed(unit: Unit): number {
    const isWhole =
      this.#isNew(unit.firstId) &&
      this.#isNew(unit.lastId) &&
      unit.firstId >= this.#range.firstId &&
      unit.lastId <= this.#range.lastId;
    if (isWhole) return unit.messages;
    const { firstId, lastId } = this.#range;
    let messages = 0;
    for (const run of this.#source.runs(unit)) {
      for (const id of idsOf(run)) {
        if (this.#isNew(id) && id >= firstId && id <= lastId) messages += 1;
      }
    }
    return messages;
  }
}

/** Of a damaged run it is not known which ones they are. */
function idsOf(run: Run): Iterable<number> {
  try {
    return run.heads.ids;
  } catch {
    return [];
  }
}

export function isSame(one: Unit, other: Unit): boolean {
  return (
    one.kind === other.kind &&
    one.key === other.key &&
    one.firstId === other.firstId &&
    one.lastId === other.lastId &&
    one.messages === other.messages
  );
}
