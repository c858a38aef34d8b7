import type { Database, Statement } from './driver';
import type { Plan, Source } from './segment-builder';

/** Batches become a segment when a profile has so many of them, or they have so much. */
const MOST_BATCHES = 256;
const MOST_MESSAGES = 65_536;
const MOST_RAW_BYTES = 16 * 1024 * 1024;
/** So many small neighbours of one level become one segment, if it does not grow beyond this. */
const MERGED = 8;
const MERGED_MESSAGES = 131_072;
const MERGED_RAW_BYTES = 24 * 1024 * 1024;
/** Segments of this level are large enough. */
const LAST_LEVEL = 4;
/** A batch or a segment takes at most this part of the profile's limit: what pruning removes at once. */
const SHARE_OF_LIMIT = 16;
const LEAST_RAW_BYTES = 64 * 1024;

/** While batches come without a pause, this many times as much may wait. */
const BURST = 2;
const BURST_PAUSE_MS = 50;
/** More than this waits only when compressing does not keep pace. */
const BEHIND = 3;

interface Waiting {
  batches: number;
  messages: number;
  rawBytes: number;
}

interface SourceRow extends Source {
  readonly rawBytes: number;
  readonly level: number;
}

const COLUMNS = `key, first_id AS firstId, last_id AS lastId, first_us AS firstUs, last_us AS lastUs, messages, large,
  bytes, part_bytes AS partBytes, raw_bytes AS rawBytes`;

/** Decides what is compressed and merged, and when. */
export class SegmentPlanner {
  readonly #waitingOf: Statement<Waiting>;
  readonly #batches: Statement<SourceRow>;
  readonly #newestSegments: Statement<SourceRow>;
  readonly #settle: Statement;
  readonly #profilesWithBatches: Statement<number>;
  readonly #limits = new Map<number, number>();
  #waitingMessages = 0;
  #appendedAt = 0;
  /** Profiles in which something changed since they were looked at. */
  readonly #toLook = new Set<number>();

  constructor(database: Database) {
    this.#waitingOf = database.prepare(
      `SELECT count(*) AS batches, coalesce(sum(messages), 0) AS messages, coalesce(sum(raw_bytes), 0) AS rawBytes
       FROM batches WHERE profile = ?`,
    );
    this.#batches = database.prepare(
      `SELECT 'batch' AS kind, 0 AS level, ${COLUMNS} FROM batches WHERE profile = ? ORDER BY first_id LIMIT ?`,
    );
    this.#newestSegments = database.prepare(
      `SELECT 'segment' AS kind, level, ${COLUMNS} FROM segments WHERE profile = ? ORDER BY first_id DESC LIMIT ?`,
    );
    this.#settle = database.prepare('UPDATE segments SET level = ? WHERE key = ?');
    this.#profilesWithBatches = database
      .prepare<unknown[], number>('SELECT DISTINCT profile FROM batches')
      .pluck();
    for (const profile of this.profiles()) this.#toLook.add(profile);
  }

  limit(profile: number, maxBytes: number): void {
    this.#limits.set(profile, maxBytes);
  }

  /** Something was stored. */
  appended(profile: number): void {
    this.#appendedAt = performance.now();
    this.changed(profile);
  }

  /** Something was stored, compressed or removed. */
  changed(profile: number): void {
    this.#toLook.add(profile);
  }

  forget(profile: number): void {
    this.#limits.delete(profile);
    this.#toLook.delete(profile);
  }

  /** Profiles that have batches. */
  profiles(): number[] {
    return this.#profilesWithBatches.all();
  }

  /** Whether a profile that was looked at last had much more in batches than it should. */
  get isBehind(): boolean {
    return this.#waitingMessages > BEHIND * MOST_MESSAGES;
  }

  /** What is due; null when nothing is. */
  next(): Plan | null {
    for (const profile of this.#toLook) {
      const plan = this.#compress(profile) ?? this.#merge(profile);
      if (plan !== null) return plan;
      if (this.#waitingMessages < MOST_MESSAGES) this.#toLook.delete(profile);
    }
    return null;
  }

  /** All that a profile has in batches (within the bounds of one segment); null when there is nothing. */
  rest(profile: number): Plan | null {
    const sources = this.#oldestBatches(profile);
    return sources.length === 0 ? null : planOf(profile, sources);
  }

  #compress(profile: number): Plan | null {
    const waiting = this.#waitingOf.get(profile);
    if (waiting === undefined) return null;
    this.#waitingMessages = waiting.messages;
    // A burst (the retained messages of a large broker) is taken first, and compressed when it is over.
    const isBurst = performance.now() - this.#appendedAt < BURST_PAUSE_MS;
    const factor = isBurst ? BURST : 1;
    const isDue =
      waiting.batches >= MOST_BATCHES ||
      waiting.messages >= MOST_MESSAGES * factor ||
      waiting.rawBytes >= this.#mostRawBytes(profile) * factor;
    return isDue ? planOf(profile, this.#oldestBatches(profile)) : null;
  }

  #oldestBatches(profile: number): SourceRow[] {
    const most = this.#mostRawBytes(profile);
    const sources: SourceRow[] = [];
    let rawBytes = 0;
    let messages = 0;
    for (const row of this.#batches.all(profile, MOST_BATCHES)) {
      if (sources.length > 0 && (rawBytes >= most || messages >= MOST_MESSAGES)) break;
      sources.push(row);
      rawBytes += row.rawBytes;
      messages += row.messages;
    }
    return sources;
  }

  /** The newest segments are the ones that are small; a group that would be too large stays as it is for good. */
  #merge(profile: number): Plan | null {
    const newest = this.#newestSegments.all(profile, MERGED);
    const level = newest[0]?.level ?? LAST_LEVEL;
    if (newest.length < MERGED || level >= LAST_LEVEL) return null;
    if (newest.some((segment) => segment.level !== level)) return null;
    const messages = newest.reduce((sum, one) => sum + one.messages, 0);
    const rawBytes = newest.reduce((sum, one) => sum + one.rawBytes, 0);
    const mostRawBytes = Math.min(MERGED_RAW_BYTES, this.#mostRawBytes(profile));
    if (messages > MERGED_MESSAGES || rawBytes > mostRawBytes) {
      for (const { key } of newest) this.#settle.run(LAST_LEVEL, key);
      return null;
    }
    return { profile, sources: newest.reverse(), level: level + 1 };
  }

  #mostRawBytes(profile: number): number {
    return mostRawBytes(this.#limits.get(profile) ?? Infinity);
  }
}

/** How many bytes a batch or a segment may have (unless a single message is larger), by the profile's limit. */
export function mostRawBytes(limit: number): number {
  return Math.max(LEAST_RAW_BYTES, Math.min(MOST_RAW_BYTES, limit / SHARE_OF_LIMIT));
}

function planOf(profile: number, sources: readonly SourceRow[]): Plan {
  const messages = sources.reduce((sum, source) => sum + source.messages, 0);
  const rawBytes = sources.reduce((sum, source) => sum + source.rawBytes, 0);
  const isLarge = messages * 2 > MOST_MESSAGES || rawBytes * 2 > MOST_RAW_BYTES;
  return { profile, sources, level: isLarge ? LAST_LEVEL : 0 };
}
