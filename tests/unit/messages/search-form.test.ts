import { expect, test } from 'vitest';
import { conditionWords } from '../../../renderer/messages/form-menu';
import { EMPTY_FORM, searchOf, type SearchForm } from '../../../renderer/messages/search-form';

const nowMs = new Date(2026, 10, 25, 21, 30).getTime();

function boundsOf(from: string, to: string): readonly (number | null)[] {
  const form: SearchForm = { ...EMPTY_FORM, time: 'between', from, to };
  const { fromUs, toUs } = searchOf(form, 'lab', nowMs).selection;
  return [fromUs, toUs];
}

test('the bounds of a search are typed as any other moment', () => {
  const yesterdayUs = new Date(2026, 10, 24, 9, 0).getTime() * 1000;
  expect(boundsOf('yesterday 9:00', '-30m')).toEqual([yesterdayUs, (nowMs - 1_800_000) * 1000]);
});

test('what is no moment, and now, is an open end', () => {
  expect(boundsOf('soon', 'now')).toEqual([null, null]);
});

test('a search for what was not sent again asks for it and says so', () => {
  const form: SearchForm = { ...EMPTY_FORM, dup: false };
  expect(searchOf(form, 'lab', nowMs).dup).toBe(false);
  expect(conditionWords(form)).toBe('not DUP');
});
