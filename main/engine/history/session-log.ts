import type { Database, Statement } from './driver';
import type { SessionChange } from './history';
import type { Gap } from './writer-protocol';

interface OpenSession {
  readonly key: number;
  readonly until_us: number;
}

/** Profiles, their sessions and the gaps in them. */
export class SessionLog {
  readonly #profileKeys = new Map<string, number>();
  readonly #findProfile: Statement<number>;
  readonly #findId: Statement<string>;
  readonly #insertProfile: Statement;
  readonly #describe: Statement;
  readonly #described: Statement<{ readonly id: string; readonly settings: string }>;
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #change: Statement;
  readonly #openOnes: Statement<OpenSession>;
  readonly #insertGap: Statement;
  readonly #gaps: Statement<number>;

  constructor(database: Database) {
    this.#findProfile = database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck();
    this.#findId = database
      .prepare<unknown[], string>('SELECT id FROM profiles WHERE key = ?')
      .pluck();
    this.#insertProfile = database.prepare('INSERT INTO profiles (id) VALUES (?)');
    this.#describe = database.prepare('UPDATE profiles SET settings = ? WHERE key = ?');
    this.#described = database.prepare(
      'SELECT id, settings FROM profiles WHERE settings IS NOT NULL',
    );
    this.#begin = database.prepare(
      'INSERT INTO sessions (key, profile, started_us) VALUES (?, ?, ?)',
    );
    this.#end = database.prepare(
      'UPDATE sessions SET ended_us = ? WHERE key = ? AND ended_us IS NULL',
    );
    this.#change = database.prepare(
      'UPDATE sessions SET name = coalesce(?, name), note = coalesce(?, note), kept = coalesce(?, kept) WHERE key = ?',
    );
    this.#openOnes = database.prepare(
      'SELECT key, coalesce(last_time_us, started_us) AS until_us FROM sessions WHERE ended_us IS NULL',
    );
    this.#insertGap = database.prepare(
      'INSERT INTO gaps (session, kind, from_us, to_us, messages, detail) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#gaps = database.prepare<unknown[], number>('SELECT count(*) FROM gaps').pluck();
  }

  /** The key of a profile that has a history; undefined otherwise. */
  findProfile(profileId: string): number | undefined {
    const known = this.#profileKeys.get(profileId) ?? this.#findProfile.get(profileId);
    if (known !== undefined) this.#profileKeys.set(profileId, known);
    return known;
  }

  /** The other way round. */
  idOf(profile: number): string | undefined {
    return this.#findId.get(profile);
  }

  profileKey(profileId: string): number {
    const known = this.findProfile(profileId);
    if (known !== undefined) return known;
    const key = Number(this.#insertProfile.run(profileId).lastInsertRowid);
    this.#profileKeys.set(profileId, key);
    return key;
  }

  describe(profile: number, settings: string): void {
    this.#describe.run(settings, profile);
  }

  described(): ReadonlyMap<string, string> {
    return new Map(this.#described.all().map(({ id, settings }) => [id, settings]));
  }

  profileForgotten(profileId: string): void {
    this.#profileKeys.delete(profileId);
  }

  /** The transaction that may have made a profile was undone. */
  undone(): void {
    this.#profileKeys.clear();
  }

  begin(session: number, profile: number, startedUs: number): void {
    this.#begin.run(session, profile, startedUs);
  }

  end(session: number, endedUs: number): void {
    this.#end.run(endedUs, session);
  }

  /** What is not told stays. */
  change(session: number, { name, note, kept }: SessionChange): void {
    this.#change.run(name ?? null, note ?? null, kept === undefined ? null : Number(kept), session);
  }

  recordGap(session: number, gap: Gap): void {
    this.#insertGap.run(session, gap.kind, gap.fromUs, gap.toUs, gap.messages, gap.detail);
  }

  gaps(): number {
    return this.#gaps.get() ?? 0;
  }

  /**
   * Ends the sessions that a crash or a power cut left open at their last stored message. What came after it is
   * unknown: a gap until now.
   */
  closeLeftOpen(nowUs: number): void {
    for (const { key, until_us: fromUs } of this.#openOnes.all()) {
      this.end(key, fromUs);
      this.recordGap(key, {
        kind: 'lost',
        fromUs,
        toUs: Math.max(fromUs, nowUs),
        messages: 0,
        detail:
          'The program ended unexpectedly: what arrived after the last stored message is not known.',
      });
    }
  }
}
