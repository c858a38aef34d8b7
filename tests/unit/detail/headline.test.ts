import { expect, test } from 'vitest';
import type { Message } from '../../../app/contract';
import { headlineOf, kindName } from '../../../renderer/detail/headline';
import { decodedView, viewed } from '../../../renderer/detail/viewed';
import { bytesOf, decode } from '../../helpers/decoding';

function shown(text: string): ReturnType<typeof viewed> {
  const payload = bytesOf(text);
  const message = { payload, sizeBytes: payload.length } as Message;
  return decodedView(viewed(message), decode(payload));
}

test('the tag of a message names what the payload is, not how it is shown', () => {
  expect(kindName(shown('{"a":[]}'))).toBe('JSON');
  expect(kindName(shown('<a b="c"/>'))).toBe('XML');
  expect(kindName(shown('21.5'))).toBe('number');
  expect(kindName(shown('hello'))).toBe('text');
  expect(headlineOf(shown(`[${'1,'.repeat(600_000)}1]`)).text).toBe('JSON, 1.1 MB');
  expect(headlineOf(shown('{"value":1,"by":{"a":1.50}}'), ['by', 'a']).text).toBe('1.50');
  expect(headlineOf(shown('{"value":1}'), ['by', 'a']).text).toBe('1');
  expect(headlineOf(shown('<a b="c"/>')).text).toBe('Object, 1 member');
});

test('only a number takes the unit that a rule names', () => {
  const isNumber = (text: string, path: string[] | null = null): boolean =>
    headlineOf(shown(text), path).isNumber;
  expect(isNumber('21.5')).toBe(true);
  expect(isNumber('{"value":1,"unit":"A"}')).toBe(true);
  expect(isNumber('{"by":{"a":1.50}}', ['by', 'a'])).toBe(true);
  for (const text of ['offline', 'true', 'null', '"word"', '{"a":[]}', '']) {
    expect(isNumber(text), text).toBe(false);
  }
});
