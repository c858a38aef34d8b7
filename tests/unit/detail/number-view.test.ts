import { expect, test } from 'vitest';
import type { SeriesFrame } from '../../../app/contract-charts';
import { detectPayload } from '../../../app/payload/detect';
import type { Viewed } from '../../../renderer/detail/viewed';
import {
  changeIn,
  hasNumber,
  numberText,
  sparkPaths,
} from '../../../renderer/detail/viewers/number-view';

function shown(text: string): Viewed {
  const detected = detectPayload(new TextEncoder().encode(text), true);
  return { detected } as Viewed;
}

function frame(points: ReadonlyArray<readonly [number, number]>): SeriesFrame {
  return {
    ...{ form: 'number', words: [], fromUs: 0, toUs: 100, bucketUs: 1, tailFromUs: null },
    timesUs: Float64Array.from(points, ([time]) => time),
    values: Float64Array.from(points, ([, value]) => value),
    ...{ starts: new Float64Array(), counts: new Float64Array(), sums: new Float64Array() },
    ...{ before: null, after: null, skipped: 0, instead: null, loading: null },
  };
}

test('the number of a payload is told as it was written', () => {
  expect(numberText(shown('21.50'), [])).toBe('21.50');
  expect(numberText(shown('{"a":{"b":[1,12345678901234567890]}}'), ['a', 'b', 1])).toBe(
    '12345678901234567890',
  );
  expect(numberText(shown('{"on":true}'), ['on'])).toBe('true');
  expect(numberText(shown('{"on":true}'), ['off'])).toBeNull();
  expect(numberText(shown('{"__proto__":1}'), ['constructor'])).toBeNull();
  expect(numberText(shown('hello'), [])).toBeNull();
  expect(numberText(shown('1'.repeat(60)), [])).toBe('1.1111e+59');
});

test('only what holds a number is offered as one', () => {
  expect(hasNumber(shown('7'))).toBe(true);
  expect(hasNumber(shown('{"a":["x",{"b":2}]}'))).toBe(true);
  expect(hasNumber(shown('{"a":"x"}'))).toBe(false);
  expect(hasNumber(shown('words'))).toBe(false);
});

test('the change is from the first value of the span to its last', () => {
  const all = frame([
    [5, 1000],
    [20, 10],
    [30, 50],
    [40, 12],
  ]);
  expect(changeIn(all, { fromUs: 10, toUs: 40 })).toEqual({ by: 2, percent: 20, sinceUs: 20 });
  expect(changeIn(all, { fromUs: 35, toUs: 40 })).toBeNull();
  const fromZero = frame([
    [1, 0],
    [2, 5],
  ]);
  expect(changeIn(fromZero, { fromUs: 0, toUs: 9 })?.percent).toBeNull();
});

test('the line ends with the newest value, and is broken where there is a gap', () => {
  const values = frame([
    [0, 0],
    [50, 10],
    [100, 5],
  ]);
  const box = { width: 103, height: 26 };
  const whole = sparkPaths(values, { fromUs: 0, toUs: 100 }, [], box);
  expect(whole.line).toBe('M0.0 23.0L50.0 3.0L100.0 13.0');
  expect(whole.end).toEqual({ x: 100, y: 13 });
  const gap = { fromUs: 60, toUs: 70, words: '' };
  expect(sparkPaths(values, { fromUs: 0, toUs: 100 }, [gap], box).line.match(/M/g)).toHaveLength(2);
  expect(sparkPaths(frame([]), { fromUs: 0, toUs: 100 }, [], box).end).toBeNull();
});
