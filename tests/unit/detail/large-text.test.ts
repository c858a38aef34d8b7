import { describe, expect, it } from 'vitest';
import { JsonParsing, parseJson } from '../../../app/payload/json';
import { findFrom } from '../../../renderer/detail/viewers/find-text';
import { isLargeText } from '../../../renderer/detail/viewers/large';
import { TextLines } from '../../../renderer/detail/viewers/text-lines';
import { randomFrom } from '../../helpers/random';

/** All lines of a text, found a few at a time. */
function linesOf(text: string, columns: number, step = 3): string[] {
  const lines = new TextLines(text, columns);
  while (lines.step(step));
  return Array.from({ length: lines.count }, (_, index) => lines.line(index));
}

const PARTS = [
  'a',
  'é',
  '日',
  '😀',
  '\n',
  '\r\n',
  '\t',
  '\u0000',
  '\u202e',
  '\r',
  'word ',
  '\ud83d',
];
const random = randomFrom(20_260_512);

function upTo(count: number): number {
  return Math.floor(random() * count);
}

function randomText(): string {
  return Array.from({ length: upTo(200) }, () => PARTS[upTo(PARTS.length)] ?? '').join('');
}

describe('lines of a large text', () => {
  it.each([
    ['x'.repeat(1_000), 1],
    [`${'x'.repeat(100)}\n${'y'.repeat(100)}`, 2],
    ['a\nb\n', 2],
    ['\r\n\r\n', 2],
    ['', 0],
  ])('are counted as the text has them, not as they are wrapped (%#)', (text, count) => {
    const lines = new TextLines(text, 20);
    while (lines.step(3));
    expect(lines.ownCount).toBe(count);
  });

  it('break at line breaks and where the width ends', () => {
    expect(linesOf('one\r\ntwo\n\nabcdef', 4)).toEqual(['one', 'two', '', 'abcd', 'ef']);
    expect(linesOf('', 10)).toEqual(['']);
  });

  it('give wide and hidden characters their room and never split a pair', () => {
    expect(linesOf('日本語字', 4)).toEqual(['日本', '語字']);
    expect(linesOf('😀😀😀', 4)).toEqual(['😀😀', '😀']);
    expect(linesOf('a\u0000b', 7)).toEqual(['a\u0000', 'b']);
  });

  it('hold every character of any text, in order, and know the line of each', () => {
    for (let run = 0; run < 25; run++) {
      const [text, columns] = [randomText(), 1 + upTo(40)];
      const lines = new TextLines(text, columns);
      while (lines.step(7));
      const shown = Array.from({ length: lines.count }, (_, index) => lines.line(index));
      expect(shown.join('')).toBe(text.replaceAll(/\r?\n/gu, ''));
      for (let offset = 0, line = 0; offset < text.length; offset++) {
        const next = lines.lineAt(offset);
        // A place is in the line of the one before it or in the next, and only a line that has it is its own.
        expect([line, line + 1]).toContain(next);
        line = next;
        const isBreak =
          text[offset] === '\n' || (text[offset] === '\r' && text[offset + 1] === '\n');
        if (!isBreak) expect(lines.line(line)).toContain(text[offset]);
      }
    }
  });
});

describe('finding in a large text', () => {
  const text = 'Alpha beta ALPHA gamma alpha';

  it('goes from one place to the next in any case, and round', () => {
    const first = findFrom(text, 'alpha', null, false);
    const second = findFrom(text, 'alpha', first, false);
    const third = findFrom(text, 'alpha', second, false);
    expect([first, second, third].map((place) => place?.start)).toEqual([0, 11, 23]);
    expect(findFrom(text, 'alpha', third, false)?.start).toBe(0);
    expect(findFrom(text, 'alpha', first, true)?.start).toBe(23);
    expect(findFrom(text, 'alpha', third, true)?.start).toBe(11);
    expect(findFrom(text, 'delta', null, true)).toBeNull();
  });

  it('takes every character as it stands', () => {
    expect(findFrom('a.c abc (x) [y]', 'a.c', null, false)?.start).toBe(0);
    expect(findFrom('abc (x) [y]', '(x) [', null, true)?.start).toBe(4);
  });
});

describe('JSON in pieces', () => {
  it('is the same as at once, right and wrong', () => {
    for (let run = 0; run < 300; run++) {
      const whole = JSON.stringify(randomValue(4));
      const text = upTo(3) === 0 ? whole.slice(0, -1) : whole;
      const parsing = new JsonParsing(text);
      let result = parsing.step(1 + upTo(5));
      for (let steps = 0; !result && steps < 100_000; steps++) result = parsing.step(1 + upTo(5));
      expect(result).toEqual(parseJson(text));
      expect(parsing.progress).toBeLessThanOrEqual(1);
    }
  });
});

function randomValue(depth: number): unknown {
  const kind = upTo(depth > 0 ? 6 : 4);
  if (kind === 0) return random() * 1e6;
  if (kind === 1) return randomText();
  if (kind === 2) return random() > 0.5;
  if (kind === 3) return null;
  const values = Array.from({ length: upTo(5) }, () => randomValue(depth - 1));
  return kind === 4
    ? values
    : Object.fromEntries(values.map((value, index) => [`m${index}`, value]));
}

describe('what an editor is too slow for', () => {
  it('is a long text, or a text with a long line', () => {
    const lines = (count: number, characters: number): string =>
      `${'x'.repeat(characters)}\n`.repeat(count);
    expect(isLargeText(lines(2_000, 80))).toBe(false);
    expect(isLargeText(lines(20_000, 80))).toBe(true);
    expect(isLargeText(`${lines(10, 80)}${'x'.repeat(30_000)}`)).toBe(true);
    expect(isLargeText(`${'x'.repeat(30_000)}\n${lines(10, 80)}`)).toBe(true);
    expect(isLargeText('')).toBe(false);
  });
});
