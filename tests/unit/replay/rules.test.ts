import { describe, expect, test } from 'vitest';
import { isJson, valueSpan, withValue } from '../../../app/replay/json-edit';
import { parseJsonPath } from '../../../app/replay/json-path';
import {
  DEFAULT_RULES,
  ruleProblems,
  Rules,
  type ReplayRules,
  type RuledMessage,
} from '../../../app/replay/rules';
import { shiftedTimestamp } from '../../../app/replay/timestamps';
import { mappingProblem, mapTopic, parseMapping } from '../../../app/replay/topic-mapping';
import { pathText, type JsonPath } from '../../../app/payload/numbers';
import { topicMatches } from '../../../app/topic';
import { randomFrom } from '../../helpers/random';

function message(topic: string, payload = '', more: Partial<RuledMessage> = {}): RuledMessage {
  return {
    topic,
    direction: 'in',
    replayed: false,
    qos: 0,
    retain: false,
    payload: Buffer.from(payload),
    ...more,
  };
}

function rules(some: Partial<ReplayRules> = {}): Rules {
  return new Rules({ ...DEFAULT_RULES, ...some });
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload).toString();
}

describe('a topic mapping', () => {
  test.each([
    ['plant => copy/plant', 'plant/line1/press', 'copy/plant/line1/press'],
    ['plant => copy', 'plant', 'copy'],
    ['plant => copy', 'plants/line1', null],
    ['plant/+/# => copy/$1/$2', 'plant/line1/press/state', 'copy/line1/press/state'],
    ['plant/+/# => copy/$1/$2', 'plant/line1', 'copy/line1'],
    ['plant/+/# => copy/$2/$1', 'plant/line1', 'copy/line1'],
    ['+/+ => $2/$1', 'a/b', 'b/a'],
    ['+/+ => $2/$1/$2', 'a/', '/a/'],
    ['# => copy/$1', 'a//b', 'copy/a//b'],
    ['# => copy/$1', '$SYS/uptime', null],
    ['$SYS/# => stats/$1', '$SYS/uptime', 'stats/uptime'],
    ['a/+/b => $1', 'a/x/c', null],
  ])('%s makes of %s: %s', (text, topic, result) => {
    const mapping = parseMapping(text)!;
    expect(mappingProblem(mapping)).toBeNull();
    expect(mapTopic(mapping, topic)).toBe(result);
  });

  test('is refused in words', () => {
    expect(parseMapping('a -> b')).toBeNull();
    expect(mappingProblem({ from: 'a/#/b', to: 'c' })).toContain('last level');
    expect(mappingProblem({ from: 'a/+', to: 'c/$2' })).toContain('There is no $2');
    expect(mappingProblem({ from: 'a/+', to: 'c/#' })).toContain('$1');
    expect(mappingProblem({ from: 'a', to: '' })).toContain('becomes');
  });

  test('that puts its captures back where they were changes nothing', () => {
    const random = randomFrom(7);
    const levels = ['a', 'b', '', '线', '$1', 'x y'];
    for (let round = 0; round < 2_000; round += 1) {
      const topic = Array.from(
        { length: 1 + Math.floor(random() * 5) },
        () => levels[Math.floor(random() * levels.length)]!,
      );
      if (topic.join('/') === '' || topic[0]!.startsWith('$')) continue;
      // The same pattern on both sides: each level is a wildcard or itself.
      let captures = 0;
      const from: string[] = [];
      const to: string[] = [];
      for (const [index, level] of topic.entries()) {
        const isRest = index === topic.length - 1 && random() < 0.3;
        if (isRest || random() < 0.5 || level === '$1') {
          from.push(isRest ? '#' : '+');
          to.push(`$${String(++captures)}`);
        } else {
          from.push(level);
          to.push(level);
        }
      }
      if (captures === 0) continue;
      const mapping = { from: from.join('/'), to: to.join('/') };
      expect(topicMatches(mapping.from, topic.join('/')), JSON.stringify(mapping)).toBe(true);
      expect(mapTopic(mapping, topic.join('/')), JSON.stringify(mapping)).toBe(topic.join('/'));
    }
  });
});

