import { describe, expect, test } from 'vitest';
import type { TimelineFrame } from '../../../app/contract-time';
import { barShare, stepAt } from '../../../app/time/density';
import { stripFacts } from '../../../renderer/time/strip-facts';

const frame: TimelineFrame = {
  oldestUs: 0,
  newestUs: 4e6,
  nowUs: 5e6,
  fromUs: 0,
  stepUs: 1e6,
  counts: Float64Array.of(1, 0, 400, 3),
  gaps: [{ kind: 'lost', fromUs: 1e6, toUs: 1.2e6, messages: 7, detail: 'Why.', joined: 1 }],
  sessions: [{ key: 1, startedUs: 0, endedUs: 8e6 }],
  marks: [{ id: 'a', timeUs: 3.5e6, label: 'Here' }],
};

const recorded = { fromUs: 0, toUs: 10e6 };

describe('the density of a timeline', () => {
  test('quiet steps still show beside a burst', () => {
    expect(barShare(400, 400)).toBe(1);
    expect(barShare(4, 400)).toBe(0.1);
    expect(barShare(0, 400)).toBe(0);
    expect(barShare(5, 0)).toBe(0);
  });

  test('a moment belongs to its step', () => {
    expect(stepAt(frame, 0)).toBe(0);
    expect(stepAt(frame, 2_999_999)).toBe(2);
    expect(stepAt(frame, 4e6)).toBeNull();
    expect(stepAt(frame, -1)).toBeNull();
  });

  test('a place is told with its count, and with the gap and the mark that are near', () => {
    expect(stripFacts(frame, recorded, 2.4e6, 1000, 0)).toMatchObject({
      count: '400 messages in 1 s',
      mark: null,
      gaps: [],
    });
    expect(stripFacts(frame, recorded, 0.9e6, 0.2e6, 0).gaps).toMatchObject([
      { title: '7 messages lost' },
    ]);
    expect(stripFacts(frame, recorded, 3.45e6, 0.1e6, 0).mark).toBe('Here');
    expect(stripFacts(frame, recorded, 9e6, 1000, 0)).toMatchObject({
      count: '0 messages in 1 s',
      gaps: [{ title: 'No connection, so nothing was recorded' }],
    });
  });
});
