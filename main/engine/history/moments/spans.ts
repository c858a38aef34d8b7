import type { GapKind } from '../../../../app/gap';
import type { Database, Statement } from '../driver';
import type { DensityGap, DensitySession } from './moments';
import { stepAt, type TimeSteps } from './time-steps';

type GapRow = Omit<DensityGap, 'joined'>;
interface SessionRow extends DensitySession {
  /** Of its newest message. */
  readonly lastUs: number | null;
}

/** Gaps and sessions that touch a span of time. */
export class Spans {
  readonly #profile: number;
  readonly #gaps: Statement<GapRow>;
  readonly #sessions: Statement<SessionRow>;

  constructor(database: Database, profile: number) {
    this.#profile = profile;
    this.#gaps = database.prepare(
      `SELECT kind, from_us AS fromUs, to_us AS toUs, gaps.messages, detail
       FROM sessions JOIN gaps ON gaps.session = sessions.key
       WHERE profile = :profile AND to_us >= :from AND from_us < :end ORDER BY from_us, gaps.key`,
    );
    this.#sessions = database.prepare(
      `SELECT key, started_us AS startedUs, ended_us AS endedUs, last_time_us AS lastUs FROM sessions
       WHERE profile = :profile AND started_us < :end AND (ended_us IS NULL OR ended_us >= :from)
       ORDER BY started_us, key`,
    );
  }

  /** Oldest first; of one kind, those that would fall into one step are joined. */
  gaps(steps: TimeSteps): DensityGap[] {
    const joined: Joinable[] = [];
    const newest = new Map<GapKind, Joinable>();
    for (const row of this.#gaps.iterate(this.#range(steps))) {
      const last = newest.get(row.kind);
      if (last !== undefined && stepAt(steps, row.fromUs) <= stepAt(steps, last.toUs)) {
        last.toUs = Math.max(last.toUs, row.toUs);
        last.messages += row.messages;
        last.joined += 1;
        continue;
      }
      const gap = { ...row, joined: 1 };
      newest.set(row.kind, gap);
      joined.push(gap);
    }
    return joined;
  }

  /**
   * Oldest first; those that would fall into one step are joined.
   * @param isRecording whether somebody writes: a session without an end runs then, and was killed otherwise
   */
  sessions(steps: TimeSteps, isRecording: boolean): DensitySession[] {
    const joined: { key: number; startedUs: number; endedUs: number | null }[] = [];
    for (const { key, startedUs, endedUs, lastUs } of this.#sessions.iterate(this.#range(steps))) {
      const end = endedUs ?? (isRecording ? null : (lastUs ?? startedUs));
      const last = joined.at(-1);
      const isNear =
        last !== undefined && stepAt(steps, startedUs) <= stepAt(steps, last.endedUs ?? Infinity);
      if (isNear)
        last.endedUs = end === null || last.endedUs === null ? null : Math.max(end, last.endedUs);
      else joined.push({ key, startedUs, endedUs: end });
    }
    return joined;
  }

  #range({ fromUs, stepUs, length }: TimeSteps): { profile: number; from: number; end: number } {
    return { profile: this.#profile, from: fromUs, end: fromUs + stepUs * length };
  }
}

type Joinable = { -readonly [Key in keyof DensityGap]: DensityGap[Key] };
