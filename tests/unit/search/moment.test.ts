import { expect, test } from 'vitest';
import { parseMoment } from '../../../app/search/moment';

const now = new Date(2026, 10, 25, 21, 30).getTime();
const local = (...parts: [number, number, number, number?, number?, number?]): number =>
  new Date(...(parts as [number, number, number])).getTime() * 1000;

test.each([
  ['21:20', new Date(2026, 10, 25, 21, 20).getTime() * 1000],
  ['9:05:07.25', new Date(2026, 10, 25, 9, 5, 7).getTime() * 1000 + 250_000],
  ['2026-11-24', local(2026, 10, 24)],
  [' 2026-11-24T21:20:05 ', new Date(2026, 10, 24, 21, 20, 5).getTime() * 1000],
])('%s is a moment', (text, expected) => {
  expect(parseMoment(text, now)).toBe(expected);
});

test.each(['', 'soon', '25:00', '12:60', '2026-02-31', '2026-13-01', '12', '2026-11-2412:00'])(
  '“%s” is none',
  (text) => {
    expect(parseMoment(text, now)).toBeNull();
  },
);
