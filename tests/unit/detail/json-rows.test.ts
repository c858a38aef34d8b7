import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../app/payload/detect';
import { pathText } from '../../../app/payload/numbers';
import {
  foldDeep,
  glimpse,
  isContainer,
  jsonRows,
  pathOf,
  shiftOf,
  valueText,
  type Folds,
} from '../../../renderer/detail/json-rows';

const none: Folds = new Map();
const valueOf = (text: string) => {
  const json = jsonOf(text);
  if (!json.ok) throw new Error(json.problem.message);
  return json.value;
};
const paths = (text: string, folds = none) =>
  jsonRows(valueOf(text), folds).map((row) => pathText(pathOf(row)));

describe('the rows of a JSON document', () => {
  const text = '{"a":{"b":[1,{"c":2}]},"d":"x","d":3}';

  it('stand in the order of the text, members of the same name each on their own', () => {
    expect(paths(text)).toEqual(['a', 'a.b', 'a.b[0]', 'a.b[1]', 'a.b[1].c', 'd', 'd']);
  });

  it('of 100,000 levels begin with the first hundred; the next ones come when they are opened', () => {
    const deep = valueOf(`${'['.repeat(100_000)}7${']'.repeat(100_000)}`);
    const rows = jsonRows(deep, none);
    expect(rows).toHaveLength(101);
    expect(rows.at(-1)?.folded).toBe(true);
    expect(jsonRows(deep, new Map([[rows.at(-1)!.key, false]]))).toHaveLength(201);
  });

  it('leave out what is folded, and only that', () => {
    const rows = jsonRows(valueOf(text), none);
    const folded = new Map([[rows[1]!.key, true]]);
    expect(paths(text, folded)).toEqual(['a', 'a.b', 'd', 'd']);
  });

  it('stay folded when another message has the same place', () => {
    const folded = new Map([[jsonRows(valueOf(text), none)[0]!.key, true]]);
    expect(paths('{"z":0,"a":{"b":[7]}}', folded)).toEqual(['z', 'a']);
  });

  it('are followed when others come or go above them', () => {
    const rowsOf = (json: string) => jsonRows(valueOf(json), none);
    const before = rowsOf('{"list":[1,2],"a":1,"b":2}');
    const grown = rowsOf('{"list":[1,2,3,4],"a":1,"b":2}');
    expect(shiftOf(before, grown, 3)).toBe(2);
    expect(shiftOf(grown, before, 5)).toBe(-2);
    expect(shiftOf(before, grown, 0)).toBe(0);
    expect(shiftOf(before, rowsOf('{"list":[1,2],"b":2}'), 3)).toBe(0);
  });

  it('fold and open with everything below', () => {
    const [first] = jsonRows(valueOf(text), none);
    const closed = foldDeep(first!, true, none);
    expect(closed.size).toBe(3);
    expect(paths(text, new Map(closed).set(first!.key, false))).toEqual(['a', 'a.b', 'd', 'd']);
    expect(paths(text, foldDeep(first!, false, closed))).toEqual(paths(text));
  });

  it('begin folded where a container is large', () => {
    const many = `{"few":[1],"many":[${'0,'.repeat(100)}0]}`;
    expect(paths(many)).toEqual(['few', 'few[0]', 'many']);
  });

  it('begin folded in a long list, which is read line by line', () => {
    const list = `[${Array.from({ length: 51 }, () => '[1]').join(',')}]`;
    expect(paths(list)).toHaveLength(51);
    expect(paths('[[1],[1]]')).toHaveLength(4);
  });

  it('give a glimpse of what is folded, and say where it is cut', () => {
    const of = (source: string) => {
      const value = valueOf(source);
      return isContainer(value) ? glimpse(value, source) : null;
    };
    expect(of('{ "a": [1, 2],\n "b": "x" }')).toBe('{"a":[1,2],"b":"x"}');
    expect(of(`["${'y'.repeat(1000)}"]`)).toMatch(/^\["y{200,240}…$/);
  });

  it('are one row for a scalar and none for an empty document', () => {
    expect(paths('"x"')).toEqual(['']);
    expect(paths('{}')).toEqual([]);
  });

  it('copy a container as its exact source, laid out', () => {
    const source = '{"n": {"big":12345678901234567890, "e":"\\u00e9"}}';
    const [row] = jsonRows(valueOf(source), none);
    expect(valueText(row!.value, source)).toBe(
      '{\n  "big": 12345678901234567890,\n  "e": "\\u00e9"\n}',
    );
  });
});
