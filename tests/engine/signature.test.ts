import { describe, expect, test } from 'vitest';
import { JsonTextClue } from '../../main/engine/history/search/json-text-clue';
import { needleOf } from '../../main/engine/history/search/needle';
import { mayHave, signatureBits, signatureOf } from '../../main/engine/history/signature';
import { randomFrom } from '../helpers/random';

/** Characters whose case is not simple: ſ and K (the Kelvin sign) fold to ASCII, ß and İ to two characters or none. */
const ALPHABET = [...'aAbkKsSzZ09 {}":.', ...'äÄßẞſKİıσςΣЖж漢🙂', '\u0000', '\\'];
const SEEDS = Array.from({ length: 400 }, (_, seed) => seed);

describe('a signature rules out nothing that is there', () => {
  test.each([true, false])('with matching case %s', (matchCase) => {
    let ruledOut = 0;
    for (const seed of SEEDS) {
      const next = randomFrom(seed);
      const text = (most: number): string =>
        Array.from(
          { length: Math.floor(next() * most) + 1 },
          () => ALPHABET[Math.floor(next() * ALPHABET.length)] ?? '',
        ).join('');
      const body = Buffer.from(text(300));
      const signature = signatureOf(body);
      if (signature === null) throw new Error('so small a body has a signature');
      for (let round = 0; round < 20; round += 1) {
        // Some are cut from the body, so that there is something to find; in another case where that is allowed.
        const at = Math.floor(next() * body.length);
        const cut = body
          .toString('utf8', at, at + 3 + Math.floor(next() * 8))
          .replaceAll('\uFFFD', '');
        const sought =
          round % 2 === 0 || cut === '' ? text(6) : matchCase ? cut : cut.toUpperCase();
        const needle = needleOf({ kind: 'text', text: sought, where: 'anywhere' }, matchCase);
        const isThere = needle.find(body, 0) >= 0;
        const may = mayHave(signature, needle.signatureBits);
        if (isThere) expect(may, `${JSON.stringify(sought)} in ${String(seed)}`).toBe(true);
        else if (!may) ruledOut += 1;
      }
    }
    expect(ruledOut).toBeGreaterThan(1_000);
  });

  test('bytes are found as they are', () => {
    const body = Buffer.from([0, 255, 128, 7, 65, 66, 67]);
    const signature = signatureOf(body)!;
    for (const bytes of [[0, 255, 128], [255, 128, 7, 65], [65, 66, 67], [1], []])
      expect(mayHave(signature, signatureBits(Uint8Array.from(bytes)))).toBe(true);
    expect(mayHave(signature, signatureBits(Uint8Array.of(9, 9, 9)))).toBe(false);
  });

  test('a body that has everything has none', () => {
    const next = randomFrom(1);
    const body = Uint8Array.from({ length: 65_536 }, () => Math.floor(next() * 256));
    expect(signatureOf(body)).toBeNull();
  });
});

describe('a signature rules out no JSON that has a text, however it is escaped', () => {
  /** As JSON may be written: each character plain, or as one of its escapes. */
  function written(text: string, next: () => number): string {
    const shares = next() < 0.5 ? 0 : 0.3;
    const units = next() < 0.5 ? text.split('') : [...text];
    return units
      .map((unit) => {
        if (next() < shares) return unit.split('').map(escaped).join('');
        return unit === '/' && next() < 0.5 ? '\\/' : JSON.stringify(unit).slice(1, -1);
      })
      .join('');
  }

  function escaped(unit: string): string {
    const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${unit.charCodeAt(0) % 2 === 0 ? hex : hex.toUpperCase()}`;
  }

  test('keys and strings', () => {
    let ruledOut = 0;
    for (const seed of SEEDS) {
      const next = randomFrom(seed);
      const text = (): string =>
        Array.from(
          { length: Math.floor(next() * 8) + 1 },
          () => [...ALPHABET, '/', '\n', '\ufffd'][Math.floor(next() * 30)] ?? 'x',
        ).join('');
      const json = `{"${written(text(), next)}":${String(seed)},"n":"${written('fault', next)}"}`;
      const [key] = Object.keys(JSON.parse(json) as object);
      if (key === undefined) throw new Error('it has a key');
      const signature = signatureOf(Buffer.from(json));
      if (signature === null) throw new Error('so small a body has a signature');
      for (const there of [key, 'fault'])
        expect(new JsonTextClue(there).mayBeIn(signature), `${there} in ${json}`).toBe(true);
      for (const absent of ['running', 'state', text()])
        if (!new JsonTextClue(absent).mayBeIn(signature)) ruledOut += 1;
    }
    expect(ruledOut).toBeGreaterThan(600);
  });

  test('bytes that are no UTF-8 are read as a replacement character', () => {
    const signature = signatureOf(Buffer.from([0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d]))!;
    expect(new JsonTextClue('\ufffd').mayBeIn(signature)).toBe(true);
  });
});
