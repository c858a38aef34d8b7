import { describe, expect, test } from 'vitest';
import { parseMoment } from '../../../app/time/parse-moment';

/** Wednesday. */
const now = new Date(2026, 10, 25, 12, 30, 15, 250);

function local(...parts: number[]): number {
  return new Date(...(parts as [number, number])).getTime() * 1000;
}

function timeOf(text: string): number | null {
  const parsed = parseMoment(text, now.getTime());
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.timeUs;
}

function problemOf(text: string): string {
  const parsed = parseMoment(text, now.getTime());
  return parsed.ok ? `understood as ${String(parsed.timeUs)}` : parsed.problem;
}

describe('a moment is understood', () => {
  test.each([
    ['12:03', local(2026, 10, 25, 12, 3)],
    ['9:00', local(2026, 10, 25, 9)],
    ['12:30:15', local(2026, 10, 25, 12, 30, 15)],
    ['12:30:15.2', local(2026, 10, 25, 12, 30, 15, 200)],
    // Not yet today: yesterday's.
    ['14:03', local(2026, 10, 24, 14, 3)],
    ['today 9:00', local(2026, 10, 25, 9)],
    ['today', local(2026, 10, 25)],
    ['Yesterday 9:00', local(2026, 10, 24, 9)],
    ['yesterday at 23:59:59', local(2026, 10, 24, 23, 59, 59)],
    ['mon 8:15', local(2026, 10, 23, 8, 15)],
    ['wednesday 8:15', local(2026, 10, 25, 8, 15)],
    ['2026-11-20', local(2026, 10, 20)],
    ['2026-11-20 14:03:12.5', local(2026, 10, 20, 14, 3, 12, 500)],
    ['2026-11-20T14:03', local(2026, 10, 20, 14, 3)],
    ['11-20 14:03', local(2026, 10, 20, 14, 3)],
    ['20.11.2026 14:03', local(2026, 10, 20, 14, 3)],
    ['2026-11-20T14:03:12.5Z', Date.UTC(2026, 10, 20, 14, 3, 12, 500) * 1000],
    ['2026-11-20 14:03+01:00', Date.UTC(2026, 10, 20, 13, 3) * 1000],
    ['2026-11-20T14:03:12-0530', Date.UTC(2026, 10, 20, 19, 33, 12) * 1000],
    ['1763647392', 1_763_647_392_000_000],
    ['1763647392.5', 1_763_647_392_500_000],
    ['1763647392123', 1_763_647_392_123_000],
    ['1763647392123456', 1_763_647_392_123_456],
  ])('%s', (text, expected) => {
    expect(timeOf(text)).toBe(expected);
  });

  test.each([
    ['-2h', 2 * 3_600_000],
    ['-2h 30m', 2.5 * 3_600_000],
    ['-1h30m', 1.5 * 3_600_000],
    ['-90s', 90_000],
    ['−1.5 days', 1.5 * 86_400_000],
    ['-250ms', 250],
    ['2 hours ago', 2 * 3_600_000],
    ['15min ago', 15 * 60_000],
  ])('%s is so long ago', (text, agoMs) => {
    expect(timeOf(text)).toBe((now.getTime() - agoMs) * 1000);
  });

  test('with microseconds', () => {
    expect(timeOf('12:30:15.123456')).toBe(local(2026, 10, 25, 12, 30, 15) + 123_456);
  });

  test.each(['now', 'live', ' Live '])('%s is live', (text) => {
    expect(timeOf(text)).toBeNull();
  });
});

describe('what is wrong is said in words', () => {
  test.each([
    ['', /Type a time/u],
    ['soon', /“soon” is not a day/u],
    ['25:00', /There is no 25:00 on the clock/u],
    ['12:60', /There is no 12:60 on the clock/u],
    ['12:3', /“12:3” is not a time of day/u],
    ['2026-02-30', /There is no day 2026-02-30/u],
    ['2026-13-01 9:00', /There is no day 2026-13-01/u],
    ['2027-01-01', /still to come/u],
    ['today 23:00', /still to come/u],
    ['-2', /with a unit/u],
    ['-2 parsecs', /“parsecs” is not a unit of time/u],
    ['-', /not understood/u],
    ['1; drop table', /not understood/u],
    ['9'.repeat(500), /not understood/u],
    ['1969-07-20', /before 1970/u],
  ])('%s', (text, words) => {
    expect(problemOf(text)).toMatch(words);
  });
});
