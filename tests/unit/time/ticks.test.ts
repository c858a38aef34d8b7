import { describe, expect, test, vi } from 'vitest';
import { timeTicks } from '../../../app/time/ticks';

const us = (...parts: number[]): number =>
  new Date(...(parts as [number, number])).getTime() * 1000;
const labels = (fromUs: number, toUs: number, most: number): string[] =>
  timeTicks({ fromUs, toUs }, most).map(({ label }) => label);

describe('the ticks of a time axis', () => {
  test('stand at round moments of the local clock, as fine as there is room', () => {
    const [from, to] = [us(2026, 10, 25, 9, 7), us(2026, 10, 25, 9, 58)];
    expect(labels(from, to, 6)).toEqual(['09:10', '09:20', '09:30', '09:40', '09:50']);
    expect(labels(from, to, 4)).toEqual(['09:15', '09:30', '09:45']);
    expect(labels(from, to, 2)).toEqual(['09:30']);
  });

  test('are days over a week, hours with the date at midnight over a day, seconds and milliseconds close up', () => {
    expect(labels(us(2026, 10, 1, 5), us(2026, 10, 6), 10)).toEqual([
      '12:00',
      'Nov 2',
      '12:00',
      'Nov 3',
      '12:00',
      'Nov 4',
      '12:00',
      'Nov 5',
      '12:00',
      'Nov 6',
    ]);
    expect(labels(us(2026, 10, 1, 5), us(2026, 10, 6), 5)).toEqual([
      'Nov 2',
      'Nov 3',
      'Nov 4',
      'Nov 5',
      'Nov 6',
    ]);
    expect(labels(us(2026, 10, 24, 20), us(2026, 10, 25, 8), 4)).toEqual([
      '21:00',
      'Nov 25',
      '03:00',
      '06:00',
    ]);
    const from = us(2026, 10, 25, 9, 0, 59, 500);
    expect(labels(from, from + 1e6, 3)).toEqual(['09:00:59.500', '09:01:00.000', '09:01:00.500']);
    expect(labels(from, from + 3e6, 3)).toEqual(['09:01:00', '09:01:01', '09:01:02']);
  });

  test('are months and years over a long time', () => {
    expect(labels(us(2025, 7, 15), us(2026, 2, 1), 8)).toEqual([
      'Sep 2025',
      'Oct 2025',
      'Nov 2025',
      'Dec 2025',
      'Jan 2026',
      'Feb 2026',
      'Mar 2026',
    ]);
    expect(labels(us(2019, 3, 1), us(2026, 3, 1), 8)).toEqual([
      '2020',
      '2021',
      '2022',
      '2023',
      '2024',
      '2025',
      '2026',
    ]);
  });

  test('go on in order over the nights when clocks are changed', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    for (const [month, day] of [
      [2, 29],
      [9, 25],
    ] as const) {
      const span = { fromUs: us(2026, month, day - 1, 22), toUs: us(2026, month, day, 8) };
      const ticks = timeTicks(span, 12);
      expect(ticks.map(({ label }) => label)).toContain('05:00');
      const steps = ticks.slice(1).map(({ timeUs }, index) => timeUs - (ticks[index]?.timeUs ?? 0));
      // The hour that comes twice has one tick.
      expect(steps.filter((step) => step === 3600e6).length).toBeGreaterThan(6);
      expect(steps.every((step) => step === 3600e6 || step === 7200e6)).toBe(true);
    }
    vi.unstubAllEnvs();
  });

  test('never stand close together, and never without end', () => {
    for (let length = 1e4; length < 1e16; length *= 3.7) {
      const fromUs = us(2026, 2, 27, 3, 4, 5, 678);
      const span = { fromUs, toUs: fromUs + length };
      const ticks = timeTicks(span, 8);
      expect(ticks.length).toBeLessThanOrEqual(9);
      for (const [index, tick] of ticks.entries()) {
        const previous = ticks[index - 1];
        expect(tick.timeUs).toBeGreaterThanOrEqual(span.fromUs);
        expect(tick.timeUs).toBeLessThanOrEqual(span.toUs);
        if (previous) expect(tick.timeUs - previous.timeUs).toBeGreaterThan(length / 17);
      }
    }
    expect(timeTicks({ fromUs: 5, toUs: 5 }, 8)).toEqual([]);
    expect(timeTicks({ fromUs: 0, toUs: Number.NaN }, 8)).toEqual([]);
  });
});
