import { expect, test } from 'vitest';
import { parseJson } from '../../../app/payload/json';
import { isJson } from '../../../app/payload/json-check';
import { randomFrom } from '../../helpers/random';

test('says of any text what parsing it says', () => {
  const random = randomFrom(11);
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"',
    '1',
    '-0.5e3',
    '01',
    'true',
    'null',
    ' ',
    '\n',
    '\\',
    'x',
  ];
  const whole = [
    '{"a":[1,{"b":null}],"c":"\\\\"}',
    '[]',
    '{}',
    '[[],{}]',
    '"x"',
    '',
    '{"a":1,}',
    '[1 2]',
    '"\t"',
  ];
  const texts = Array.from({ length: 20_000 }, () => {
    const length = 1 + Math.floor(random() * 8);
    return Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
  });
  for (const text of [...whole, ...texts]) {
    expect([text, isJson(text)]).toEqual([text, parseJson(text).ok]);
  }
});

test('a million levels are no danger', () => {
  const depth = 1_000_000;
  expect(isJson('['.repeat(depth) + ']'.repeat(depth))).toBe(true);
  expect(isJson('['.repeat(depth))).toBe(false);
});
