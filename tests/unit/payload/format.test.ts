import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatAgeShort,
  formatBytes,
  formatCount,
  formatCountOf,
  formatElapsed,
  formatMoment,
  digitsApart,
  formatNumber,
  formatTime,
  formatTimeUs,
} from '../../../app/payload/format';

describe('sizes, counts, ages and times in words', () => {
  it.each([
    [0, '0 B'],
    [84, '84 B'],
    [999, '999 B'],
    [1000, '1 KB'],
    [2150, '2.1 KB'],
    [256 * 1024, '256 KB'],
    [1.25 * 1024 * 1024, '1.3 MB'],
    [12 * 1024 * 1024, '12 MB'],
    [1023.9 * 1024, '1 MB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('groups the digits of a count', () => {
    expect(formatCount(3402118)).toBe('3,402,118');
    expect(formatCountOf(1, 'message', 'messages')).toBe('1 message');
    expect(formatCountOf(1204, 'message', 'messages')).toBe('1,204 messages');
  });

  it.each([
    [0, '0'],
    [21.43, '21.43'],
    [0.1 + 0.2, '0.3'],
    [48211, '48,211'],
    [12_345_678.9, '12,345,679'],
    [-987_654_321_012, '-987,654,321,012'],
    [1.5e21, '1.5e+21'],
    [-0.00001234, '-0.00001234'],
  ])('the number %d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [1, 1.000000029, '1', '1.000000029'],
    [21.43, 21.44, '21.43', '21.44'],
    [9_007_199_254_740_000, 9_007_199_254_740_990, '9.00719925474e+15', '9.00719925474099e+15'],
    [100_000_000.1, 100_000_000.2, '100,000,000.1', '100,000,000.2'],
    [1.00006e15, 1.000075e15, '1.00006e+15', '1.000075e+15'],
    [5, 5, '5', '5'],
  ])('%d and %d are told apart', (low, high, lowText, highText) => {
    const digits = digitsApart(low, high);
    expect([formatNumber(low, digits), formatNumber(high, digits)]).toEqual([lowText, highText]);
  });

  it.each([
    [-5000, 'now'],
    [400, 'now'],
    [2999, '2 s ago'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [3 * 86_400_000, '3 d ago'],
  ])('an age of %d ms is %s', (age, text) => {
    expect(formatAge(age)).toBe(text);
  });

  it('leaves the word ago out where there is no room', () => {
    expect(formatAgeShort(14 * 60_000)).toBe('14 min');
  });

  it.each([
    [0.023, '23 µs'],
    [0.36, '0.4 ms'],
    [3.2, '3 ms'],
    [1240, '1.2 s'],
    [999.7, '1 s'],
  ])('%d ms took %s', (elapsed, text) => {
    expect(formatElapsed(elapsed)).toBe(text);
  });

  it('writes local time to the millisecond, and to the microsecond where it is kept', () => {
    const time = new Date(2026, 10, 22, 9, 41, 7, 218).getTime();
    expect(formatTime(time)).toBe('09:41:07.218');
    expect(formatTimeUs(time * 1000 + 417)).toBe('2026-11-22 09:41:07.218417');
    expect(formatMoment(time, time + 1000)).toBe('09:41:07.218');
    expect(formatMoment(time, time + 86_400_000)).toBe('2026-11-22 09:41:07.218');
  });
});
