import { expect, test } from 'vitest';
import { levelText } from '../../../renderer/state/format';

test.each([
  ['', '(empty)'],
  ['line 1', 'line 1'],
  [' a', String.raw`\u0020a`],
  ['a  ', String.raw`a\u0020\u0020`],
  [' ', String.raw`\u0020`],
  ['a\u202eb', String.raw`a\u202eb`],
])('the level “%s” is shown as %s', (name, shown) => {
  expect(levelText(name)).toBe(shown);
});
