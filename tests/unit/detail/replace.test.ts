import { describe, expect, it } from 'vitest';
import { changeBetween } from '../../../renderer/detail/code/replace';

type Change = { from: number; to: number; insert: string };

const applied = (before: string, after: string): string => {
  const changes = [changeBetween(before, after)].flat() as Change[];
  let text = '';
  let at = 0;
  for (const { from, to, insert } of changes) {
    text += before.slice(at, from) + insert;
    at = to;
  }
  return text + before.slice(at);
};

describe('the change that turns one text into another', () => {
  it('is none for equal texts', () => {
    expect(changeBetween('same', 'same')).toBeNull();
  });

  it('leaves alone what both share at the beginning and at the end', () => {
    expect(changeBetween('{"a": 1, "b": 2}', '{"a": 15, "b": 2}')).toEqual({
      from: 7,
      to: 7,
      insert: '5',
    });
  });

  it('leaves alone what stays in each of many lines', () => {
    expect(changeBetween('a = 1\nb = 2\nc = 3\nend', 'a = 5\nb = 2\nc = 31\nd = 4\nend')).toEqual([
      { from: 4, to: 5, insert: '5' },
      { from: 17, to: 17, insert: '1\nd = 4' },
    ]);
  });

  it.each([
    ['1\n2\n3', '4\n5'],
    ['1\n2', '4\n\n5\n6'],
    ['x\n\nx\n', '\nx\n'],
    ['', 'new'],
    ['old', ''],
    ['aaa', 'aa'],
    ['aa', 'aaaa'],
    ['abcabc', 'abc'],
    ['x1y', 'x2y'],
  ])('turns %j into %j', (before, after) => {
    expect(applied(before, after)).toBe(after);
  });
});
