import { describe, expect, test } from 'vitest';
import {
  durationMs,
  isoMicroseconds,
  momentOption,
  sizeOption,
  sizeWords,
} from '../../main/cli/quantities';

describe('what is typed', () => {
  test.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
    ['250ms', 250],
    ['2d', 172_800_000],
    ['', null],
    ['m', null],
    ['10 m', null],
    ['-5s', null],
    ['10x', null],
  ])('a time %j is %s ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each([
    ['500', 500],
    ['2GB', 2e9],
    ['1.5mb', 1.5e6],
    ['1 GiB', 2 ** 30],
  ])('a size %j is %s bytes', (text, bytes) => {
    expect(sizeOption('--max-size', text)).toBe(bytes);
  });

  test.each(['0', '-1GB', 'GB', '1XB', '1e9', ''])('a size %j is refused', (text) => {
    expect(() => sizeOption('--max-size', text)).toThrow(/such as 500MB/u);
  });

  const now = Date.UTC(2026, 0, 1);
  test.each([
    ['2026-11-23T17:00:05Z', '2026-11-23T17:00:05.000000Z'],
    ['2026-11-23 17:00:05.123456Z', '2026-11-23T17:00:05.123456Z'],
    ['2026-11-23T17:00:05.5+02:00', '2026-11-23T15:00:05.500000Z'],
    ['2026-11-23T17:00Z', '2026-11-23T17:00:00.000000Z'],
    ['1h', '2025-12-31T23:00:00.000000Z'],
  ])('a moment %j is %s', (text, iso) => {
    expect(isoMicroseconds(momentOption('--since', text, now) ?? NaN)).toBe(iso);
  });

  test('a day without a zone begins at midnight of this computer', () => {
    const local = new Date(2026, 10, 23).getTime() * 1_000;
    expect(momentOption('--since', '2026-11-23', now)).toBe(local);
    expect(momentOption('--since', undefined, now)).toBeNull();
  });

  test.each(['2026', '2026-13-01', '2026-11-23T25:00', 'now', ''])(
    'a moment %j is refused',
    (text) => {
      expect(() => momentOption('--since', text, now)).toThrow(/--since must be a time such as/u);
    },
  );
});

test('times and sizes are written as they are, also before 1970 and at the edges of a unit', () => {
  expect(isoMicroseconds(-1)).toBe('1969-12-31T23:59:59.999999Z');
  expect(isoMicroseconds(1_000)).toBe('1970-01-01T00:00:00.001000Z');
  expect([0, 999, 1_000, 999_949, 999_950, 2.5e9].map(sizeWords)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '2.5 GB',
  ]);
});
