import { describe, expect, test } from 'vitest';
import { unrecorded } from '../../../app/time/unrecorded';

const span = { fromUs: 100, toUs: 200 };

describe('the time in which nothing was recorded', () => {
  test('lies before, between and after the sessions', () => {
    const sessions = [
      { key: 1, startedUs: 110, endedUs: 130 },
      { key: 2, startedUs: 120, endedUs: 125 },
      { key: 3, startedUs: 150, endedUs: 160 },
    ];
    expect(unrecorded(span, sessions)).toEqual([
      { fromUs: 100, toUs: 110 },
      { fromUs: 130, toUs: 150 },
      { fromUs: 160, toUs: 200 },
    ]);
  });

  test('ends with a session that still runs, and is all of a span without one', () => {
    expect(unrecorded(span, [{ key: 1, startedUs: 50, endedUs: null }])).toEqual([]);
    expect(unrecorded(span, [{ key: 1, startedUs: 180, endedUs: null }])).toEqual([
      { fromUs: 100, toUs: 180 },
    ]);
    expect(unrecorded(span, [])).toEqual([span]);
  });
});
