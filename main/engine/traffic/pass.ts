import type { TrafficKind, TrafficSort } from '../../../app/contract-broker';
import { MOST_TRAFFIC_ROWS } from '../../../app/contract-broker-schemas';
import { BRANCH, ROOT, TOPIC } from '../tree/node-state';
import type { NodeTable } from '../tree/node-table';
import { BLOCK, type Counts, type Snapshot } from './counts';
import { TopRows, type Ranked } from './top-rows';

/** A snapshot is not taken anew before this: rates are over this long, up to twice as long. */
export const SNAPSHOT_MS = 5_000;
/** Silence that is told of: so many usual intervals, and at least so long. */
const OVERDUE_INTERVALS = 4;
const OVERDUE_MS = 10_000;
/** Fewer messages than these say nothing about an interval. */
const REGULAR_MESSAGES = 4;
/** Bytes in a snapshot are their lower 32 bits: within one span there are never more. */
const WRAP = 2 ** 32;

/** What is looked for. */
export interface Ranking {
  readonly kind: TrafficKind;
  readonly sort: TrafficSort;
  /** Which level branches end at, from 1. */
  readonly level: number;
}

/** A row as it was when the pass went by. */
export interface PassRow extends Ranked {
  readonly messagesPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly bytes: number;
  readonly retained: number;
  readonly retainedBytes: number;
  readonly intervalMs: number | null;
}

export interface PassTotals {
  readonly messagesPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly bytes: number;
  readonly retained: number;
  readonly retainedBytes: number;
}

/** What the pass knows of the node that it is at. */
interface Figures {
  messageRate: number;
  byteRate: number;
  bytes: number;
  retained: number;
  retainedBytes: number;
}

/**
 * Goes once through all nodes of a tree, in slices, from the last to the first: what is below a node stands behind it, so
 * that its sums are complete when it comes. A node costs some tens of nanoseconds; only the highest are kept.
 */
export class Pass {
  readonly top = new TopRows<PassRow>(MOST_TRAFFIC_ROWS);
  readonly beganMs: number;
  #next: number;
  readonly #length: number;
  /** What rates are measured from; null while there is nothing. */
  readonly #base: Snapshot | null;
  /** Its time, also after it was taken anew. */
  readonly #baseBeganMs: number;
  readonly #baseLength: number;
  /** The snapshot that this pass takes; null for none. */
  readonly #taken: Snapshot | null;
  /** Reused for every node. */
  readonly #at: Figures = { messageRate: 0, byteRate: 0, bytes: 0, retained: 0, retainedBytes: 0 };
  readonly #all: Figures = { messageRate: 0, byteRate: 0, bytes: 0, retained: 0, retainedBytes: 0 };

  /**
   * @param sinceMs since when messages are counted
   * @param nowMs wall clock
   */
  constructor(
    private readonly table: NodeTable,
    private readonly counts: Counts,
    readonly ranking: Ranking,
    private readonly sinceMs: number,
    nowMs: number,
  ) {
    this.beganMs = nowMs;
    this.#length = table.length;
    this.#next = table.length - 1;
    counts.reserve(table.length);
    const [one, other] = counts.snapshots;
    const [older, newer] =
      (one.beganMs ?? -1) <= (other.beganMs ?? -1) ? [one, other] : [other, one];
    this.#base = older.beganMs === null ? (newer.beganMs === null ? null : newer) : older;
    this.#baseBeganMs = this.#base?.beganMs ?? nowMs;
    this.#baseLength = this.#base?.length ?? 0;
    const isDue = newer.beganMs === null || nowMs - newer.beganMs >= SNAPSHOT_MS;
    this.#taken = isDue ? older : null;
  }

  get isDone(): boolean {
    return this.#next <= ROOT;
  }

  get spanMs(): number | null {
    return this.#base === null ? null : this.beganMs - this.#baseBeganMs;
  }

  get totals(): PassTotals {
    const { messageRate, byteRate, ...rest } = this.#all;
    const isKnown = this.#base !== null;
    return {
      ...rest,
      messagesPerSecond: isKnown ? messageRate : null,
      bytesPerSecond: isKnown ? byteRate : null,
    };
  }

  /** Goes on for a while; true when it is done. */
  step(budgetMs: number, nowMs: () => number): boolean {
    const endMs = performance.now() + budgetMs;
    while (!this.isDone) {
      this.#block(nowMs());
      if (performance.now() >= endMs) break;
    }
    if (this.isDone && this.#taken !== null) {
      this.#taken.beganMs = this.beganMs;
      this.#taken.length = this.#length;
    }
    return this.isDone;
  }

