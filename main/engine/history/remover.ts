import type { Database, Statement } from './driver';
import { HEAD_BYTES } from './layout';
import { topicsOf } from './run';
import { RunSource, type Unit } from './run-source';

interface StoredUnit {
  readonly bytes: number;
  readonly partBytes: number;
}

interface SessionRange {
  readonly key: number;
  readonly firstId: number;
}

/** Removes the past, oldest first: a batch or a segment at a time, within the caller's transaction. */
export class Remover {
  readonly #source: RunSource;
  readonly #sizes: ReadonlyMap<Unit['kind'], Statement<StoredUnit>>;
  readonly #sessions: Statement<SessionRange>;
  readonly #countRemoved: Statement;
  readonly #deleteParts: Statement;
  readonly #deleteBatch: Statement;
  readonly #deleteBlocks: Statement;
  readonly #deleteSegment: Statement;
  readonly #forgetHeads: Statement;
  readonly #oldestUs: Statement<number | null>;
  readonly #forgetMinutes: Statement;
  readonly #updateProfile: Statement;
  readonly #extendGap: Statement;
  readonly #insertGap: Statement;
  readonly #forgetTopics: Statement;
  readonly #forgetRest: readonly Statement[];

  constructor(database: Database) {
    this.#source = new RunSource(database);
    const sizes = (table: string): Statement<StoredUnit> =>
      database.prepare(`SELECT bytes, part_bytes AS partBytes FROM ${table} WHERE key = ?`);
    this.#sizes = new Map([
      ['batch', sizes('batches')],
      ['segment', sizes('segments')],
    ]);
    this.#sessions = database.prepare(
      `SELECT key, first_id AS firstId FROM sessions
       WHERE profile = ? AND first_id <= ? AND last_id >= ? ORDER BY first_id`,
    );
    this.#countRemoved = database.prepare(
      `UPDATE topics SET count = count + ?, last_id = ?, last_time_us = ?, last_flags = ?, last_size = ?,
         last_head = NULL WHERE key = ? AND last_id < ?`,
    );
    this.#deleteParts = database.prepare('DELETE FROM message_parts WHERE message = ?');
    this.#deleteBatch = database.prepare('DELETE FROM batches WHERE key = ?');
    this.#deleteBlocks = database.prepare('DELETE FROM blocks WHERE segment = ?');
    this.#deleteSegment = database.prepare('DELETE FROM segments WHERE key = ?');
    this.#forgetHeads = database.prepare(
      'UPDATE topics SET last_head = NULL WHERE profile = ? AND last_id <= ? AND last_head IS NOT NULL',
    );
    // Not that of the next one: the clock can have been set back later.
    this.#oldestUs = database
      .prepare<unknown[], number | null>(
        `SELECT min(us) FROM (SELECT min(first_us) AS us FROM batches WHERE profile = :profile
           UNION ALL SELECT min(first_us) FROM segments WHERE profile = :profile)`,
      )
      .pluck();
    this.#forgetMinutes = database.prepare('DELETE FROM minutes WHERE profile = ? AND minute < ?');
    this.#updateProfile = database.prepare(
      'UPDATE profiles SET pruned = pruned + ?, bytes = bytes - ? WHERE key = ?',
    );
    this.#extendGap = database.prepare(
      `UPDATE gaps SET to_us = max(to_us, ?), messages = messages + ? WHERE session = ? AND kind = 'pruned'`,
    );
    this.#insertGap = database.prepare(
      `INSERT INTO gaps (session, kind, from_us, to_us, messages, detail) VALUES (?, 'pruned', ?, ?, ?, ?)`,
    );
    this.#forgetTopics = database.prepare(
      'DELETE FROM topics WHERE key IN (SELECT key FROM topics WHERE profile = ? LIMIT ?)',
    );
    this.#forgetRest = [
      database.prepare(
        'DELETE FROM gaps WHERE session IN (SELECT key FROM sessions WHERE profile = ?)',
      ),
      database.prepare('DELETE FROM sessions WHERE profile = ?'),
      database.prepare('DELETE FROM deletions WHERE profile = ?'),
      database.prepare('DELETE FROM minutes WHERE profile = ?'),
      database.prepare('DELETE FROM profiles WHERE key = ?'),
    ];
  }

  /** Removes the profile's oldest batch or segment and notes it; false when it has none. */
  removeOldest(profile: number): boolean {
    const unit = this.#source.next(profile, 0);
    if (unit === undefined) return false;
    this.#noteGaps(profile, unit);
    this.drop(profile, unit);
    this.#forgetHeads.run(profile, unit.lastId);
    const oldestUs = this.#oldestUs.get({ profile }) ?? unit.lastUs;
    this.#forgetMinutes.run(profile, Math.floor(oldestUs / 60_000_000));
    return true;
  }

  /** Removes a piece of what is left of a profile; true when all is gone. */
  forgetSome(profile: number, topics: number): boolean {
    const unit = this.#source.next(profile, 0);
    if (unit !== undefined) {
      this.drop(profile, unit);
      return false;
    }
    if (this.#forgetTopics.run(profile, topics).changes > 0) return false;
    for (const statement of this.#forgetRest) statement.run(profile);
    return true;
  }

  /** Removes a batch or a segment as it is, and counts its messages as removed. */
  drop(profile: number, unit: Unit): void {
    const { bytes, partBytes } = this.#sizes.get(unit.kind)?.get(unit.key) ?? {
      bytes: 0,
      partBytes: 0,
    };
    if (unit.large > 0) this.#removeParts(unit);
    if (unit.kind === 'batch') {
      this.#countInTopics(unit);
      this.#deleteBatch.run(unit.key);
    } else {
      this.#deleteBlocks.run(unit.key);
      this.#deleteSegment.run(unit.key);
    }
    this.#updateProfile.run(unit.messages, bytes + partBytes, profile);
  }

  /** A topic's row counts what was ever stored; messages come there with their segment, or when they go before that. */
  #countInTopics(unit: Unit): void {
    for (const run of this.#source.runs(unit)) {
      const { heads } = run;
      let to = 0;
      for (const { topic, count } of topicsOf(run.topics)) {
        to += count;
        const last = to - 1;
        const id = heads.ids[last];
        const { timesUs, flags, sizes } = heads;
        this.#countRemoved.run(count, id, timesUs[last], flags[last], sizes[last], topic, id);
      }
    }
  }

  #removeParts(unit: Unit): void {
    for (const run of this.#source.runs(unit)) {
      if (run.bounds.large === 0) continue;
      const { sizes, ids, length } = run.heads;
      for (let at = 0; at < length; at++) {
        if ((sizes[at] ?? 0) > HEAD_BYTES) this.#deleteParts.run(ids[at]);
      }
    }
  }

  /** A gap for each session whose messages are removed. */
  #noteGaps(profile: number, unit: Unit): void {
    const sessions = this.#sessions.all(profile, unit.lastId, unit.firstId);
    const [only] = sessions;
    if (sessions.length === 1 && only) {
      this.#noteGap(only.key, unit.firstUs, unit.lastUs, unit.messages);
      return;
    }
    const removed = sessions.map(() => ({ messages: 0, fromUs: Infinity, toUs: -Infinity }));
    for (const run of this.#source.runs(unit)) {
      const { ids, timesUs, length } = run.heads;
      for (let at = 0; at < length; at++) {
        const id = ids[at] ?? 0;
        const own = removed[sessions.findLastIndex(({ firstId }) => firstId <= id)];
        if (own === undefined) continue;
        own.messages += 1;
        own.fromUs = Math.min(own.fromUs, timesUs[at] ?? 0);
        own.toUs = Math.max(own.toUs, timesUs[at] ?? 0);
      }
    }
    for (const [index, { messages, fromUs, toUs }] of removed.entries()) {
      const session = sessions[index];
      if (session && messages > 0) this.#noteGap(session.key, fromUs, toUs, messages);
    }
  }

  #noteGap(session: number, fromUs: number, toUs: number, messages: number): void {
    if (this.#extendGap.run(toUs, messages, session).changes > 0) return;
    const detail = 'Older messages were removed to stay within the limit of the history.';
    this.#insertGap.run(session, fromUs, toUs, messages, detail);
  }
}
