import { describe, expect, it } from 'vitest';
import { parseJson, type JsonContainer } from '../../../app/payload/json';
import { compactJson, prettyJson } from '../../../app/payload/json-text';

const root = (text: string): JsonContainer => {
  const result = parseJson(text);
  if (!result.ok) throw new Error(result.problem.message);
  if (result.value.kind !== 'object' && result.value.kind !== 'array')
    throw new Error('no container');
  return result.value;
};
const problem = (text: string) => {
  const result = parseJson(text);
  return result.ok ? null : result.problem;
};

describe('reading JSON', () => {
  it('keeps every digit of a number', () => {
    expect(root('[12345678901234567890, 1.10, -0, 1e400]').values).toEqual(
      ['12345678901234567890', '1.10', '-0', '1e400'].map((source) => ({ kind: 'number', source })),
    );
  });

  it('keeps members with the same name and names like __proto__', () => {
    const object = root('{"a":1,"a":2,"__proto__":{"x":null}}');
    expect(object.names).toEqual(['a', 'a', '__proto__']);
    expect(object.values[1]).toEqual({ kind: 'number', source: '2' });
  });

  it('unescapes texts as JSON.parse does', () => {
    for (const text of ['"a\\"b"', '"\\\\"', '"\\u4f20\\n\\\\n"', '"😀"', '"\\/\\\\\\""']) {
      expect(root(`[${text}]`).values[0]).toEqual({ kind: 'string', value: JSON.parse(text) });
    }
  });

  it('knows where a container stands in the text', () => {
    const inner = root('{"a": [1, {"b": 2}] }').values[0] as JsonContainer;
    expect([inner.start, inner.end]).toEqual([6, 19]);
  });

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '[1 2]',
    '01',
    '1.',
    '.5',
    '+1',
    'nul',
    'truex',
    '"a',
    '"\\x"',
    '"\\u12g4"',
    '"a\nb"',
    '[1]x',
    '{"a" 1}',
    "{'a':1}",
    ']',
    '[}',
    '{"a":}',
    'NaN',
    '\ufeff1',
    '"\\',
    '"\\"',
  ])('refuses %j as JSON.parse does', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(problem(text)).not.toBeNull();
  });

  it('agrees with JSON.parse on what is JSON', () => {
    for (const text of [
      '0',
      '-1.5e+3',
      ' [ ] ',
      '{ }',
      '{"":[{}]}',
      'null',
      ' true\n',
      '"\\ud800"',
      '[[],[[]]]',
    ]) {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(problem(text)).toBeNull();
    }
  });

  it('says where and why a document is wrong', () => {
    expect(problem('{\n  "a": 1\n  "b": 2\n}')).toEqual({
      message: 'Expected a comma or }, but found “"”',
      offset: 13,
      line: 3,
      column: 3,
    });
    expect(problem('[1, 2')?.message).toBe('Expected a comma or ], but the text ends here');
    expect(problem('{"a" 1}')?.message).toBe(
      'Expected a colon after the member name, but found “1”',
    );
  });

  it('survives nesting a hundred thousand levels deep', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(root(deep).kind).toBe('array');
    expect(problem('[{"a":'.repeat(100_000))?.message).toContain('the text ends here');
  });
});

describe('the layout of JSON', () => {
  const text = '{"a":[1,{"b":"x, {y}"}],"e":{},"f":[ ],"n":12345678901234567890}';

  it('puts one member on a line and changes no token', () => {
    expect(prettyJson(text)).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": "x, {y}"\n    }\n  ],\n  "e": {},\n  "f": [],\n  "n": 12345678901234567890\n}',
    );
  });

  it('compacts what it laid out', () => {
    expect(compactJson(prettyJson(text))).toBe(text.replace('[ ]', '[]'));
  });

  it('does not grow with the square of the nesting', () => {
    expect(prettyJson('['.repeat(20_000) + ']'.repeat(20_000)).length).toBeLessThan(5_000_000);
  });
});
