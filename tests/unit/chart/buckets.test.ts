import { describe, expect, test } from 'vitest';
import { bucketLength, Buckets } from '../../../app/chart/buckets';
import { randomFrom } from '../../helpers/random';

describe('the length of a bucket', () => {
  test('is never less than asked for, and never much more', () => {
    const random = randomFrom(1);
    for (let round = 0; round < 1_000; round++) {
      const least = 10 ** (random() * 12);
      const length = bucketLength(least);
      expect(length).toBeGreaterThanOrEqual(least);
      expect(length).toBeLessThanOrEqual(Math.max(2, Math.ceil(least * 1.35)));
      expect(Number.isInteger(length)).toBe(true);
    }
  });

  test('of a length is itself, so that what is shown does not change when it is asked for again', () => {
    for (const length of [1, 2, 125, 1_600, 25_000, 8e9]) expect(bucketLength(length)).toBe(length);
  });
});

function thinned(
  points: readonly (readonly [number, number])[],
  bucketUs: number,
): [number, number][] {
  const buckets = new Buckets(0, 1_000, bucketUs);
  for (const [timeUs, value] of points) buckets.add(timeUs, value);
  const { timesUs, values } = buckets.result();
  return Array.from(timesUs, (time, at) => [time, values[at] ?? NaN]);
}

describe('a bucket', () => {
  test('keeps its first, smallest, largest and last point in the order of time, each once', () => {
    const points = [1, 2, 3, 4, 5, 6].map(
      (time) => [time, [5, 9, 6, 1, 4, 5][time - 1] ?? 0] as const,
    );
    expect(thinned(points, 100)).toEqual([
      [1, 5],
      [2, 9],
      [4, 1],
      [6, 5],
    ]);
    expect(thinned([[7, 3]], 100)).toEqual([[7, 3]]);
    expect(
      thinned(
        [
          [7, 3],
          [8, 4],
        ],
        100,
      ),
    ).toEqual([
      [7, 3],
      [8, 4],
    ]);
  });

  test('is the same whatever the order in which points came', () => {
    const points = [1, 2, 3, 4, 5].map((time) => [time, (time * 7) % 5] as const);
    expect(thinned(points.toReversed(), 10)).toEqual(thinned(points, 10));
  });

  test('ends without a value where its last message had none, and only there', () => {
    expect(
      thinned(
        [
          [1, 5],
          [2, NaN],
        ],
        10,
      ),
    ).toEqual([
      [1, 5],
      [2, NaN],
    ]);
    expect(
      thinned(
        [
          [1, NaN],
          [2, 5],
        ],
        10,
      ),
    ).toEqual([[2, 5]]);
    expect(thinned([[1, NaN]], 10)).toEqual([[1, NaN]]);
  });

  test('counts and sums what it has; what is outside of the span is left out', () => {
    const buckets = new Buckets(10, 29, 10);
    for (const time of [9, 10, 19, 20, 29, 30]) buckets.add(time, time);
    const { starts, counts, sums } = buckets.result();
    expect([[...starts], [...counts], [...sums]]).toEqual([
      [10, 20],
      [2, 2],
      [29, 49],
    ]);
  });
});
