import type { Carver, CarveReason } from './carver';
import type { Piece } from './deleter';
import type { Database, Statement } from './driver';
import { MessageChoice } from './message-choice';
import type { Remover } from './remover';
import type { RunSource, Unit } from './run-source';
import type { IsOver } from './segment-builder';
import { without, type IdRange, type SessionRange, type SessionRanges } from './session-ranges';

/** What a profile's history may take. */
export interface Limits {
  readonly maxBytes: number;
  /** Null for no limit of age. */
  readonly maxAgeMs: number | null;
}

/** A profile that takes so many times its limit is pruned a second time with each batch. */
const FAR_OVER = 1.125;
/** Whether messages became too old is looked at so often, ms. */
const AGE_LOOK_MS = 10_000;
/** Of a segment that is partly too old the rest is written anew when it is so much older than the limit, and not each minute. */
const AGE_SHARE = 1 / 64;

const UNTIL_SIZE: CarveReason = {
  kind: 'pruned',
  detail: 'Older messages were removed to stay within the limit of the history.',
};

export interface PrunerParts {
  readonly source: RunSource;
  readonly remover: Remover;
  readonly carver: Carver;
  readonly ranges: SessionRanges;
  /** Makes a segment of a profile's oldest batches. */
  readonly compress: (profile: number) => Piece | null;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

/** Removes the oldest messages of profiles that are over a limit; sessions that are kept stay and are not counted. */
export class Pruner {
  readonly #parts: PrunerParts;
  readonly #bytes: Statement<number>;
  readonly #sizes: Statement<IdRange & { readonly bytes: number }>;
  readonly #tooOld: Statement<{ readonly firstId: number }>;
  readonly #olderBatches: Statement<number>;
  readonly #limits = new Map<number, Limits>();
  /** Profiles that may be over a limit. */
  readonly #due = new Set<number>();
  /** Profiles of which it is known that no session is kept: most. */
  readonly #keepsNone = new Set<number>();
  readonly #ageLookedAt = new Map<number, number>();
  /** What profiles took when their oldest messages were removed last, and more was left to remove. */
  readonly #leftBytes = new Map<number, number>();
  /** First ids of units of which nothing may go, and of those of which nothing is too old yet. */
  readonly #settled = new Map<number, Set<number>>();
  readonly #young = new Map<number, Set<number>>();
  #isFarOver = false;

  constructor(database: Database, parts: PrunerParts) {
    this.#parts = parts;
    this.#bytes = database
      .prepare<unknown[], number>('SELECT bytes FROM profiles WHERE key = ?')
      .pluck();
    const sizes = (table: string): string =>
      `SELECT first_id AS firstId, last_id AS lastId, bytes + part_bytes AS bytes FROM ${table} WHERE profile = :profile`;
    this.#sizes = database.prepare(`${sizes('segments')} UNION ALL ${sizes('batches')}`);
    this.#olderBatches = database
      .prepare<unknown[], number>('SELECT count(*) FROM batches WHERE profile = ? AND first_id < ?')
      .pluck();
    const old = (table: string): string =>
      `SELECT first_id AS firstId FROM ${table} WHERE profile = :profile AND (last_us < :until OR first_us < :longUntil)`;
    this.#tooOld = database.prepare(
      `${old('segments')} UNION ALL ${old('batches')} ORDER BY firstId`,
    );
  }

  /** Whether the profile that was pruned last is still much larger than it may be. */
  get isFarOver(): boolean {
    return this.#isFarOver;
  }

