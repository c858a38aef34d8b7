/** Thins out points to buckets of equal time, without losing a spike. */

/** What is left of points; see `SeriesFrame`. */
export interface Thinned {
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
  readonly starts: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
}

/** Steps between powers of ten, so that a bucket is never much more than was asked for. */
const LADDER = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10];

/** The shortest usual length of a bucket that is not below `leastUs`: spans that look alike share their buckets. */
export function bucketLength(leastUs: number): number {
  if (leastUs <= 1) return 1;
  const decade = 10 ** Math.floor(Math.log10(leastUs));
  const step = LADDER.find((one) => Math.round(one * decade) >= leastUs) ?? 10;
  return Math.round(step * decade);
}

/**
 * Gathers points of a span in any order. Of each bucket the first, the smallest, the largest and the last stay; of points
 * with the same time, the one that was added last counts as the later one.
 */
export class Buckets {
  readonly #firstBucket: number;
  readonly #bucketUs: number;
  readonly #fromUs: number;
  readonly #toUs: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  /** Of each bucket: time and value of the first, the smallest, the largest and the last. */
  readonly #firsts: Float64Array;
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  readonly #lasts: Float64Array;
  /** When a message of the bucket last said that there is no value. */
  readonly #nothings: Float64Array;

  /** Both ends belong to the span. */
  constructor(fromUs: number, toUs: number, bucketUs: number) {
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    this.#bucketUs = bucketUs;
    this.#firstBucket = Math.floor(fromUs / bucketUs);
    const length = Math.max(0, Math.floor(toUs / bucketUs) - this.#firstBucket + 1);
    this.#counts = new Float64Array(length);
    this.#sums = new Float64Array(length);
    this.#firsts = new Float64Array(2 * length);
    this.#lows = new Float64Array(2 * length);
    this.#highs = new Float64Array(2 * length);
    this.#lasts = new Float64Array(2 * length);
    this.#nothings = new Float64Array(length).fill(NaN);
  }

  /** Adds one; `NaN` says that there is no value. What is outside of the span is left out. */
  add(timeUs: number, value: number): void {
    if (timeUs < this.#fromUs || timeUs > this.#toUs) return;
    const at = Math.floor(timeUs / this.#bucketUs) - this.#firstBucket;
    if (Number.isNaN(value)) {
      const before = this.#nothings[at] ?? NaN;
      this.#nothings[at] = Number.isNaN(before) ? timeUs : Math.max(before, timeUs);
      return;
    }
    const count = this.#counts[at] ?? 0;
    this.#counts[at] = count + 1;
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
    const [time, place] = [2 * at, 2 * at + 1];
    if (count === 0 || timeUs < (this.#firsts[time] ?? 0)) put(this.#firsts, time, timeUs, value);
    if (count === 0 || timeUs >= (this.#lasts[time] ?? 0)) put(this.#lasts, time, timeUs, value);
    if (count === 0 || value < (this.#lows[place] ?? 0)) put(this.#lows, time, timeUs, value);
    if (count === 0 || value > (this.#highs[place] ?? 0)) put(this.#highs, time, timeUs, value);
  }

  result(): Thinned {
    const places: number[] = [];
    for (let at = 0; at < this.#counts.length; at++) {
      if ((this.#counts[at] ?? 0) > 0 || !Number.isNaN(this.#nothings[at])) places.push(at);
    }
    const timesUs: number[] = [];
    const values: number[] = [];
    for (const at of places) this.#pushPoints(at, timesUs, values);
    const filled = places.filter((at) => (this.#counts[at] ?? 0) > 0);
    return {
      timesUs: Float64Array.from(timesUs),
      values: Float64Array.from(values),
      starts: Float64Array.from(filled, (at) => (this.#firstBucket + at) * this.#bucketUs),
      counts: Float64Array.from(filled, (at) => this.#counts[at] ?? 0),
      sums: Float64Array.from(filled, (at) => this.#sums[at] ?? 0),
    };
  }

  /** In the order of time, each one once. */
  #pushPoints(at: number, timesUs: number[], values: number[]): void {
    const nothing = this.#nothings[at] ?? NaN;
    if ((this.#counts[at] ?? 0) > 0) {
      const [low, high] = [this.#lows, this.#highs];
      const isLowFirst = (low[2 * at] ?? 0) <= (high[2 * at] ?? 0);
      const points = [this.#firsts, ...(isLowFirst ? [low, high] : [high, low]), this.#lasts];
      for (const point of points) {
        const [timeUs, value] = [point[2 * at] ?? 0, point[2 * at + 1] ?? 0];
        if (points[0] !== point && timesUs.at(-1) === timeUs && values.at(-1) === value) continue;
        timesUs.push(timeUs);
        values.push(value);
      }
    }
    // Where the bucket ends without a value, the line ends, too.
    if (!Number.isNaN(nothing) && !(nothing < (this.#lasts[2 * at] ?? 0))) {
      timesUs.push(nothing);
      values.push(NaN);
    }
  }
}

function put(column: Float64Array, at: number, timeUs: number, value: number): void {
  column[at] = timeUs;
  column[at + 1] = value;
}
