import { describe, expect, test } from 'vitest';
import { figuresIn, readingAt, unbroken, withTail, type ChartGap } from '../../../app/chart/track';
import type { SeriesFrame } from '../../../app/contract-charts';

/** A number's points, each in a bucket of its own unless told. */
function frameOf(
  points: readonly (readonly [timeUs: number, value: number])[],
  more: Partial<SeriesFrame> = {},
): SeriesFrame {
  const times = Float64Array.from(points, ([timeUs]) => timeUs);
  return {
    ...{ form: 'number', words: [], fromUs: 0, toUs: 1_000, bucketUs: 1, tailFromUs: null },
    timesUs: times,
    values: Float64Array.from(points, ([, value]) => value),
    starts: times,
    counts: Float64Array.from(points, () => 1),
    sums: Float64Array.from(points, ([, value]) => value),
    ...{ before: null, after: null, skipped: 0, instead: null, loading: null },
    ...more,
  };
}

const gap = (fromUs: number, toUs: number): ChartGap => ({ fromUs, toUs, words: 'away' });

describe('the end of a live line', () => {
  test('replaces what was known from there on', () => {
    const known = frameOf(
      [
        [1, 1],
        [5, 5],
        [9, 9],
      ],
      { skipped: 2, before: { timeUs: 0, value: 7 } },
    );
    const tail = frameOf(
      [
        [8, 80],
        [12, 12],
      ],
      { tailFromUs: 8, skipped: 1 },
    );
    const whole = withTail(known, tail);
    expect([...whole.timesUs]).toEqual([1, 5, 8, 12]);
    expect([...whole.sums]).toEqual([1, 5, 80, 12]);
    expect([whole.skipped, whole.before?.value, whole.tailFromUs]).toEqual([3, 7, null]);
  });
});

describe('figures', () => {
  test('are those of the span in view', () => {
    const frame = frameOf([
      [1, 100],
      [10, 2],
      [20, 4],
      [30, 9],
      [40, -50],
    ]);
    expect(figuresIn(frame, { fromUs: 10, toUs: 30 })).toEqual({
      ...{ count: 3, minimum: 2, maximum: 9, average: 5, last: 9 },
    });
  });

  test('tell the value that still holds where nothing came', () => {
    const frame = frameOf([[1, 3]]);
    expect(figuresIn(frame, { fromUs: 10, toUs: 30 })).toMatchObject({ count: 0, last: 3 });
    expect(figuresIn(frameOf([]), { fromUs: 10, toUs: 30 })).toMatchObject({ last: null });
  });
});

describe('the cursor', () => {
  test('reads the nearest point, or the last one before it', () => {
    const frame = frameOf([
      [10, 1],
      [20, 2],
    ]);
    expect(readingAt(frame, 18, 5, [])?.value).toBe(2);
    expect(readingAt(frame, 18, 1, [])?.value).toBe(1);
    expect(readingAt(frame, 400, 5, [])?.value).toBe(2);
    expect(readingAt(frame, 2, 5, [])).toBeNull();
  });

  test('reads a state as it held, never the one that is still to come', () => {
    const frame = frameOf(
      [
        [10, 0],
        [20, 1],
      ],
      { form: 'boolean' },
    );
    expect(readingAt(frame, 19, 5, [])?.value).toBe(0);
    expect(readingAt(frame, 20, 5, [])?.value).toBe(1);
  });

  test('tells the band of a bucket, and nothing across a gap or a null', () => {
    const frame = frameOf(
      [
        [10, 5],
        [11, 1],
        [12, 9],
        [13, 6],
      ],
      { bucketUs: 10 },
    );
    expect(readingAt(frame, 12, 2, [])).toEqual({ timeUs: 12, value: 9, low: 1, high: 9 });
    expect(readingAt(frame, 50, 2, [gap(20, 30)])).toBeNull();
    expect(
      readingAt(
        frameOf([
          [10, 5],
          [20, NaN],
        ]),
        25,
        2,
        [],
      ),
    ).toBeNull();
  });
});

describe('a line', () => {
  test('breaks at gaps, also those of no length, and at nulls', () => {
    const frame = frameOf([
      [10, 1],
      [20, 2],
      [30, 3],
      [40, NaN],
      [50, 5],
    ]);
    expect(unbroken(frame, 0, 5, [gap(25, 25)])).toEqual([
      [0, 2],
      [2, 3],
      [4, 5],
    ]);
    expect(unbroken(frame, 0, 3, [])).toEqual([[0, 3]]);
    expect(unbroken(frame, 1, 3, [gap(5, 8)])).toEqual([[1, 3]]);
  });

  test('of a rate leaves out the quiet seconds of a gap', () => {
    const frame = frameOf([
      [10, 1],
      [20, 0],
      [30, 0],
      [40, 4],
    ]);
    expect(unbroken(frame, 0, 4, [gap(15, 35)], true)).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });
});
