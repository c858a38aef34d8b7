import { expect, test } from 'vitest';
import {
  decimalSeconds,
  isoMicroseconds,
  microsecondsOf,
  microsecondsOfSeconds,
} from '../../../app/recording/time-text';
import { csvField, csvFields } from '../../../main/engine/files/csv';
import { bytesOfBase64 } from '../../../main/engine/files/properties-json';

test('times are the same as text and back, to the microsecond', () => {
  for (const timeUs of [0, 1, -1, 1_763_917_205_123_456, 1_700_000_000_999_999, -62_000_000_001]) {
    expect(microsecondsOf(isoMicroseconds(timeUs))).toBe(timeUs);
    expect(microsecondsOfSeconds(decimalSeconds(timeUs))).toBe(timeUs);
  }
});

test('a time with its zone, or more digits than µs, is taken; what does not exist is not', () => {
  expect(microsecondsOf('1970-01-01T01:00:00+01:00')).toBe(0);
  expect(microsecondsOf('1970-01-01 00:00:00.0000015Z')).toBe(2);
  for (const text of [
    ...['', 'now', '2026-11-23', '2026-11-23T17:00:05', '2026-13-01T00:00:00Z'],
    ...['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z'],
    ...['2026-01-01T00:00:60Z', '2026-01-01T00:00:00+25:00'],
  ]) {
    expect(microsecondsOf(text)).toBeNull();
  }
});

test('seconds are taken as Python writes them', () => {
  expect(microsecondsOfSeconds('1700000000.1234567')).toBe(1_700_000_000_123_457);
  expect(microsecondsOfSeconds('1.7e9')).toBe(1_700_000_000_000_000);
  for (const text of ['', 'x', '1e400', 'nan', 'inf', '0x10', '1,5']) {
    expect(microsecondsOfSeconds(text)).toBeNull();
  }
});

test('fields of CSV are the same after a way there and back', () => {
  const fields = ['', 'a', ',', '"', '""', 'a"b', '\r\n', ' x ', '=1+1', '"quoted"', 'é😀'];
  expect(csvFields(fields.map(csvField).join(','))).toEqual(fields);
  expect(csvFields('')).toEqual(['']);
  expect(csvFields('a,"b')).toBeNull();
  expect(csvFields('"a"b')).toBeNull();
});

test('base64 is taken only where it is that', () => {
  for (let size = 0; size < 10; size += 1) {
    const bytes = Buffer.alloc(size, 0xff);
    expect(bytesOfBase64(bytes.toString('base64'))).toEqual(bytes);
  }
  for (const text of ['a', 'a b=', 'ä', 'AA=A', '====', 'AAA!', 'A===']) {
    expect(bytesOfBase64(text)).toBeNull();
  }
});
