import { describe, expect, test } from 'vitest';
import type { TimelineGap } from '../../../app/contract-time';
import { distanceText, durationText, gapWords, momentText } from '../../../app/time/time-words';

const nowMs = new Date(2026, 10, 25, 12, 0).getTime();
const us = (...parts: number[]): number =>
  new Date(...(parts as [number, number])).getTime() * 1000;

describe('words for moments and gaps', () => {
  test('a moment is told with its day when that is not today', () => {
    expect(momentText(us(2026, 10, 25, 9, 3, 12), nowMs)).toBe('09:03:12');
    expect(momentText(us(2026, 10, 25, 9, 3, 12, 500), nowMs)).toBe('09:03:12.5');
    expect(momentText(us(2026, 10, 25, 10, 0, 0), nowMs)).toBe('10:00:00');
    expect(momentText(us(2026, 10, 24, 23, 59, 59), nowMs)).toBe('yesterday 23:59:59');
    expect(momentText(us(2026, 9, 3, 8, 0, 0), nowMs)).toBe('2026-10-03 08:00:00');
  });

  test('distances are short, durations have two steps', () => {
    expect(distanceText(0, 350_000)).toBe('350 ms');
    expect(distanceText(0, 2.5 * 3600e6)).toBe('2 h');
    expect(distanceText(5, 0)).toBe('0.0 ms');
    expect(durationText(8.4e6)).toBe('8.4 s');
    expect(durationText(182e6)).toBe('3 min 2 s');
    expect(durationText(60e6)).toBe('1 min');
    expect(durationText(4320e6)).toBe('1 h 12 min');
    expect(durationText(86_400e6 * 3)).toBe('3 d');
  });

  test('a gap says what is missing, when, why and how many gaps it stands for', () => {
    const gap: TimelineGap = {
      kind: 'refused',
      fromUs: us(2026, 10, 25, 9, 0),
      toUs: us(2026, 10, 25, 9, 3),
      messages: 1312,
      detail: 'The disk was too slow.',
      joined: 2,
    };
    expect(gapWords(gap, nowMs)).toEqual({
      title: '1,312 messages refused, not stored',
      text: 'From 09:00:00 to 09:03:00 (3 min). 2 gaps close together. The disk was too slow.',
    });
    const lost = { ...gap, kind: 'lost', messages: 0, joined: 1, toUs: gap.fromUs } as const;
    expect(gapWords(lost, nowMs)).toEqual({
      title: 'It is not known what arrived here',
      text: 'At 09:00:00. The disk was too slow.',
    });
    expect(gapWords({ ...gap, kind: 'disconnected' }, nowMs).title).toMatch(/^Not connected/u);
    expect(gapWords({ ...gap, kind: 'pruned' }, nowMs).title).toMatch(/^1,312 messages removed/u);
  });
});
