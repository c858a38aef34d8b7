/** What the window knows of a number, and reads off it. */
import type { SeriesFrame } from '../contract-charts';
import type { Span } from '../time/span';

/** A part of time in which values could be missing, and why. */
export interface ChartGap extends Span {
  readonly words: string;
}

/** The place of the first time that is not before `timeUs`. Times ascend. */
export function firstAt(timesUs: ArrayLike<number>, timeUs: number): number {
  let low = 0;
  let high = timesUs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesUs[middle] ?? 0) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What was known, with its end replaced by what came. */
export function withTail(known: SeriesFrame, tail: SeriesFrame): SeriesFrame {
  const { tailFromUs } = tail;
  if (tailFromUs === null) return tail;
  const points = firstAt(known.timesUs, tailFromUs);
  const buckets = firstAt(known.starts, tailFromUs);
  return {
    ...tail,
    tailFromUs: null,
    timesUs: joined(known.timesUs, points, tail.timesUs),
    values: joined(known.values, points, tail.values),
    starts: joined(known.starts, buckets, tail.starts),
    counts: joined(known.counts, buckets, tail.counts),
    sums: joined(known.sums, buckets, tail.sums),
    before: known.before,
    skipped: known.skipped + tail.skipped,
    instead: tail.instead ?? known.instead,
  };
}

function joined(known: Float64Array, kept: number, tail: Float64Array): Float64Array {
  const all = new Float64Array(kept + tail.length);
  all.set(known.subarray(0, kept));
  all.set(tail, kept);
  return all;
}

export interface TrackFigures {
  readonly count: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly average: number | null;
  /** The last value in the span, or before it. */
  readonly last: number | null;
}

/** Figures of what stands in a span, to a bucket's accuracy at both ends. */
export function figuresIn(frame: SeriesFrame, { fromUs, toUs }: Span): TrackFigures {
  let minimum = Infinity;
  let maximum = -Infinity;
  let last = valueBefore(frame, fromUs);
  const end = firstAt(frame.timesUs, toUs + 1);
  for (let at = firstAt(frame.timesUs, fromUs); at < end; at++) {
    const value = frame.values[at] ?? NaN;
    if (Number.isNaN(value)) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    last = value;
  }
  let [count, sum] = [0, 0];
  const lastBucket = firstAt(frame.starts, toUs + 1);
  const firstBucket = firstAt(frame.starts, fromUs - frame.bucketUs + 1);
  for (let at = firstBucket; at < lastBucket; at++) {
    count += frame.counts[at] ?? 0;
    sum += frame.sums[at] ?? 0;
  }
  const isThere = minimum <= maximum;
  return {
    count: isThere ? count : 0,
    minimum: isThere ? minimum : null,
    maximum: isThere ? maximum : null,
    average: isThere && count > 0 ? Math.min(maximum, Math.max(minimum, sum / count)) : null,
    last,
  };
}

function valueBefore(frame: SeriesFrame, timeUs: number): number | null {
  const at = firstAt(frame.timesUs, timeUs) - 1;
  const value = at >= 0 ? frame.values[at] : frame.before?.value;
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** What stands under the cursor. */
export interface CursorReading {
  readonly timeUs: number;
  readonly value: number;
  /** Smallest and largest of the bucket: the same where it has one value. */
  readonly low: number;
  readonly high: number;
}

/**
 * The point nearest to a moment, if it is not farther than `nearUs`; else the last one before it, which still holds.
 * Null where there is none, or a gap lies between.
 */
export function readingAt(
  frame: SeriesFrame,
  timeUs: number,
  nearUs: number,
  gaps: readonly ChartGap[],
): CursorReading | null {
  const after = firstAt(frame.timesUs, timeUs);
  const isStepped = frame.form !== 'number';
  const next = isStepped && frame.timesUs[after] !== timeUs ? null : pointOf(frame, after);
  const previous = pointOf(frame, after - 1) ?? (after === 0 ? frame.before : null);
  const isNextNearer =
    next !== null &&
    next.timeUs - timeUs <= nearUs &&
    (previous === null || next.timeUs - timeUs < timeUs - previous.timeUs);
  const found = isNextNearer ? next : previous;
  if (!found || Number.isNaN(found.value) || isParted(found.timeUs, timeUs, gaps)) return null;
  return { ...found, ...bandAt(frame, found.timeUs, found.value) };
}

function pointOf(
  frame: SeriesFrame,
  at: number,
): { readonly timeUs: number; readonly value: number } | null {
  const timeUs = frame.timesUs[at];
  return timeUs === undefined ? null : { timeUs, value: frame.values[at] ?? NaN };
}

function bandAt(
  { timesUs, values, bucketUs }: SeriesFrame,
  timeUs: number,
  value: number,
): { readonly low: number; readonly high: number } {
  const start = Math.floor(timeUs / bucketUs) * bucketUs;
  let [low, high] = [value, value];
  for (let at = firstAt(timesUs, start); (timesUs[at] ?? Infinity) < start + bucketUs; at++) {
    const other = values[at] ?? NaN;
    if (other < low) low = other;
    if (other > high) high = other;
  }
  return { low, high };
}

/** Whether a gap lies between two moments. */
export function isParted(oneUs: number, otherUs: number, gaps: readonly ChartGap[]): boolean {
  const [fromUs, toUs] = oneUs < otherUs ? [oneUs, otherUs] : [otherUs, oneUs];
  return gaps.some((gap) => gap.fromUs >= fromUs && gap.fromUs <= toUs);
}

/**
 * The lines without gaps that points make: from where to before where. `gaps` are sorted.
 * @param leavesOut whether points within a gap say nothing: a rate of 0 where nobody counted
 */
export function unbroken(
  frame: SeriesFrame,
  from: number,
  end: number,
  gaps: readonly ChartGap[],
  leavesOut = false,
): ReadonlyArray<readonly [from: number, end: number]> {
  const parts: (readonly [number, number])[] = [];
  let begun = from;
  let gap = 0;
  for (let at = from; at < end; at++) {
    const timeUs = frame.timesUs[at] ?? 0;
    const isNothing = Number.isNaN(frame.values[at]) || (leavesOut && isWithin(timeUs, gaps, gap));
    let isBroken = isNothing;
    const beforeUs = at > from ? (frame.timesUs[at - 1] ?? 0) : -Infinity;
    while (gap < gaps.length && (gaps[gap]?.fromUs ?? Infinity) < timeUs) {
      if ((gaps[gap]?.fromUs ?? 0) >= beforeUs) isBroken = true;
      gap += 1;
    }
    if (!isBroken) continue;
    if (at > begun) parts.push([begun, at]);
    begun = isNothing ? at + 1 : at;
  }
  if (end > begun) parts.push([begun, end]);
  return parts;
}

/** Whether a moment is within one of the gaps, those before `from` having been passed. */
function isWithin(timeUs: number, gaps: readonly ChartGap[], from: number): boolean {
  for (let at = Math.max(0, from - 1); at < gaps.length; at++) {
    const gap = gaps[at];
    if (!gap || gap.fromUs > timeUs) return false;
    if (timeUs < gap.toUs) return true;
  }
  return false;
}