describe('which messages are sent', () => {
  test('not what the broker says of itself, what we published, or what a replay sent, unless asked', () => {
    const asIs = rules();
    expect(asIs.verdict(message('a'))).toEqual({ kind: 'send', topic: 'a' });
    expect(asIs.verdict(message('$SYS/uptime'))).toEqual({ kind: 'skip', reason: 'system' });
    const own = message('a', '', { direction: 'out' });
    expect(asIs.verdict(own)).toEqual({ kind: 'skip', reason: 'own' });
    const replayed = message('a', '', { replayed: true });
    expect(asIs.verdict(replayed)).toEqual({ kind: 'skip', reason: 'replayed' });
    const all = rules({ skipSystem: false, skipOwn: false, skipReplayed: false });
    for (const one of [message('$SYS/uptime'), own, replayed])
      expect(all.verdict(one).kind).toBe('send');
  });

  test('what is included and not excluded', () => {
    const some = rules({ include: ['plant/#'], exclude: ['plant/+/debug'] });
    expect(some.verdict(message('plant/line1/state')).kind).toBe('send');
    expect(some.verdict(message('plant/line1/debug'))).toMatchObject({ reason: 'excluded' });
    expect(some.verdict(message('house/light'))).toMatchObject({ reason: 'excluded' });
  });

  test('not to a topic that MQTT does not allow', () => {
    const long = rules({ mappings: [{ from: '+', to: '$1/$1' }] });
    expect(long.verdict(message('a'.repeat(40_000)))).toMatchObject({ kind: 'invalid' });
    const empty = rules({ mappings: [{ from: 'a/#', to: '$1' }] });
    expect(empty.verdict(message('a'))).toMatchObject({
      kind: 'invalid',
      problem: 'The topic name would be empty.',
    });
  });

  test('with QoS and retain as stored, or as asked', () => {
    const asIs = rules();
    expect([asIs.qos(2), asIs.retain(true), asIs.retain(false)]).toEqual([2, true, false]);
    const other = rules({ qos: 1, retain: 'no' });
    expect([other.qos(2), other.retain(true)]).toEqual([1, false]);
    expect(rules({ retain: 'yes' }).retain(false)).toBe(true);
  });
});

describe('JSON text', () => {
  const paths: readonly JsonPath[] = [
    [],
    ['a'],
    ['motor', 'temperature'],
    ['readings', 2],
    [0, 'x'],
    ['odd name', 'with "quotes"', 'a.b'],
    ['$', 'x'],
  ];

  test.each(paths.map((path) => [path]))('path %j is read as it is written', (path) => {
    if (path[0] !== '$') expect(parseJsonPath(pathText(path))).toEqual(path);
    expect(parseJsonPath(`$${path.map((one) => `[${JSON.stringify(one)}]`).join('')}`)).toEqual(
      path,
    );
  });

  test('is no path with anything else in it', () => {
    for (const text of ['a..b', 'a[', 'a[x]', '.a', 'a b', 'a]', '$a b'])
      expect(parseJsonPath(text), text).toBeNull();
  });

  /** A random document, as text with random white space, and the path of one of its values. */
  function randomDocument(random: () => number): { text: string; path: JsonPath } {
    const below = (most: number): number => Math.floor(random() * most);
    const space = (): string => [' ', '', '', '\n', '\t '][below(5)]!;
    const names = ['a', 'b', 'odd "name"', '', '\u2028', '\\'];
    const scalars = ['1.0', '-1e-7', '12345678901234567890', '"x,]}"', '"\\"{"', 'null', 'true'];
    let path: JsonPath = [];
    const value = (depth: number, here: JsonPath): string => {
      if (random() < 0.2) path = here;
      if (depth === 0 || random() < 0.3) return scalars[below(scalars.length)]!;
      const isObject = random() < 0.5;
      const used = names.filter(() => random() < 0.6);
      const keys = isObject ? used : used.map((_, index) => index);
      const members = keys.map((key) => {
        const inner = value(depth - 1, [...here, key]);
        return `${space()}${isObject ? `${JSON.stringify(key)}${space()}:${space()}` : ''}${inner}${space()}`;
      });
      return isObject ? `{${members.join(',')}${space()}}` : `[${members.join(',')}${space()}]`;
    };
    return { text: `${space()}${value(4, [])}${space()}`, path };
  }

  const at = (document: unknown, path: JsonPath): unknown =>
    path.reduce<unknown>(
      (inner, step) => (inner as Record<string | number, unknown>)[step],
      document,
    );

  test('keeps every character but those of the value that is set', () => {
    for (let seed = 1; seed <= 1_500; seed += 1) {
      const { text, path } = randomDocument(randomFrom(seed));
      expect(isJson(text), text).toBe(true);
      const span = valueSpan(text, path)!;
      const old = at(JSON.parse(text), path);
      expect(JSON.parse(text.slice(span.from, span.to))).toEqual(old);
      const changed = withValue(text, path, '{"new":1.50}')!;
      expect(changed).toBe(`${text.slice(0, span.from)}{"new":1.50}${text.slice(span.to)}`);
      expect(at(JSON.parse(changed), path)).toEqual({ new: 1.5 });
    }
  });

  test('gets a member that is not there yet, in its object only', () => {
    expect(withValue('{"a":1 }', ['b'], '2')).toBe('{"a":1,"b":2}');
    expect(withValue('{ }', ['b'], '2')).toBe('{"b":2}');
    expect(withValue('[1]', [1], '2')).toBeNull();
    expect(withValue('{"a":1}', ['a', 'b'], '2')).toBeNull();
    expect(withValue('1', ['b'], '2')).toBeNull();
  });
});

