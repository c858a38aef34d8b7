import { describe, expect, test } from 'vitest';
import { expand, type TextKind, type VariableValues } from '../../../app/desk/expand';
import { piecesOf, variablesOf, withoutVariables } from '../../../app/desk/variables';
import { randomFrom } from '../../helpers/random';

const NOW_MS = Date.UTC(2026, 0, 31, 9, 41, 7, 250);

function values(change: Partial<VariableValues> = {}): VariableValues {
  return {
    nowMs: NOW_MS,
    random: () => 0.5,
    uuid: () => '6f1c0d5e-0000-4000-8000-000000000000',
    counter: (start, step) => start + step * 2,
    answer: (name) => (name === 'device' ? 'press-1' : null),
    lastValue: (topic) =>
      topic === 'plant/line1' ? '{"mode": "auto", "speed": 12.50, "parts": [7]}' : null,
    row: null,
    ...change,
  };
}

function text(
  source: string,
  kind: TextKind = 'plain',
  change: Partial<VariableValues> = {},
): string {
  const expanded = expand(source, kind, values(change));
  expect(expanded.problems).toEqual([]);
  return expanded.text;
}

function problem(source: string, change: Partial<VariableValues> = {}): [string, string] {
  const { problems } = expand(source, 'plain', values(change));
  const [first] = problems;
  return [first?.message ?? '', source.slice(first?.start, first?.end)];
}

describe('what a variable stands for', () => {
  test.each([
    ['{{now}}', '2026-01-31T09:41:07.250Z'],
    ['{{ now iso }}', '2026-01-31T09:41:07.250Z'],
    ['{{now seconds}}', '1769852467'],
    ['{{now milliseconds}}', '1769852467250'],
    ['{{now date}} {{now time}}', '2026-01-31 09:41:07'],
    ['{{uuid}}', '6f1c0d5e-0000-4000-8000-000000000000'],
    ['{{counter}} {{counter 10 5}} {{counter 0 -1}}', '3 20 -2'],
    ['{{random 18 24}}', '21'],
    ['{{random 0.00 1}}', '0.50'],
    ['{{ask "device"}}', 'press-1'],
    ['{{value "plant/line1" $.mode}}', 'auto'],
    ['{{value "plant/line1" speed}}', '12.50'],
    ['{{value "plant/line1" parts[0]}}', '7'],
  ])('%s', (source, expected) => {
    expect(text(source)).toBe(expected);
  });

  test('a row of a CSV file', () => {
    const row = new Map([
      ['id', '7'],
      ['serial number', 'a"b'],
    ]);
    expect(text('plant/{{csv id}}/{{csv "serial number"}}', 'plain', { row })).toBe('plant/7/a"b');
    expect(problem('{{csv nme}}', { row })[0]).toMatch(/no column “nme”; it has “id”, “serial/);
  });

  test('random numbers reach both limits and never pass them', () => {
    const random = randomFrom(7);
    const seen = new Set<string>();
    for (let index = 0; index < 500; index += 1)
      seen.add(text('{{random 18 24}}', 'plain', { random }));
    expect([...seen].sort()).toEqual(['18', '19', '20', '21', '22', '23', '24']);
    expect(text('{{random 0 1}}', 'plain', { random: () => 0.999_999_999_999 })).toBe('1');
  });
});

describe('what is no variable is an error at its place, or the text itself', () => {
  test.each([
    ['a {{nwo}} b', /“nwo” is no variable/, '{{nwo}}'],
    ['a {{}} b', /has no name/, '{{}}'],
    ['a {{now', /not closed/, '{{now'],
    ['{{now "iso}} x', /not closed/, '{{now "iso}} x'],
    ['{{now week}}', /not as “week”/, '{{now week}}'],
    ['{{random 5}}', /needs its limits/, '{{random 5}}'],
    ['{{random 5 1}}', /lower limit comes first/, '{{random 5 1}}'],
    ['{{counter x}}', /must be a number/, '{{counter x}}'],
    ['{{uuid 4}}', /more than/, '{{uuid 4}}'],
    ['{{ask}}', /Say what is asked/, '{{ask}}'],
    ['{{ask "room"}}', /“room” was not answered/, '{{ask "room"}}'],
    ['{{value "plant/none"}}', /No value of plant\/none/, '{{value "plant/none"}}'],
    ['{{value "plant/line1" $.x}}', /nothing at \$\.x/, '{{value "plant/line1" $.x}}'],
    ['{{csv id}}', /row by row/, '{{csv id}}'],
    ['{{constructor}}', /is no variable/, '{{constructor}}'],
  ])('%s', (source, message, place) => {
    const [words, where] = problem(source);
    expect(words).toMatch(message);
    expect(where).toBe(place);
  });

  test('\\{{ stands for the braces', () => {
    expect(text('{"template": "\\{{ value_json.x }}", "at": {{now seconds}}}')).toBe(
      '{"template": "{{ value_json.x }}", "at": 1769852467}',
    );
    expect(text(withoutVariables('{{now}} {{{{x'))).toBe('{{now}} {{{{x');
    expect(variablesOf('\\{{now}}')).toEqual([]);
  });

  test('every text is taken apart without a gap', () => {
    const random = randomFrom(11);
    const parts = ['{{', '}}', '\\', '"', 'now', ' ', '\n', 'random 1 2', 'ä', '{', '}'];
    for (let round = 0; round < 2_000; round += 1) {
      let source = '';
      while (random() < 0.85) source += parts[Math.floor(random() * parts.length)] ?? '';
      let at = 0;
      for (const { start, end } of piecesOf(source)) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(source.length);
    }
  });
});

describe('values within a document', () => {
  const hostile = { answer: () => 'a"b\\c\n</x>&' };

  test('within the quotation marks of JSON a value is escaped, outside it stands as it is', () => {
    const source = '{"name": "{{ask "device"}}", "n": {{random 1 1}}}';
    expect(JSON.parse(text(source, 'json', hostile))).toEqual({ name: 'a"b\\c\n</x>&', n: 1 });
  });

  test('in XML it is escaped as text', () => {
    expect(text('<x a="{{ask "device"}}"/>', 'xml', hostile)).toBe(
      '<x a="a&quot;b\\c\n&lt;/x&gt;&amp;"/>',
    );
  });

  test('a place of what is sent leads back to what was written', () => {
    const source = 'ab{{random 1 1}}cd\\{{ef';
    const expanded = expand(source, 'plain', values());
    expect(expanded.text).toBe('ab1cd{{ef');
    expect(expanded.sourceOf(1)).toBe(1);
    expect(expanded.sourceOf(2)).toBe(2);
    expect(expanded.sourceOf(3)).toBe(source.indexOf('cd'));
    expect(expanded.sourceOf(7)).toBe(source.indexOf('ef'));
  });
});
