import type { ListRow } from '../../../../app/contract-search';
import type { GapKind } from '../../../../app/gap';
import type { Database, Statement } from '../driver';

/** What stands between messages: a session's beginning or end, or a gap. */
export interface ListEvent {
  readonly row: ListRow;
  /** When it happened, and when it was known. */
  readonly timeUs: number;
  readonly knownUs: number;
  /** It stands before the first message with this id or a larger one; null where only its time is known. */
  readonly beforeId: number | null;
  /** Messages before this one do not follow it, whatever their time; and it does not follow those after the other one. */
  readonly firstId: number;
  readonly lastId: number;
}

interface SessionRow {
  readonly key: number;
  readonly startedUs: number;
  readonly endedUs: number | null;
  readonly firstId: number | null;
  readonly lastId: number | null;
}

interface GapRow {
  readonly key: number;
  readonly session: number;
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  readonly messages: number;
  readonly detail: string;
}

interface Version {
  readonly sessions: number;
  readonly ended: number;
  readonly begun: number;
  readonly gaps: number;
  readonly missing: number;
}

/** Reads the sessions and gaps of a profile when there are others. */
export class ListEvents {
  readonly #profile: number;
  readonly #version: Statement<Version>;
  readonly #sessions: Statement<SessionRow>;
  readonly #gaps: Statement<GapRow>;
  #known = '';
  #events: readonly ListEvent[] = [];

  constructor(database: Database, profile: number) {
    this.#profile = profile;
    const ofProfile = 'session IN (SELECT key FROM sessions WHERE profile = :profile)';
    this.#version = database.prepare(
      `SELECT count(*) AS sessions, count(ended_us) AS ended, count(first_id) AS begun,
         (SELECT count(*) FROM gaps WHERE ${ofProfile}) AS gaps,
         (SELECT total(messages) FROM gaps WHERE ${ofProfile}) AS missing
       FROM sessions WHERE profile = :profile`,
    );
    this.#sessions = database.prepare(
      `SELECT key, started_us AS startedUs, ended_us AS endedUs, first_id AS firstId, last_id AS lastId
       FROM sessions WHERE profile = ? ORDER BY key`,
    );
    this.#gaps = database.prepare(
      `SELECT key, session, kind, from_us AS fromUs, to_us AS toUs, messages, detail FROM gaps
       WHERE ${ofProfile} ORDER BY key`,
    );
  }

  /** @param oldestId the oldest message that is stored; of sessions before it only what says so is left */
  read(oldestId: number): { readonly events: readonly ListEvent[]; readonly isNew: boolean } {
    const known = JSON.stringify([this.#version.get({ profile: this.#profile }), oldestId]);
    const isNew = known !== this.#known;
    this.#known = known;
    if (isNew) this.#events = this.#read(oldestId);
    return { events: this.#events, isNew };
  }

  #read(oldestId: number): ListEvent[] {
    const sessions = new Map(this.#sessions.all(this.#profile).map((one) => [one.key, one]));
    const events: ListEvent[] = [];
    for (const session of sessions.values()) {
      if (!isGone(session, oldestId)) events.push(...borders(session));
    }
    for (const gap of this.#gaps.all({ profile: this.#profile })) {
      const session = sessions.get(gap.session);
      if (session === undefined) continue;
      if (gap.kind === 'pruned' || !isGone(session, oldestId)) events.push(gapEvent(gap, session));
    }
    return events.sort((one, other) => one.timeUs - other.timeUs);
  }
}

function isGone({ lastId }: SessionRow, oldestId: number): boolean {
  return lastId !== null && lastId < oldestId;
}

function borders({ key, startedUs, endedUs, firstId, lastId }: SessionRow): ListEvent[] {
  const bounds = { firstId: firstId ?? 0, lastId: lastId ?? Number.MAX_SAFE_INTEGER };
  const begin: ListEvent = {
    row: { kind: 'session', key, begins: true, timeUs: startedUs },
    ...{ timeUs: startedUs, knownUs: startedUs, beforeId: firstId, ...bounds },
  };
  if (endedUs === null) return [begin];
  const end: ListEvent = {
    row: { kind: 'session', key, begins: false, timeUs: endedUs },
    ...{
      timeUs: endedUs,
      knownUs: endedUs,
      beforeId: lastId === null ? null : lastId + 1,
      ...bounds,
    },
  };
  return [begin, end];
}

function gapEvent(gap: GapRow, { firstId, lastId }: SessionRow): ListEvent {
  const { key, kind, fromUs, toUs, messages, detail } = gap;
  return {
    row: { kind: 'gap', key, gap: kind, fromUs, toUs, messages, detail },
    timeUs: fromUs,
    knownUs: toUs,
    // What was removed stood before all that is left.
    beforeId: kind === 'pruned' ? 0 : null,
    firstId: firstId ?? 0,
    lastId: lastId ?? Number.MAX_SAFE_INTEGER,
  };
}
