import { expect, test } from 'vitest';
import { sortedByKey } from '../../../main/engine/tree/merge-sort';
import { commonStart, compareNatural, naturalKey } from '../../../main/engine/tree/natural';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import type { TopicValue } from '../../../main/engine/tree/topic-node';

const PIECES = [
  '',
  'a',
  'B',
  '-',
  '0',
  '00',
  '1',
  '7',
  '12',
  '9999999999',
  '\u0000',
  'é',
  '温',
  '🏭',
];
const LONG = ['1'.repeat(70), '2'.repeat(62), '3'.repeat(63), 'x'.repeat(9)];

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

function names(count: number, seed: number): string[] {
  const next = random(seed);
  const pieces = [...PIECES, ...LONG];
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(4) }, () => pieces[next(pieces.length)]).join(''),
  );
}

function value(id: number): TopicValue {
  const fields = { count: 1, payload: new Uint8Array([200, 0, 10]), sizeBytes: 3, id, timeUs: id };
  return { ...fields, flags: 0, packetId: 0, properties: null, retained: false };
}

function add(tree: TopicTree, topic: string, id: number): void {
  tree.count(tree.reach(topic), topic, value(id), 1, id);
}

function visible(tree: TopicTree): string[] {
  const paths: string[] = [];
  for (let cursor = tree.cursor(0); cursor;) {
    paths.push(cursor.node.path);
    if (!cursor.next()) break;
  }
  return paths;
}

test('a natural key never contradicts the natural order', () => {
  const all = names(600, 3);
  for (const a of all) {
    for (const b of all) {
      const difference = naturalKey(a, 0) - naturalKey(b, 0);
      if (difference !== 0)
        expect(Math.sign(compareNatural(a, b)), `${a} ${b}`).toBe(Math.sign(difference));
    }
  }
  expect(naturalKey('line2', 0)).toBeLessThan(naturalKey('line10', 0));
});

test('what texts have in common ends before a number', () => {
  expect(commonStart(['line12', 'line13', 'line1'])).toBe(4);
  expect(commonStart(['a', ''])).toBe(0);
  expect(commonStart(['same', 'same'])).toBe(4);
});

test('sorting by key is stable, and breaks ties where it is told how', () => {
  const next = random(11);
  const keys = Array.from({ length: 1000 }, () => next(50));
  const positions = Int32Array.from(keys.keys());
  const wanted = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
  expect([...sortedByKey(positions.slice(), Float64Array.from(keys), null)]).toEqual(wanted);
  const backwards = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || b - a);
  const tie = (a: number, b: number): number => b - a;
  expect([...sortedByKey(positions.slice(), Float64Array.from(keys), tie)]).toEqual(backwards);
});

test.each([
  ['a level below', 'x/'],
  ['the first level', ''],
])(
  'thousands of siblings in %s stand in order, however they come and whenever they are looked at',
  (_where, start) => {
    const tree = new TopicTree();
    const all = [...new Set(names(4000, 5).filter((name) => start !== '' || name !== 'x'))];
    for (const [at, name] of all.entries()) {
      add(tree, start + name, at + 1);
      if (at === 1500) tree.setExpandedBelow(tree.root, true);
      // Few and many new ones between two looks.
      if (at > 1500 && at % 333 < 3) tree.cursor(Math.floor(tree.rows / 2));
    }
    const wanted = [...all].sort(compareNatural).map((name) => start + name);
    const rows = visible(tree).slice(start === '' ? 0 : 1);
    expect(rows).toEqual(wanted);
    for (const row of [0, 1, 511, 512, 513, wanted.length - 1]) {
      const node = tree.topic(wanted[row]!)!;
      expect(tree.rowOf(node)).toBe(row + (start === '' ? 0 : 1));
      expect(node.parent!.children!.positionOf(node)).toBe(row);
    }
    tree.setSort('latest');
    const newestFirst = all.map((name) => start + name).reverse();
    expect(visible(tree).slice(start === '' ? 0 : 1)).toEqual(newestFirst);
    tree.setSort('count');
    expect(visible(tree).slice(start === '' ? 0 : 1)).toEqual(wanted);
  },
);

test('every filter shows exactly what a look at each topic would, whether it was there before or came after', () => {
  const next = random(23);
  const levels = ['plant', 'Line1', 'line2', 'TEMP', 'é', 'É', '', '$x', 'abab', 'ababa'];
  const topicAt = (): string =>
    Array.from({ length: 1 + next(4) }, () => levels[next(levels.length)]).join('/');
  const texts = [
    'ababa',
    'bab',
    'line',
    'é',
    'É/p',
    '1/t',
    '/',
    'p/',
    't/line',
    'zz',
    'e'.repeat(1500),
  ];
  for (const text of texts) {
    const tree = new TopicTree();
    const topics = new Set(Array.from({ length: 200 }, topicAt));
    let id = 0;
    for (const topic of topics) add(tree, topic, ++id);
    tree.setFilter(text);
    for (let more = 0; more < 200; more += 1) {
      const topic = topicAt();
      if (!topics.has(topic)) add(tree, topic, ++id);
      topics.add(topic);
    }
    const needle = text.toLowerCase();
    const wanted = [...topics].filter((topic) => `${topic}/`.toLowerCase().includes(needle));
    expect(tree.matching, text).toBe(wanted.length);
    // On the way to each of them there is a row that passes, and no other end is shown.
    const ends = visible(tree).filter((path) => tree.node(path)?.open !== true);
    for (const end of ends) expect(`${end}/`.toLowerCase(), text).toContain(needle);
    for (const topic of wanted)
      expect(
        ends.some((end) => topic === end || topic.startsWith(`${end}/`)),
        topic,
      ).toBe(true);
    tree.setFilter('');
    expect(tree.matching).toBe(topics.size);
  }
});

test('a value is kept byte by byte, of any size', () => {
  const tree = new TopicTree();
  for (const size of [0, 1, 511, 512, 513, 65_536]) {
    const payload = Uint8Array.from({ length: size }, (_, at) => at & 0xff);
    const topic = `t/${String(size)}`;
    tree.count(tree.reach(topic), topic, { ...value(1), payload, packetId: -1, flags: 0x1f }, 1, 1);
    const kept = tree.topic(topic)?.value;
    expect(kept?.payload, topic).toEqual(payload);
    expect(kept).toMatchObject({ packetId: -1, flags: 0x1f, retained: false, count: 1, id: 1 });
  }
});

test('a new topic of 65,535 levels is shown at once while everything is expanded', () => {
  const tree = new TopicTree();
  tree.setExpandedBelow(tree.root, true);
  const begun = performance.now();
  add(tree, '/'.repeat(65_534), 1);
  expect(tree.rows).toBe(65_535);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
