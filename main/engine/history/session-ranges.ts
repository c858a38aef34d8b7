import type { Database, Statement } from './driver';

/** Which ids belong to a session: those from `firstId` to `lastId`, both included. */
export interface SessionRange {
  readonly key: number;
  readonly firstId: number;
  readonly lastId: number;
  /** Exempt from limits. */
  readonly kept: boolean;
}

export interface IdRange {
  readonly firstId: number;
  readonly lastId: number;
}

interface SessionRow {
  readonly key: number;
  readonly firstId: number;
  readonly kept: number;
}

/** A profile's sessions as ranges of ids: a message belongs to the one with the largest first id that is not above its own. */
export class SessionRanges {
  readonly #sessions: Statement<SessionRow>;

  constructor(database: Database) {
    this.#sessions = database.prepare(
      `SELECT key, first_id AS firstId, kept FROM sessions
       WHERE profile = ? AND first_id IS NOT NULL ORDER BY first_id`,
    );
  }

  /** In the order of ids; the newest one is open. */
  of(profile: number): SessionRange[] {
    const rows = this.#sessions.all(profile);
    return rows.map(({ key, firstId, kept }, index) => ({
      key,
      firstId,
      lastId: (rows[index + 1]?.firstId ?? Number.MAX_SAFE_INTEGER) - 1,
      kept: kept === 1,
    }));
  }
}

/** What is left of a range without others, which are in the order of ids and do not overlap. */
export function without(range: IdRange, others: readonly IdRange[]): IdRange[] {
  const left: IdRange[] = [];
  let { firstId } = range;
  for (const other of others) {
    if (other.lastId < firstId) continue;
    if (other.firstId > range.lastId) break;
    if (other.firstId > firstId) left.push({ firstId, lastId: other.firstId - 1 });
    firstId = other.lastId + 1;
  }
  if (firstId <= range.lastId) left.push({ firstId, lastId: range.lastId });
  return left;
}
