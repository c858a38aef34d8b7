import { expect, test } from 'vitest';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { makesSenseWhole } from '../../../app/payload/whole-only';

test('pictures and what is packed make sense whole only; texts and numbers from their beginning', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  for (const whole of ['\x89PNG\r\n', '\xff\xd8\xff\xe0', 'GIF89a', 'RIFF....WEBPVP8 ', 'BM....'])
    expect(makesSenseWhole(bytes(whole)), whole).toBe(true);
  expect(makesSenseWhole(gzipSync('{}'))).toBe(true);
  expect(makesSenseWhole(zstdCompressSync(Buffer.from('{}')))).toBe(true);
  for (const part of ['', '{"a":1}', '<svg>', 'RIFF....WAVE', '\x00\x01']) {
    expect(makesSenseWhole(bytes(part)), part).toBe(false);
  }
});
