import { expect, test } from 'vitest';
import { sparklinePath } from '../../../renderer/tree/sparkline';

const points = (path: string) =>
  path
    .slice(1)
    .split('L')
    .map((point) => point.split(' ').map(Number));

test('the newest value stands at the right end, however few there are', () => {
  expect(points(sparklinePath([1, 2])).at(-1)?.[0]).toBe(44);
  expect(points(sparklinePath([1, 2]))[0]?.[0]).toBeGreaterThan(40);
});

test('a whole trend takes the whole width, from its lowest to its highest', () => {
  const path = points(sparklinePath(Array.from({ length: 24 }, (_, index) => index)));
  expect(path[0]).toEqual([0, 12.5]);
  expect(path.at(-1)).toEqual([44, 1.5]);
});

test('a constant lies in the middle, and what is no finite number is left out', () => {
  expect(points(sparklinePath([5, 5])).map(([, y]) => y)).toEqual([7, 7]);
  expect(points(sparklinePath([1, Infinity, 2]))).toHaveLength(2);
});
