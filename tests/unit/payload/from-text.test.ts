import { describe, expect, test } from 'vitest';
import { bytesFromBase64, bytesFromHex } from '../../../app/payload/from-text';

describe('bytes written down as text', () => {
  test.each([0, 1, 2, 3, 4, 5, 255])('Base64 of %i bytes is read back', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + 251) % 256);
    const text = Buffer.from(bytes).toString('base64');
    expect(bytesFromBase64(text)).toEqual(bytes);
    expect(bytesFromBase64(text.replace(/=+$/u, ''))).toEqual(bytes);
    expect(bytesFromBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
    expect(bytesFromBase64(text.replaceAll(/.{10}/gu, '$&\r\n'))).toEqual(bytes);
  });

  test.each(['=', 'A', 'AAAAA', 'AB=C', 'Ä', 'AA*='])('%j is not Base64', (text) => {
    expect(bytesFromBase64(text)).toBeNull();
  });

  test('hex is read with and without spaces and colons', () => {
    expect(bytesFromHex('00 ff:7E\n0a')).toEqual(Uint8Array.of(0, 255, 126, 10));
    expect(bytesFromHex('')).toEqual(new Uint8Array());
    expect(bytesFromHex('abc')).toBeNull();
    expect(bytesFromHex('0g')).toBeNull();
  });
});
