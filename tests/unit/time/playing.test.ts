import { describe, expect, test } from 'vitest';
import { nearestSpeed, played, speedText } from '../../../app/time/playing';

describe('playing the past', () => {
  test('moves the playhead by the clock times the speed', () => {
    expect(played(1e9, 16, 1, 2e9)).toEqual({ atUs: 1e9 + 16_000, ended: false });
    expect(played(1e9, 100, 60, 2e9)).toEqual({ atUs: 1e9 + 6e6, ended: false });
    expect(played(1e9, 100, 0.1, 2e9)).toEqual({ atUs: 1e9 + 1e4, ended: false });
  });

  test('ends at the end of the past', () => {
    expect(played(1e9, 200, 1000, 1e9 + 5e6)).toEqual({ atUs: 1e9 + 5e6, ended: true });
  });

  test('does not jump after the window stood still, nor back with a clock', () => {
    expect(played(1e9, 3_600_000, 1, 9e9).atUs).toBe(1e9 + 250_000);
    expect(played(1e9, -50, 1, 9e9).atUs).toBe(1e9);
  });

  test('speeds are told in words, and a remembered one finds the nearest on offer', () => {
    expect(speedText(0.1)).toBe('×0.1');
    expect(nearestSpeed(60)).toBe(60);
    expect(nearestSpeed(70)).toBe(60);
    expect(nearestSpeed(1e9)).toBe(1000);
    expect(nearestSpeed(Number.NaN)).toBe(1);
  });
});