describe('a payload', () => {
  test('gets the values that are set', () => {
    const set = rules({
      settings: [
        { path: 'site', json: '"lyon"' },
        { path: 'motor.on', json: 'false' },
      ],
    });
    const { payload, unapplied } = set.payload(Buffer.from('{"motor":{"on":true,"rpm":1.50}}'));
    expect(textOf(payload)).toBe('{"motor":{"on":false,"rpm":1.50},"site":"lyon"}');
    expect(unapplied).toBe(false);
  });

  test('that has no such place stays as it is, and that is said', () => {
    const set = rules({ settings: [{ path: 'a.b', json: '1' }], shiftTimes: ['time'] });
    for (const text of ['21.5', '{"a":2}', 'no json', '\xff']) {
      const stored = Buffer.from(text, 'latin1');
      expect(set.payload(stored)).toEqual({ payload: stored, unapplied: true });
      expect(set.shifted(stored, 1e6)).toEqual({ payload: stored, unapplied: true });
    }
  });

  test('has its timestamps moved, each in its own form', () => {
    const shifting = rules({ shiftTimes: ['at', 'sent[0]'] });
    const { payload, unapplied } = shifting.shifted(
      Buffer.from('{"at": "2026-11-23T17:00:05.120+01:00", "sent":[1700000000123], "n":1.0}'),
      3_600_000_000,
    );
    expect(textOf(payload)).toBe(
      '{"at": "2026-11-23T18:00:05.120+01:00", "sent":[1700003600123], "n":1.0}',
    );
    expect(unapplied).toBe(false);
    const bare = rules({ shiftTimes: [''] });
    expect(textOf(bare.shifted(Buffer.from(' 1700000000.5\n'), 1e6).payload)).toBe(
      ' 1700000001.5\n',
    );
    expect(textOf(bare.shifted(Buffer.from('2026-01-01T00:00:00Z'), -1e6).payload)).toBe(
      '2025-12-31T23:59:59Z',
    );
  });
});

describe('a timestamp', () => {
  test.each([
    ['1700000000', 1_000_000, '1700000001'],
    ['1700000000123', 1_000_000, '1700000001123'],
    ['1700000000123456', 1, '1700000000123457'],
    ['1700000000123456789', 1, '1700000000123457789'],
    ['1700000000.999', 1_000, '1700000001.000'],
    ['2026-11-23T17:00:05Z', 86_400_000_000, '2026-11-24T17:00:05Z'],
    ['2026-11-23 17:00', 60_000_000, '2026-11-23 17:01'],
    ['2026-02-28T23:59:59.999999-0530', 1, '2026-03-01T00:00:00.000000-0530'],
    ['21.5', 1e6, null],
    ['99999999', 1e6, null],
    ['2026-13-01T00:00:00Z', 1e6, null],
    ['yesterday', 1e6, null],
  ])('%s moved by %d µs is %s', (text, offsetUs, result) => {
    expect(shiftedTimestamp(text, offsetUs)).toBe(result);
  });

  test('moved there and back is the same', () => {
    const random = randomFrom(3);
    for (let round = 0; round < 2_000; round += 1) {
      const second = 1_600_000_000 + Math.floor(random() * 2_000_000_000);
      const offsetUs = Math.floor((random() - 0.5) * 1e9) * 1e6;
      const iso = new Date(second * 1_000).toISOString();
      for (const text of [String(second), `${String(second)}.125`, `${String(second)}042`, iso]) {
        const there = shiftedTimestamp(text, offsetUs)!;
        expect(shiftedTimestamp(there, -offsetUs), text).toBe(text);
        expect(there.length).toBe(text.length);
      }
    }
  });
});

test('rules are checked before they are used', () => {
  const problems = ruleProblems({
    ...DEFAULT_RULES,
    mappings: [
      { from: 'a', to: 'b' },
      { from: 'a/+', to: '$2' },
    ],
    include: ['#/a'],
    settings: [{ path: 'a', json: 'no json' }],
    shiftTimes: ['a..b'],
  });
  expect([...problems.keys()]).toEqual(['mappings.1', 'include.0', 'settings.0', 'shiftTimes.0']);
  expect(ruleProblems(DEFAULT_RULES).size).toBe(0);
});
