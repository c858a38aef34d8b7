import { expect, test } from 'vitest';
import { thinOut } from '../../app/series';

test('a short series stays as it is', () => {
  const thin = thinOut([1, 2, 3], [4, 5, 6], 10);
  expect([[...thin.times], [...thin.values]]).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test('a long one loses no spike and keeps its order', () => {
  const times = Array.from({ length: 10_000 }, (_, index) => index);
  const values = times.map((time) => Math.sin(time / 100));
  values[5_003] = 99;
  values[7_777] = -99;
  const thin = thinOut(times, values, 200);
  expect(thin.times.length).toBeLessThanOrEqual(200);
  expect(Math.max(...thin.values)).toBe(99);
  expect(Math.min(...thin.values)).toBe(-99);
  expect([...thin.times]).toEqual([...thin.times].sort((a, b) => a - b));
  for (const [index, time] of thin.times.entries()) expect(values[time]).toBe(thin.values[index]);
});

test('many points at one moment are thinned too', () => {
  const thin = thinOut(
    new Array<number>(1_000).fill(5),
    Array.from({ length: 1_000 }, (_, index) => index),
    20,
  );
  expect([...thin.values]).toEqual([0, 999]);
});
