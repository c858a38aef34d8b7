import { expect, test } from 'vitest';
import { foldText, occurrences, variantsOf } from '../../../app/search/fold';
import { marksOf, piecesOf } from '../../../app/search/highlight';

test('upper and lower case fold to the same, beyond ASCII too', () => {
  for (const [one, other] of [
    ['PUMP', 'pump'],
    ['ÖLSTAND', 'ölstand'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ЁЖИК', 'ёжик'],
    ['ẞ', 'ß'],
    ['𐐀', '𐐨'],
  ] as const) {
    expect(foldText(one)).toBe(foldText(other));
  }
});

test('ASCII only meets ASCII', () => {
  // The Kelvin sign, the long s and the two Turkish letters.
  for (const character of ['\u212a', '\u017f', '\u0130', '\u0131']) {
    expect(foldText(character)).toBe(character);
  }
  expect(variantsOf('k')).toEqual(['k', 'K']);
  expect([...variantsOf('σ')].sort()).toEqual(['Σ', 'ς', 'σ']);
  expect(variantsOf('压')).toEqual(['压']);
});

test('folding keeps every character in its place', () => {
  for (let code = 0; code < 0x11000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    expect(foldText(`ä${character}`)).toHaveLength(1 + character.length);
  }
});

test('occurrences are found where they stand', () => {
  expect(occurrences('Öl, öl; OEL', 'ÖL', false)).toEqual([
    [0, 2],
    [4, 6],
  ]);
  expect(occurrences('Öl, öl', 'öl', true)).toEqual([[4, 6]]);
  expect(occurrences('text', '', false)).toEqual([]);
});

test('a text is cut where the marks begin and end, also where they overlap', () => {
  const { topic, payload, matchCase } = marksOf('topic:line "ne1/P" value > 3', false);
  const marked = (text: string, wanted: readonly string[]): string =>
    piecesOf(text, wanted, matchCase)
      .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
      .join('');
  expect(marked('plant/line1/pump', topic)).toBe(
    'plant/[li][ne1/p]ump'.replace('[li][ne1/p]', '[line][1/p]'),
  );
  expect(marked('{"value":4,"values":1}', payload)).toBe('{["value"]:4,"values":1}');
  expect(marksOf('value >', false)).toEqual({ topic: [], payload: [], matchCase: false });
});
