import { numberOfText } from '../../../app/payload/scalar';
import { MOST_SYSTEM_TOPICS, MOST_TRAFFIC_ROWS } from '../../../app/contract-broker-schemas';

const NEW_KEPT = 1_000;
const MINUTE_SECONDS = 60;
const TREND_POINTS = 24;
/** Longer texts are no numbers. */
const NUMBER_BYTES = 32;

export interface NewTopic {
  readonly index: number;
  readonly timeUs: number;
}

export interface LargePayload {
  readonly index: number;
  readonly sizeBytes: number;
  readonly timeUs: number;
}

/**
 * What is noted of messages from the first one on, whether somebody looks or not: little, of bounded size, and a few
 * comparisons a message.
 */
export class Arrivals {
  /** Topics that were never seen before, since the program began. */
  newTopics = 0;
  readonly #newest: NewTopic[] = [];
  #nextNew = 0;
  /** New topics of each of the last 60 seconds, and which second each count is of. */
  readonly #perSecond = new Uint32Array(MINUTE_SECONDS);
  readonly #seconds = new Float64Array(MINUTE_SECONDS).fill(-1);
  /** By topic; the smallest of them is `#least`. */
  readonly #largest = new Map<number, LargePayload>();
  #least = -1;
  readonly #trends = new Map<number, number[]>();

  /** A topic had its first message ever. */
  appeared(index: number, timeUs: number): void {
    this.newTopics += 1;
    this.#newest[this.#nextNew] = { index, timeUs };
    this.#nextNew = (this.#nextNew + 1) % NEW_KEPT;
    const second = Math.floor(timeUs / 1_000_000);
    const slot = second % MINUTE_SECONDS;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#perSecond[slot] = 0;
    }
    this.#perSecond[slot] = (this.#perSecond[slot] ?? 0) + 1;
  }

  /** The size of a payload is among the largest, or not: one comparison. */
  size(index: number, sizeBytes: number, timeUs: number): void {
    if (sizeBytes <= this.#least) return;
    const known = this.#largest.get(index);
    if (known && known.sizeBytes >= sizeBytes) return;
    this.#largest.set(index, { index, sizeBytes, timeUs });
    if (this.#largest.size < MOST_TRAFFIC_ROWS) return;
    if (this.#largest.size > MOST_TRAFFIC_ROWS) this.#largest.delete(this.#smallest().index);
    this.#least = this.#smallest().sizeBytes;
  }

  /** A message below `$SYS`. */
  system(index: number, payload: Uint8Array): void {
    const number = payload.length <= NUMBER_BYTES ? leadingNumber(payload) : null;
    if (number === null) return;
    const trend = this.#trends.get(index);
    if (trend === undefined) {
      if (this.#trends.size < MOST_SYSTEM_TOPICS) this.#trends.set(index, [number]);
      return;
    }
    trend.push(number);
    if (trend.length > TREND_POINTS) trend.shift();
  }

  trendOf(index: number): readonly number[] {
    return this.#trends.get(index) ?? [];
  }

  /** The newest first. */
  newest(most: number): readonly NewTopic[] {
    const kept = this.#newest.length;
    return Array.from({ length: Math.min(most, kept) }, (_, at) => {
      const slot = (this.#nextNew - 1 - at + 2 * NEW_KEPT) % NEW_KEPT;
      return this.#newest[slot];
    }).filter((one) => one !== undefined);
  }

  newWithinMinute(nowUs: number): number {
    const now = Math.floor(nowUs / 1_000_000);
    let sum = 0;
    for (let slot = 0; slot < MINUTE_SECONDS; slot += 1) {
      const age = now - (this.#seconds[slot] ?? -1);
      if (age >= 0 && age < MINUTE_SECONDS) sum += this.#perSecond[slot] ?? 0;
    }
    return sum;
  }

  /** The largest first. */
  largest(): readonly LargePayload[] {
    return [...this.#largest.values()].sort(
      (a, b) => b.sizeBytes - a.sizeBytes || a.timeUs - b.timeUs,
    );
  }

  #smallest(): LargePayload {
    let smallest: LargePayload = { index: -1, sizeBytes: Infinity, timeUs: 0 };
    for (const one of this.#largest.values()) {
      if (one.sizeBytes < smallest.sizeBytes) smallest = one;
    }
    return smallest;
  }
}

/** `12`, and the 12 of `12 seconds`. */
function leadingNumber(payload: Uint8Array): number | null {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  return numberOfText(text.replace(/ seconds$/u, ''));
}
