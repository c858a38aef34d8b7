import { expect, test } from 'vitest';
import { paddedRange, shareIn, valueTicks } from '../../../app/chart/axis';
import { randomFrom } from '../../helpers/random';

test('round values within the range, with the digits that tell them apart', () => {
  const labels = (low: number, high: number, most: number): string[] =>
    valueTicks({ low, high }, most).map(({ label }) => label);
  expect(labels(0, 100, 5)).toEqual(['0', '20', '40', '60', '80', '100']);
  expect(labels(21.42, 21.58, 4)).toEqual(['21.45', '21.50', '21.55']);
  expect(labels(-1, 1, 4)).toEqual(['-1.0', '-0.5', '0.0', '0.5', '1.0']);
  expect(labels(0, 2_000_000, 4)).toEqual(['0', '500k', '1.0M', '1.5M', '2.0M']);
  expect(labels(1, 1.00000004, 4)).toEqual([
    '1.00000000',
    '1.00000001',
    '1.00000002',
    '1.00000003',
    '1.00000004',
  ]);
  expect(labels(63_095_734, 63_095_763, 4)).toEqual(['63095740', '63095750', '63095760']);
  expect(labels(0.9e-9, 3.1e-9, 3)).toEqual(['1e-9', '2e-9', '3e-9']);
});

test('no range is too odd: labels differ, and ticks stay inside', () => {
  const random = randomFrom(3);
  for (let round = 0; round < 2_000; round++) {
    const low = (random() - 0.5) * 10 ** (random() * 20 - 8);
    const high = low + Math.max(Math.abs(low) * 1e-6, 10 ** (random() * 12 - 6));
    const ticks = valueTicks({ low, high }, 6);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
    for (const { value } of ticks) {
      expect(value).toBeGreaterThanOrEqual(low - (high - low) * 1e-6);
      expect(value).toBeLessThanOrEqual(high + (high - low) * 1e-6);
    }
  }
});

test('a constant stands in the middle', () => {
  expect(paddedRange(5, 5)).toEqual({ low: 4.75, high: 5.25 });
  expect(paddedRange(0, 0)).toEqual({ low: -1, high: 1 });
});

test('from the lowest to the highest number there is, a range has ticks and every value its place', () => {
  const range = paddedRange(-1e308, 1e308);
  expect(valueTicks(range, 5).map(({ label }) => label)).toEqual([
    '-1e+308',
    '-5e+307',
    '0',
    '5e+307',
    '1e+308',
  ]);
  expect(shareIn(range, 0)).toBeCloseTo(0.5);
  expect(shareIn(range, 1e308)).toBeGreaterThan(0.9);
  const widest = paddedRange(-Number.MAX_VALUE, Number.MAX_VALUE);
  expect(shareIn(widest, Number.MAX_VALUE)).toBe(1);
  expect(valueTicks(widest, 5).length).toBeGreaterThan(1);
  expect(shareIn({ low: 0, high: Number.MIN_VALUE }, Number.MIN_VALUE)).toBe(1);
});
