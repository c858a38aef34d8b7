import { describe, expect, it } from 'vitest';
import { previewOf } from '../../../app/payload/preview';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const preview = (text: string, maxChars = 120) =>
  previewOf(bytes(text), bytes(text).length, maxChars);

describe('the preview of a payload on one line', () => {
  it('shows a number as it was written', () => {
    expect(preview(' 21.40\n')).toEqual({ text: '21.40', kind: 'number', number: 21.4 });
    expect(preview('12345678901234567890').text).toBe('12345678901234567890');
  });

  it('takes true and false for truth values and leaves other words alone', () => {
    expect(preview('true')).toEqual({ text: 'true', kind: 'boolean', number: null });
    expect(preview('on')).toEqual({ text: 'on', kind: 'text', number: null });
  });

  it('shows JSON without white space, its texts untouched', () => {
    expect(preview('{ "a" : [1, 2],\n "b": "x  y" }')).toEqual({
      text: '{"a":[1,2],"b":"x  y"}',
      kind: 'json',
      number: null,
    });
  });

  it('shows a reading with its unit and keeps every digit', () => {
    expect(preview('{"value":21.40,"unit":"°C","time":17}')).toEqual({
      text: '21.40 °C',
      kind: 'json',
      number: 21.4,
    });
  });

  it('gives the number an object is about, but not a time or an ambiguous one', () => {
    expect(preview('{"temperature":21.5,"timestamp":1700000000}').number).toBe(21.5);
    expect(preview('{"x":1,"y":2}').number).toBeNull();
  });

  it('calls broken JSON text', () => {
    expect(preview('{"a":1').kind).toBe('text');
    expect(preview('[INFO] started').kind).toBe('text');
  });

  it('escapes control and bidirectional characters and joins lines', () => {
    expect(preview('a\n  b\u202ec').text).toBe('a b\\u202ec');
    expect(preview('bell \u0007 in a longer text').text).toBe('bell \\u0007 in a longer text');
  });

  it('shows bytes that are not text in hexadecimal, with the size', () => {
    expect(previewOf(new Uint8Array([0x0a, 0xff]), 2, 80)).toEqual({
      text: '0a ff · 2 B',
      kind: 'binary',
      number: null,
    });
    const beginning = new Uint8Array(20).fill(0xff);
    expect(previewOf(beginning, 2150, 80).text).toBe(`${'ff '.repeat(12)}… · 2.1 KB`);
    expect(preview('has a NUL \u0000').kind).toBe('binary');
  });

  it('names the empty payload', () => {
    expect(preview('')).toEqual({ text: '', kind: 'empty', number: null });
  });

  it('cuts long text at the limit without splitting a character, and says so', () => {
    expect(preview('abcdefgh', 5).text).toBe('abcd…');
    expect(preview('abc😀efgh', 5).text).toBe('abc…');
    expect(preview('传'.repeat(400), 1000).text).toBe(`${'传'.repeat(106)}…`);
    expect(preview(`x${'😀'.repeat(400)}`, 1000).kind).toBe('text');
  });

  it('sees text in the beginning of a payload that was cut inside a character', () => {
    const start = bytes('温度').subarray(0, 5);
    expect(previewOf(start, 6, 80)).toEqual({ text: '温…', kind: 'text', number: null });
    expect(previewOf(start, 5, 80).kind).toBe('binary');
  });

  it('takes a large payload that begins like JSON for JSON without reading it all', () => {
    const large = bytes(`{"items": [${'1, '.repeat(5_000_000)}1]}`);
    const previewsFrom = performance.now();
    for (let run = 0; run < 20; run++) previewOf(large, large.length, 120);
    const readFrom = performance.now();
    // Twenty previews take less than looking at each byte once.
    const sum = large.reduce((before, byte) => before + byte, 0);
    expect(sum).toBeGreaterThan(0);
    expect(readFrom - previewsFrom).toBeLessThan(performance.now() - readFrom);
    expect(previewOf(large, large.length, 20)).toEqual({
      text: '{"items":[1,1,1,1,1…',
      kind: 'json',
      number: null,
    });
  });
});
