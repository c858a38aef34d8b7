import { describe, expect, test } from 'vitest';
import type { TimelineFrame } from '../../../app/contract-time';
import { branchesTo } from '../../../renderer/time/compare/branches';
import {
  firstChoice,
  momentChoices,
  OTHER,
  type MomentSource,
} from '../../../renderer/time/compare/moment-choices';

const frame: TimelineFrame = {
  ...{ oldestUs: 1e6, newestUs: 9e6, nowUs: 9e6, fromUs: 0, stepUs: 1e6 },
  counts: Float64Array.of(),
  gaps: [],
  sessions: [
    { key: 1, startedUs: 1e6, endedUs: 2e6 },
    { key: 2, startedUs: 3e6, endedUs: null },
  ],
  marks: [
    { id: 'a', timeUs: 4e6, label: 'Start' },
    { id: 'b', timeUs: 6e6, label: 'Stop' },
  ],
};
const live: MomentSource = { frame, atUs: null, isRecorded: false, chosenUs: null };

function firstOf(source: MomentSource): { from: string; to: string } {
  return firstChoice(momentChoices(source, 10_000), source);
}

describe('the moments that a comparison offers', () => {
  test('are the end, the moment in view, marks and sessions, the latest first, and any other time', () => {
    const keys = momentChoices({ ...live, atUs: 5e6 }, 10_000).map(({ key }) => key);
    expect(keys).toEqual(['end', 'view', 'mark-b', 'mark-a', 'session-2', 'session-1', OTHER]);
    expect(momentChoices({ ...live, isRecorded: true }, 0)[0]?.label).toBe('The end');
  });

  test('begin with what is in view, else with the last mark, and now', () => {
    expect(firstOf({ ...live, atUs: 5e6 })).toEqual({ from: 'view', to: 'end' });
    expect(firstOf(live)).toEqual({ from: 'mark-b', to: 'end' });
    expect(firstOf({ ...live, frame: null })).toEqual({ from: OTHER, to: 'end' });
  });

  test('put a chosen moment and the one in view in their order', () => {
    expect(firstOf({ ...live, chosenUs: 2e6 })).toEqual({ from: 'chosen', to: 'end' });
    expect(firstOf({ ...live, chosenUs: 2e6, atUs: 5e6 })).toEqual({ from: 'chosen', to: 'view' });
    expect(firstOf({ ...live, chosenUs: 6e6, atUs: 5e6 })).toEqual({ from: 'view', to: 'mark-b' });
    expect(firstOf({ ...live, chosenUs: 5e6, atUs: 5e6 })).toEqual({ from: 'view', to: 'end' });
  });

  test('are compared in any branch on the way to the topic', () => {
    expect(branchesTo('a/b', 'a/c').map(({ value }) => value)).toEqual(['', 'a', 'a/b', 'a/c']);
    expect(branchesTo('', null)).toEqual([{ value: '', label: 'All topics' }]);
  });
});
