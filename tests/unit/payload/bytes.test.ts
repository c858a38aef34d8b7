import { describe, expect, it } from 'vitest';
import { base64Line, base64LineCount, toBase64 } from '../../../app/payload/base64';
import { escapeHidden, escapeHiddenInLines } from '../../../app/payload/escape';
import { hexDump, hexRow, hexRowCount, hexText } from '../../../app/payload/hex';

const random = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 197 + (index >> 3)) & 0xff);

describe('bytes as text', () => {
  it('writes Base64 as Node does, for every remainder', () => {
    for (const length of [0, 1, 2, 3, 56, 57, 58, 200, 1001]) {
      expect(toBase64(random(length))).toBe(Buffer.from(random(length)).toString('base64'));
    }
  });

  it('wraps Base64 at 76 characters', () => {
    expect(base64LineCount(58)).toBe(2);
    expect(base64Line(random(58), 0)).toHaveLength(76);
    expect(base64Line(random(58), 1)).toHaveLength(4);
    expect(base64LineCount(58, 30)).toBe(2);
    expect([0, 1].map((line) => base64Line(random(58), line, 30)).join('')).toHaveLength(80);
  });

  it('lays bytes out with offset, hex and ASCII', () => {
    const bytes = new TextEncoder().encode('0123456789abcdef\u0007z');
    expect(hexRowCount(bytes.length)).toBe(2);
    expect(hexRow(bytes, 0)).toEqual({
      offset: '000000',
      hex: '30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66',
      ascii: '0123456789abcdef',
    });
    expect(hexRow(bytes, 1)).toEqual({ offset: '000010', hex: '07 7a', ascii: '.z' });
    expect(hexDump(bytes).split('\n')[1]).toBe(`000010  ${'07 7a'.padEnd(48)}  .z`);
    expect(hexDump(bytes.subarray(0, 9), 8).split('\n')[1]).toBe(`000008  ${'38'.padEnd(23)}  8`);
    expect(hexText(new Uint8Array([10, 255]))).toBe('0a ff');
  });
});

describe('hidden characters', () => {
  it('become visible on one line', () => {
    expect(escapeHidden('a\tb\r\n\u0000\u009f\u2066\ufeff')).toBe(
      'a\\tb\\r\\n\\u0000\\u009f\\u2066\\ufeff',
    );
  });

  it('shows lone surrogates, and leaves emoji with joiners whole', () => {
    expect(escapeHidden('\ufffe\uffff')).toBe('\\ufffe\\uffff');
    expect(escapeHidden('\ud83d x \ude00')).toBe('\\ud83d x \\ude00');
    expect(escapeHidden('👩‍👩‍👧 مرحبا')).toBe('👩‍👩‍👧 مرحبا');
  });

  it('keeps lines and tabs of a longer text', () => {
    expect(escapeHiddenInLines('a\r\n\tb\rc\u001b[0m')).toBe('a\n\tb\\rc\\u001b[0m');
  });
});
