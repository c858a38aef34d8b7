import { describe, expect, it } from 'vitest';
import { detectPayload, jsonOf, readingOfJson } from '../../../app/payload/detect';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const detected = (text: string) => {
  const { kind, viewer } = detectPayload(bytes(text), true);
  return [kind, viewer];
};

describe('what a payload is and what shows it best', () => {
  it.each([
    ['{"a":1}', 'json', 'json'],
    ['\ufeff{"a":1}', 'json', 'json'],
    ['[]', 'json', 'json'],
    ['"running"', 'json', 'text'],
    ['null', 'json', 'text'],
    ['21.5', 'number', 'text'],
    ['-1e3', 'number', 'text'],
    ['False', 'boolean', 'text'],
    ['hello', 'text', 'text'],
    ['{"a":1', 'text', 'text'],
    ['{{uuid}}', 'text', 'text'],
    ['温度 😀', 'text', 'text'],
    ['', 'empty', 'text'],
    ['a\u0000b', 'binary', 'hex'],
  ])('%j is %s, shown as %s', (text, kind, viewer) => {
    expect(detected(text)).toEqual([kind, viewer]);
  });

  it('takes invalid UTF-8 for binary: overlong, surrogates, a cut character', () => {
    for (const wrong of [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x41, 0xe6, 0xb8], [0xff]]) {
      expect(detectPayload(new Uint8Array(wrong), true).kind).toBe('binary');
    }
  });

  it('reads the beginning of a payload without its split last character', () => {
    const partial = detectPayload(bytes('{"温').subarray(0, 4), false);
    expect(partial).toEqual({ kind: 'json', viewer: 'text', text: '{"', json: null });
  });

  it('tells why text that begins like JSON is none', () => {
    const json = detectPayload(bytes('{"a":1,}'), true).json;
    expect(json?.ok === false && json.problem.column).toBe(8);
  });

  it('finds the number an object is about, with its unit', () => {
    const reading = (text: string) => {
      const json = jsonOf(text);
      return json.ok ? readingOfJson(json.value) : null;
    };
    expect(reading('{"value":21.40,"unit":"°C"}')).toEqual({
      name: 'value',
      source: '21.40',
      number: 21.4,
      unit: '°C',
    });
    expect(reading('{"x":1,"Value":2}')?.number).toBe(2);
    expect(reading('{"id":4,"at":"now"}')).toBeNull();
    expect(reading('[1]')).toBeNull();
    expect(reading('{"motor":{"rpm":1},"error":0}')).toBeNull();
  });
});
