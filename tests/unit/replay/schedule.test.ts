import { describe, expect, test } from 'vitest';
import { Schedule } from '../../../app/replay/schedule';
import { randomFrom } from '../../helpers/random';

const START_US = 1_700_000_000_000_000;

/** Source times with random pauses; now and then the clock was set back. */
function randomTimes(seed: number, count: number): number[] {
  const random = randomFrom(seed);
  const times = [START_US];
  while (times.length < count) {
    const step = Math.floor(random() ** 4 * 5e6) - (random() < 0.02 ? 2e6 : 0);
    times.push((times.at(-1) ?? 0) + step);
  }
  return times;
}

function planned(schedule: Schedule, times: readonly number[], nowMs: number): number[] {
  return times.map((timeUs) => schedule.plan(timeUs, nowMs));
}

describe('the plan of a replay', () => {
  test('has the pauses of the source, divided by the speed', () => {
    for (const speed of [0.1, 1, 10, 1_000]) {
      for (let seed = 1; seed <= 50; seed += 1) {
        const times = randomTimes(seed, 200);
        const dues = planned(new Schedule({ speed, maxPauseUs: null }), times, 500);
        expect(dues[0]).toBe(500);
        for (let at = 1; at < times.length; at += 1) {
          const pauseUs = Math.max(0, times[at]! - times[at - 1]!);
          expect(dues[at]! - dues[at - 1]!).toBeCloseTo(pauseUs / 1_000 / speed, 3);
        }
      }
    }
  });

  test('does not depend on when it is asked: nothing adds up', () => {
    const random = randomFrom(5);
    const times = randomTimes(9, 500);
    const onTime = planned(new Schedule({ speed: 3, maxPauseUs: null }), times, 0);
    const late = new Schedule({ speed: 3, maxPauseUs: null });
    let nowMs = 0;
    const dues = times.map((timeUs) => {
      const dueMs = late.plan(timeUs, nowMs);
      nowMs = Math.max(nowMs, dueMs) + random() * 50;
      return dueMs;
    });
    expect(dues).toEqual(onTime);
  });

  test('is due now at the greatest speed', () => {
    const schedule = new Schedule({ speed: 'max', maxPauseUs: null });
    expect(schedule.plan(START_US, 10)).toBe(10);
    expect(schedule.plan(START_US + 1e9, 11)).toBe(11);
  });

  test('has no longer pauses than asked for', () => {
    const schedule = new Schedule({ speed: 2, maxPauseUs: 4e6 });
    const dues = planned(schedule, [0, 3e6, 3_600e6, 3_601e6], 0);
    expect(dues).toEqual([0, 1_500, 3_500, 4_000]);
  });

  test('goes on after a pause as if it had not been', () => {
    const times = randomTimes(4, 100);
    const straight = planned(new Schedule({ speed: 1, maxPauseUs: null }), times, 0);
    const schedule = new Schedule({ speed: 1, maxPauseUs: null });
    const before = planned(schedule, times.slice(0, 50), 0);
    schedule.shift(7_000);
    const after = planned(schedule, times.slice(50), 0);
    expect(before).toEqual(straight.slice(0, 50));
    after.forEach((dueMs, at) => {
      expect(dueMs).toBeCloseTo(straight[50 + at]! + 7_000, 3);
    });
  });

  test('changes its speed in the middle of a pause', () => {
    const schedule = new Schedule({ speed: 1, maxPauseUs: null });
    schedule.plan(0, 0);
    // 4 of 10 s are over; the other six take 600 ms.
    schedule.setSpeed(10, 4_000);
    expect(schedule.dueMs(10e6, 4_000)).toBeCloseTo(4_600, 6);
    schedule.setSpeed('max', 4_100);
    expect(schedule.dueMs(10e6, 4_100)).toBe(4_100);
    schedule.setSpeed(1, 4_200);
    expect(schedule.dueMs(10e6, 4_200)).toBe(14_200);
  });

  test('begins anew after a seek', () => {
    const schedule = new Schedule({ speed: 1, maxPauseUs: null });
    planned(schedule, [0, 1e6], 0);
    schedule.restart();
    expect(schedule.positionUs).toBeNull();
    expect(schedule.plan(900e6, 5_000)).toBe(5_000);
    expect(schedule.plan(901e6, 5_000)).toBe(6_000);
  });
});