  /** The nodes that share one time. */
  #block(nowMs: number): void {
    const block = Math.floor(this.#next / BLOCK);
    const first = Math.max(ROOT + 1, block * BLOCK);
    const isOld = block * BLOCK < this.#baseLength;
    const thenMs = (isOld ? this.#base?.blockTimesMs[block] : undefined) ?? this.#baseBeganMs;
    const perSecond = this.#base === null ? 0 : 1_000 / Math.max(1, nowMs - thenMs);
    for (let index = this.#next; index >= first; index -= 1) this.#node(index, perSecond, nowMs);
    if (this.#taken !== null) this.#taken.blockTimesMs[block] = nowMs;
    this.#next = first - 1;
  }

  #node(index: number, perSecond: number, nowMs: number): void {
    const isTopic = this.table.has(index, TOPIC);
    this.#read(index, perSecond, isTopic);
    const { kind, level } = this.ranking;
    if (kind === 'branches' || kind === 'retained') {
      this.#sumUp(index, kind);
      const isBranch = this.table.has(index, BRANCH) && this.table.depth(index) === level - 1;
      if (isBranch && this.table.topics(index) > 0) this.#offer(index, nowMs);
    } else if (isTopic) this.#offer(index, nowMs);
  }

  /** What is the node's own; the totals are the sums of these. */
  #read(index: number, perSecond: number, isTopic: boolean): void {
    const { counts, table } = this;
    const at = this.#at;
    const messages = counts.messages[index] ?? 0;
    const bytes = counts.bytes[index] ?? 0;
    const low = bytes % WRAP;
    at.messageRate = ((messages - (this.#base?.messages[index] ?? 0)) >>> 0) * perSecond;
    const grown = low - (this.#base?.bytes[index] ?? 0);
    at.byteRate = (grown < 0 ? grown + WRAP : grown) * perSecond;
    at.bytes = bytes;
    const isRetained = isTopic && table.isRetained(index);
    at.retained = isRetained ? 1 : 0;
    at.retainedBytes = isRetained ? table.sizeBytes(index) : 0;
    if (this.#taken !== null) {
      this.#taken.messages[index] = messages;
      this.#taken.bytes[index] = low;
    }
    const all = this.#all;
    all.messageRate += at.messageRate;
    all.byteRate += at.byteRate;
    all.bytes += at.bytes;
    all.retained += at.retained;
    all.retainedBytes += at.retainedBytes;
  }

  /** Adds what is below to what is the node's own, and hands it on to the parent. The sums are zero again afterwards. */
  #sumUp(index: number, kind: 'branches' | 'retained'): void {
    const at = this.#at;
    const [first, second, third] = this.counts.sums;
    const parent = this.table.parent(index);
    if (kind === 'branches') {
      at.messageRate += take(first, index);
      at.byteRate += take(second, index);
      at.bytes += take(third, index);
    } else {
      at.retained += take(first, index);
      at.retainedBytes += take(second, index);
    }
    if (parent === ROOT) return;
    if (kind === 'branches') {
      add(first, parent, at.messageRate);
      add(second, parent, at.byteRate);
      add(third, parent, at.bytes);
    } else {
      add(first, parent, at.retained);
      add(second, parent, at.retainedBytes);
    }
  }

  #offer(index: number, nowMs: number): void {
    const score = this.#score(index, nowMs);
    if (score === null || !this.top.wants(score, index)) return;
    const { messageRate, byteRate, bytes, retained, retainedBytes } = this.#at;
    const isKnown = this.#base !== null;
    this.top.add({
      ...{ score, index, bytes, retained, retainedBytes },
      messagesPerSecond: isKnown ? messageRate : null,
      bytesPerSecond: isKnown ? byteRate : null,
      intervalMs: this.ranking.kind === 'stopped' ? this.#intervalMs(index) : null,
    });
  }

  /** What a node is ranked by; null when it is not looked for. */
  #score(index: number, nowMs: number): number | null {
    switch (this.ranking.kind) {
      case 'topics':
      case 'branches':
        return this.#amount(index);
      case 'retained':
        return this.#at.retained > 0 ? this.#at.retained : null;
      case 'last-size':
        return this.table.sizeBytes(index);
      case 'silent':
        return -this.table.timeUs(index);
      case 'stopped':
        return this.#overdue(index, nowMs);
      default:
        // What is new, and the largest payloads, are noted as they come.
        return null;
    }
  }

  /** Null for nothing: a topic that had nothing is not among the busiest. */
  #amount(index: number): number | null {
    const { sort, kind } = this.ranking;
    const at = this.#at;
    const isTopic = kind === 'topics';
    const messages = isTopic ? this.table.ownCount(index) : this.table.count(index);
    const amounts = {
      messageRate: at.messageRate,
      byteRate: at.byteRate,
      messages,
      bytes: at.bytes,
    };
    return amounts[sort] > 0 ? amounts[sort] : null;
  }

  /** How many of its usual intervals a topic that was regular has been silent for; null when it was or is not. */
  #overdue(index: number, nowMs: number): number | null {
    const intervalMs = this.#intervalMs(index);
    if (intervalMs === null) return null;
    const silentMs = nowMs - this.table.timeUs(index) / 1_000;
    const isOverdue = silentMs > Math.max(OVERDUE_MS, OVERDUE_INTERVALS * intervalMs);
    return isOverdue ? silentMs / intervalMs : null;
  }

  #intervalMs(index: number): number | null {
    const messages = this.counts.messages[index] ?? 0;
    if (messages < REGULAR_MESSAGES) return null;
    return Math.max(1, (this.table.timeUs(index) / 1_000 - this.sinceMs) / messages);
  }
}

function take(sums: Float64Array, index: number): number {
  const sum = sums[index] ?? 0;
  sums[index] = 0;
  return sum;
}

function add(sums: Float64Array, index: number, amount: number): void {
  sums[index] = (sums[index] ?? 0) + amount;
}
