import { expect, test } from 'vitest';
import type { Message } from '../../../app/contract';
import { bounded } from '../../../renderer/detail/diff/bounded-difference';
import { diffTexts } from '../../../renderer/detail/diff/diff-texts';
import { viewed, type Viewed } from '../../../renderer/detail/viewed';
import { bytesOf } from '../../helpers/decoding';

/** A message of which the first bytes are here. */
function message(text: string | Uint8Array, sizeBytes?: number): Viewed {
  const payload = typeof text === 'string' ? bytesOf(text) : text;
  return viewed({ payload, sizeBytes: sizeBytes ?? payload.length } as Message);
}

test('small messages are compared whole, as what both are', () => {
  const json = diffTexts(message('{"a":1}'), message('{"a":2}'));
  expect(json).toMatchObject({
    kind: 'JSON',
    after: '{\n  "a": 2\n}',
    firstBytes: null,
    isCut: false,
  });
  expect(diffTexts(message('{"a":1}'), message('one'))).toMatchObject({ kind: 'text' });
  expect(diffTexts(message('one'), message(Uint8Array.of(0)))).toMatchObject({ kind: 'hex' });
  expect(diffTexts(message('{"a":1}'), message('{"a":1}')).same).toBe('bytes');
  expect(diffTexts(message('{"a":1}'), message('{ "a":1 }')).same).toBe('layout');
});

test('of large messages beginnings of the same length are compared, JSON laid out', () => {
  const document = `[${'{"a":1},'.repeat(2_000)}`;
  const texts = diffTexts(message(document, 60e6), message(document.slice(0, 4_000), 60e6));
  expect(texts).toMatchObject({ kind: 'JSON', same: 'layout', firstBytes: 4_000 });
  const other = diffTexts(message(document, 60e6), message('{"a":1}'));
  expect(other).toMatchObject({ firstBytes: document.length, isCut: true });
  expect(other.after).toBe('{\n  "a": 1\n}');
  const bytes = new Uint8Array(2e6);
  const dump = diffTexts(message(bytes), message(bytes.with(7, 9)));
  expect(dump).toMatchObject({ firstBytes: 512 * 1024, isCut: false });
  expect(dump.before.length).toBe(dump.after.length);
});

test('beginnings are of the same length beyond ASCII, too', () => {
  const text = 'größer wärmer\n'.repeat(1_000);
  const beginning = message(bytesOf(text).subarray(0, 4_000), 60e6);
  for (const other of [message(text), message(text, 60e6)]) {
    expect(diffTexts(other, beginning)).toMatchObject({ same: 'layout', firstBytes: 4_000 });
    expect(diffTexts(beginning, other)).toMatchObject({ same: 'layout', firstBytes: 4_000 });
  }
});

test('what differs is bounded, what is the same is not', () => {
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, at) => `line ${String(from + at)}\n`).join('');
  const all = lines(0, 10_000);
  const changed = all.replace('line 5000\n', 'new\nlines\n');
  expect(bounded(all, changed, 10)).toEqual({ before: all, after: changed, isCut: false });
  expect(bounded(all, all + 'more', 10)).toMatchObject({ isCut: false });
  expect(bounded(`same\n${all}`, `same\n${lines(20_000, 30_000)}`, 2)).toEqual({
    before: 'same\nline 0\nline 1',
    after: 'same\nline 20000\nline 20001',
    isCut: true,
  });
  expect(bounded('', all, 3)).toEqual({ before: '', after: 'line 0\nline 1\nline 2', isCut: true });
  expect(bounded('a', 'b', 3)).toEqual({ before: 'a', after: 'b', isCut: false });
  expect(bounded('a'.repeat(1e6), 'b', 3).before).toHaveLength(100_000);
});
