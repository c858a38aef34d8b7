import type { Database, Statement } from './driver';
import type { GapKind, SessionGaps, SessionSummary } from './history';
import { without } from './session-ranges';

type SessionRow = Omit<SessionSummary, 'messages' | 'bytes' | 'isEstimate' | 'kept' | 'gaps'> & {
  readonly firstId: number | null;
  readonly kept: number;
};

interface GapRow {
  readonly session: number;
  readonly kind: GapKind;
  readonly count: number;
  readonly messages: number;
}

interface UnitRow {
  readonly firstId: number;
  readonly lastId: number;
  readonly bytes: number;
}

interface Share {
  bytes: number;
  isEstimate: boolean;
}

const NOTHING: Share = { bytes: 0, isEstimate: false };

/** A profile's sessions with what is left of each; within the caller's transaction. */
export class SessionQueries {
  readonly #sessions: Statement<SessionRow>;
  readonly #count: Statement<number>;
  readonly #gaps: Statement<GapRow>;
  readonly #units: Statement<UnitRow>;

  constructor(database: Database) {
    this.#sessions = database.prepare(
      `SELECT key, started_us AS startedUs, ended_us AS endedUs, last_time_us AS lastTimeUs, received, stored, refused,
         first_id AS firstId, name, note, kept
       FROM sessions WHERE profile = ? ORDER BY key DESC LIMIT ?`,
    );
    this.#count = database
      .prepare<unknown[], number>('SELECT count(*) FROM sessions WHERE profile = ?')
      .pluck();
    this.#gaps = database.prepare(
      `SELECT session, kind, count(*) AS count, sum(messages) AS messages FROM gaps
       WHERE session IN (SELECT key FROM sessions WHERE profile = ?) GROUP BY session, kind`,
    );
    const units = (table: string): string =>
      `SELECT first_id AS firstId, last_id AS lastId, bytes + part_bytes AS bytes FROM ${table} WHERE profile = :profile`;
    this.#units = database.prepare(
      `${units('segments')} UNION ALL ${units('batches')} ORDER BY firstId`,
    );
  }

  newest(
    profile: number,
    limit: number,
  ): { readonly sessions: readonly SessionSummary[]; readonly total: number } {
    const gaps = new Map<number, SessionGaps[]>();
    for (const { session, ...gap } of this.#gaps.all(profile)) {
      gaps.set(session, [...(gaps.get(session) ?? []), gap]);
    }
    const rows = this.#sessions.all(profile, limit);
    const shares = this.#shares(profile, rows);
    const sessions = rows.map(({ firstId: _firstId, kept, ...row }): SessionSummary => {
      const own = gaps.get(row.key) ?? [];
      const messages = row.stored - removedOf(own);
      // One of which nothing is left has no share of what others have between its ids.
      const share = messages > 0 ? shares.get(row.key) : undefined;
      return { ...row, ...(share ?? NOTHING), messages, kept: kept === 1, gaps: own };
    });
    return { sessions, total: this.#count.get(profile) ?? 0 };
  }

  /** Batches and segments that have messages of several sessions are shared out by ids. */
  #shares(profile: number, rows: readonly SessionRow[]): ReadonlyMap<number, Share> {
    const begun = rows.filter((row) => row.firstId !== null);
    const ranges = begun.map(({ key, firstId }) => ({ key, firstId: firstId ?? 0 }));
    ranges.sort((one, other) => one.firstId - other.firstId);
    const shares = new Map<number, Share>();
    let from = 0;
    for (const unit of this.#units.iterate({ profile })) {
      while ((ranges[from + 1]?.firstId ?? Infinity) <= unit.firstId) from++;
      for (let at = from; at < ranges.length; at++) {
        const { key, firstId } = ranges[at] ?? { key: 0, firstId: 0 };
        if (firstId > unit.lastId) break;
        const lastId = (ranges[at + 1]?.firstId ?? Infinity) - 1;
        addShare(shares, key, unit, { firstId, lastId });
      }
    }
    return shares;
  }
}

function addShare(
  shares: Map<number, Share>,
  key: number,
  { firstId, lastId, bytes }: UnitRow,
  range: { readonly firstId: number; readonly lastId: number },
): void {
  const share = shares.get(key) ?? { bytes: 0, isEstimate: false };
  shares.set(key, share);
  const outside = without({ firstId, lastId }, [range]);
  const all = lastId - firstId + 1;
  const others = outside.reduce((ids, one) => ids + one.lastId - one.firstId + 1, 0);
  share.bytes += Math.round((bytes * (all - others)) / all);
  if (others > 0) share.isEstimate = true;
}

function removedOf(gaps: readonly SessionGaps[]): number {
  let removed = 0;
  for (const { kind, messages } of gaps) {
    if (kind === 'pruned' || kind === 'deleted') removed += messages;
  }
  return removed;
}