  /** Whether a profile is much larger than it may be, and larger than after it was pruned last. */
  get isOutrun(): boolean {
    for (const profile of this.#due) {
      const most = (this.#limits.get(profile)?.maxBytes ?? Infinity) * FAR_OVER;
      const left = this.#leftBytes.get(profile) ?? 0;
      if (this.#keepsNone.has(profile) && this.#bytesOf(profile) > Math.max(most, left))
        return true;
    }
    return false;
  }

  limit(profile: number, limits: Limits): void {
    const known = this.#limits.get(profile);
    if (known?.maxAgeMs !== limits.maxAgeMs) this.#ageLookedAt.delete(profile);
    if (known?.maxBytes !== limits.maxBytes) this.#leftBytes.delete(profile);
    this.#limits.set(profile, limits);
  }

  /** Something was stored, or time has passed. */
  look(profile: number): void {
    if (this.#limits.has(profile)) this.#due.add(profile);
  }

  lookAtAll(): void {
    for (const profile of this.#limits.keys()) this.#due.add(profile);
  }

  /** Other sessions are kept than before. */
  sessionsChanged(profile: number): void {
    this.#keepsNone.delete(profile);
    this.#settled.delete(profile);
    this.#young.delete(profile);
    this.look(profile);
  }

  forget(profile: number): void {
    this.#limits.delete(profile);
    this.#due.delete(profile);
    this.#ageLookedAt.delete(profile);
    this.#leftBytes.delete(profile);
    this.#keepsNone.delete(profile);
    this.#settled.delete(profile);
    this.#young.delete(profile);
  }

  /** What is to be removed next; null when all profiles are within their limits. */
  next(isOver: IsOver): Piece | null {
    this.#isFarOver = false;
    for (const profile of this.#due) {
      const steps = this.#tooLarge(profile, isOver) ?? this.#tooOldOf(profile, isOver);
      if (steps !== null) return { profile, steps };
      this.#due.delete(profile);
    }
    return null;
  }

  #tooLarge(profile: number, isOver: IsOver): Generator<undefined, void> | null {
    const limit = this.#limits.get(profile)?.maxBytes ?? Infinity;
    if (!this.#isOver(profile, limit)) return null;
    if (this.#keptOf(profile).length === 0) return this.#removeOldest(profile, limit, isOver);
    for (const unit of this.#parts.source.unitsAfter(profile, 0)) {
      if (has(this.#settled, profile, unit)) continue;
      return this.#remove(profile, unit, this.#settled, null, UNTIL_SIZE, isOver);
    }
    return null;
  }

  /** As many as a slice has time for, and at least what came since the last one: it never falls behind. */
  // eslint-disable-next-line require-yield -- one step, as a piece of work is
  *#removeOldest(profile: number, limit: number, isOver: IsOver): Generator<undefined, void> {
    const before = this.#leftBytes.get(profile) ?? Infinity;
    while (this.#isOver(profile, limit) && this.#parts.remover.removeOldest(profile)) {
      if (isOver() && this.#bytesOf(profile) <= before) break;
    }
    if (this.#isOver(profile, limit)) this.#leftBytes.set(profile, this.#bytesOf(profile));
    else this.#leftBytes.delete(profile);
    this.#isFarOver = this.#isOver(profile, limit * FAR_OVER);
  }

  #tooOldOf(profile: number, isOver: IsOver): Generator<undefined, void> | null {
    const maxAgeMs = this.#limits.get(profile)?.maxAgeMs ?? null;
    const nowMs = this.#parts.now();
    if (maxAgeMs === null || nowMs - (this.#ageLookedAt.get(profile) ?? 0) < AGE_LOOK_MS)
      return null;
    const untilUs = (nowMs - maxAgeMs) * 1_000;
    const bounds = { until: untilUs, longUntil: untilUs - maxAgeMs * 1_000 * AGE_SHARE };
    for (const { firstId } of this.#tooOld.all({ profile, ...bounds })) {
      const unit = this.#parts.source.next(profile, firstId - 1);
      if (unit === undefined || has(this.#young, profile, unit)) continue;
      return this.#remove(profile, unit, this.#young, untilUs - 1, ageReason(maxAgeMs), isOver);
    }
    this.#young.delete(profile);
    this.#ageLookedAt.set(profile, nowMs);
    return null;
  }

  /** Topics count messages in the order of ids: a batch goes before older ones only when those are segments. */
  #remove(
    profile: number,
    unit: Unit,
    ...how: [Map<number, Set<number>>, number | null, CarveReason, IsOver]
  ): Generator<undefined, void> | null {
    const isAfterOthers =
      unit.kind === 'batch' && (this.#olderBatches.get(profile, unit.firstId) ?? 0) > 0;
    if (isAfterOthers) return this.#parts.compress(profile)?.steps ?? null;
    return this.#carve(profile, unit, ...how);
  }

  *#carve(
    profile: number,
    unit: Unit,
    stays: Map<number, Set<number>>,
    toUs: number | null,
    reason: CarveReason,
    isOver: IsOver,
  ): Generator<undefined, void> {
    const free = without({ firstId: 0, lastId: Number.MAX_SAFE_INTEGER }, this.#keptOf(profile));
    const choice = new MessageChoice(null, free, { fromUs: null, toUs });
    const removed = yield* this.#parts.carver.carve(profile, unit, choice, reason, isOver);
    if (removed > 0) return;
    const ofProfile = stays.get(profile) ?? new Set<number>();
    stays.set(profile, ofProfile.add(unit.firstId));
  }

  #isOver(profile: number, limit: number): boolean {
    const bytes = this.#bytesOf(profile);
    return bytes > limit && bytes - this.#keptBytes(profile) > limit;
  }

  #bytesOf(profile: number): number {
    return this.#bytes.get(profile) ?? 0;
  }

  /** A unit that is kept in part counts by its share of ids. */
  #keptBytes(profile: number): number {
    const kept = this.#keptOf(profile);
    if (kept.length === 0) return 0;
    let sum = 0;
    for (const { firstId, lastId, bytes } of this.#sizes.all({ profile })) {
      const free = without({ firstId, lastId }, kept);
      const freeIds = free.reduce((ids, range) => ids + range.lastId - range.firstId + 1, 0);
      sum += bytes * (1 - freeIds / (lastId - firstId + 1));
    }
    return sum;
  }

  #keptOf(profile: number): readonly SessionRange[] {
    if (this.#keepsNone.has(profile)) return [];
    const kept = this.#parts.ranges.of(profile).filter((session) => session.kept);
    if (kept.length === 0) this.#keepsNone.add(profile);
    return kept;
  }
}

function has(units: ReadonlyMap<number, Set<number>>, profile: number, unit: Unit): boolean {
  return units.get(profile)?.has(unit.firstId) ?? false;
}

function ageReason(maxAgeMs: number): CarveReason {
  const days = Math.round(maxAgeMs / 8_640_000) / 10;
  return {
    kind: 'pruned',
    detail: `Messages older than ${String(days)} ${days === 1 ? 'day' : 'days'} were removed, as the connection's settings ask.`,
  };
}
