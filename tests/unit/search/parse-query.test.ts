import { expect, test } from 'vitest';
import { parseQuery } from '../../../app/search/parse-query';
import { MAX_QUERY_CHARS, MAX_QUERY_PARTS, type MessageQuery } from '../../../app/search/query';

function parsed(text: string): MessageQuery {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.query;
}

function texts(text: string): unknown[] {
  return parsed(text).terms.map((term) =>
    term.kind === 'text' ? [term.where, term.text] : [...term.bytes],
  );
}

test('words are looked for anywhere, or where a prefix says', () => {
  expect(texts('pump fault')).toEqual([
    ['anywhere', 'pump'],
    ['anywhere', 'fault'],
  ]);
  expect(texts('topic:line1 Payload:"out of \\"range\\""')).toEqual([
    ['topic', 'line1'],
    ['payload', 'out of "range"'],
  ]);
  expect(texts('hex:00fF10')).toEqual([[0, 255, 16]]);
  expect(texts('http://x 12:30 a/b#c <b> {"x":1}')).toEqual(
    ['http://x', '12:30', 'a/b#c', '<b>', '{"x":1}'].map((word) => ['anywhere', word]),
  );
  expect(texts('   ')).toEqual([]);
});

test.each([
  ['value > 80', ['value'], '>', 80],
  ['value>=-1.5e3', ['value'], '>=', -1500],
  ['state = "fault"', ['state'], '==', 'fault'],
  ['a.b[2].c != null', ['a', 'b', 2, 'c'], '!=', null],
  ['$["key \\"q\\""].x == true', ['key "q"', 'x'], '==', true],
  ['$ < 5', [], '<', 5],
  ['$[0] <= 5', [0], '<=', 5],
  ['größe-2.0 ~ "ä"', ['größe-2', '0'], '~', 'ä'],
])('%s is a comparison', (text, path, operator, value) => {
  expect(parsed(text)).toEqual({ terms: [], comparisons: [{ path, operator, value }] });
});

test('“and” joins beside a comparison and after quotes, and is a word elsewhere', () => {
  expect(texts('"a" and topic:b and c')).toHaveLength(3);
  expect(parsed('value > 1 and state == "ok" and pump')).toMatchObject({
    comparisons: [{ path: ['value'] }, { path: ['state'] }],
    terms: [{ text: 'pump' }],
  });
  expect(parsed('pump and value > 1').terms).toHaveLength(1);
  expect(texts('salt and pepper')).toHaveLength(3);
});

test.each([
  ['state == fault', 9, 5, '"fault"'],
  ['value >', 0, 7, 'A value is missing after value >'],
  ['value > 80%', 8, 3, 'neither a number'],
  ['a > true', 4, 4, 'use == or !='],
  ['a ~ 5', 4, 1, 'text in quotes'],
  ['a > 1 or b > 2', 6, 2, 'no “or”'],
  ['x "open', 2, 5, 'no end'],
  ['""', 0, 2, 'nothing between the quotes'],
  ['hex:0g', 4, 2, 'two digits each'],
  ['id == 9007199254740993', 6, 16, 'cannot be compared exactly'],
  ['a == "x', 5, 2, 'no end'],
])('%s is refused where it is wrong', (text, offset, length, words) => {
  const result = parseQuery(text);
  expect(result).toMatchObject({ ok: false, problem: { offset, length } });
  expect(result.ok ? '' : result.problem.message).toContain(words);
});

test('queries have bounds', () => {
  expect(parseQuery('x'.repeat(MAX_QUERY_CHARS + 1)).ok).toBe(false);
  expect(parseQuery('x '.repeat(MAX_QUERY_PARTS)).ok).toBe(true);
  expect(parseQuery('x '.repeat(MAX_QUERY_PARTS + 1)).ok).toBe(false);
});

test('never throws, whatever is typed', () => {
  const pieces = [
    '"',
    '\\',
    '$',
    '[',
    ']',
    '.',
    '>',
    '=',
    '~',
    'a',
    '1',
    ' ',
    'and',
    'hex:',
    '\u0000',
    '😀',
    '\ud800',
  ];
  let seed = 1;
  for (let round = 0; round < 3_000; round++) {
    let text = '';
    for (let at = 0; at < 8; at++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      text += pieces[(seed >>> 16) % pieces.length] ?? '';
    }
    const result = parseQuery(text);
    if (!result.ok) expect(result.problem.offset).toBeLessThanOrEqual(text.length);
  }
});
