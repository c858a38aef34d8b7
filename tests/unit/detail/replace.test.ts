import { describe, expect, it } from 'vitest';
import { changeBetween } from '../../../renderer/detail/code/replace';

const applied = (before: string, after: string): string => {
  const change = changeBetween(before, after) as { from: number; to: number; insert: string };
  return before.slice(0, change.from) + change.insert + before.slice(change.to);
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

  it.each([
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
