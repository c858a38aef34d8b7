import { expect, test } from 'vitest';
import { pixelColumns } from '../../../app/chart/pixel-columns';
import { randomFrom } from '../../helpers/random';

const WIDTH = 40;

function columnsOf(points: readonly (readonly [x: number, value: number])[]): [number, number][] {
  const frame = {
    timesUs: Float64Array.from(points, ([x]) => x),
    values: Float64Array.from(points, ([, value]) => value),
  };
  const { lows, highs } = pixelColumns(frame, 0, points.length, WIDTH, (x) => x);
  return Array.from(lows, (low, at) => [low, highs[at] ?? NaN]);
}

test('each column has what the line covers of it, as many steps along it find', () => {
  const random = randomFrom(11);
  for (let round = 0; round < 50; round++) {
    let x = -5;
    const points = Array.from({ length: 200 }, () => {
      // Crowds of points, and now and then a long way to the next one.
      x += random() < 0.05 ? random() * 9 : random() * 0.3;
      return [x, random() * 100] as const;
    });
    const columns = columnsOf(points);
    for (const [column, [low, high]] of columns.entries()) {
      const inside = valuesIn(points, column);
      expect(Number.isNaN(low)).toBe(inside.length === 0);
      if (inside.length === 0) continue;
      expect(low).toBeCloseTo(Math.min(...inside), 6);
      expect(high).toBeCloseTo(Math.max(...inside), 6);
    }
  }
});

/** Values of the line at both edges of a column and at its points. */
function valuesIn(points: readonly (readonly [number, number])[], column: number): number[] {
  const found = points.filter(([x]) => Math.floor(x) === column).map(([, value]) => value);
  for (const edge of [column, column + 1]) {
    const after = points.findIndex(([x]) => x >= edge);
    const [one, other] = [points[after - 1], points[after]];
    if (!one || !other) continue;
    found.push(one[1] + ((other[1] - one[1]) * (edge - one[0])) / (other[0] - one[0]));
  }
  return found;
}

test('where the line does not pass there is nothing; a spike of one point is there', () => {
  const columns = columnsOf([
    [3.1, 5],
    [3.2, 900],
    [3.3, 5],
  ]);
  expect(columns[3]).toEqual([5, 900]);
  expect(columns[2]).toEqual([NaN, NaN]);
  expect(columns[4]).toEqual([NaN, NaN]);
});
