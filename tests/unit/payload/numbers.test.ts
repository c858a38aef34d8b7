import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../app/payload/detect';
import { numberAt, numericPaths, pathText } from '../../../app/payload/numbers';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const paths = (text: string, limit = 100) => {
  const json = jsonOf(text);
  return json.ok ? numericPaths(json.value, limit).map((found) => pathText(found.path)) : [];
};

describe('the numbers of a payload', () => {
  it('lists where numbers and truth values stand, in the order of the text', () => {
    expect(paths('{"a":1,"s":"2","m":{"t":3,"ok":true},"r":[4,{"v":5}],"odd name":6}')).toEqual([
      'a',
      'm.t',
      'm.ok',
      'r[0]',
      'r[1].v',
      '["odd name"]',
    ]);
  });

  it('stops at the limit', () => {
    expect(paths(`[${'1,'.repeat(5000)}1]`, 50)).toHaveLength(50);
  });

  it('finds a number 100,000 levels deep', () => {
    const [path] = paths(`${'['.repeat(100_000)}7${']'.repeat(100_000)}`);
    expect(path).toHaveLength(300_000);
  });

  it('reads a number at a path', () => {
    const payload = bytes('{"r":[4,{"v":5.5}],"ok":true,"s":"7","__proto__":{"x":1}}');
    expect(numberAt(payload, ['r', 1, 'v'])).toBe(5.5);
    expect(numberAt(payload, ['ok'])).toBe(1);
    expect(numberAt(payload, ['s'])).toBeNull();
    expect(numberAt(payload, ['r', 9])).toBeNull();
    expect(numberAt(payload, ['toString'])).toBeNull();
    expect(numberAt(payload, ['__proto__', 'x'])).toBe(1);
    expect(numberAt(payload, [])).toBeNull();
  });

  it('reads the whole payload as a number, quoted or not', () => {
    expect(numberAt(bytes(' 21.5\n'), [])).toBe(21.5);
    expect(numberAt(bytes('"21.5"'), [])).toBe(21.5);
    expect(numberAt(bytes('false'), [])).toBe(0);
    expect(numberAt(bytes('1e999'), [])).toBeNull();
    expect(numberAt(bytes(''), [])).toBeNull();
    expect(numberAt(new Uint8Array([0xff, 0x31]), [])).toBeNull();
    expect(numberAt(bytes('{"a":'), ['a'])).toBeNull();
  });
});
