import { describe, expect, test } from 'vitest';
import type { TreeSort } from '../../../app/contract';
import { topicMatches } from '../../../app/topic';
import { Expansion } from '../../../main/engine/tree/expansion';
import { compareNatural } from '../../../main/engine/tree/order';
import type { TopicNode, TopicValue } from '../../../main/engine/tree/topic-node';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import { reveal, stepFrom, typeAhead } from '../../../main/engine/tree/walk';

let nextId = 1;

function add(tree: TopicTree, topic: string): TopicNode {
  const node = tree.reach(topic);
  const id = nextId++;
  const fresh: TopicValue = {
    count: 0,
    payload: new Uint8Array(0),
    sizeBytes: 0,
    id,
    timeUs: id,
    flags: 0,
    packetId: 0,
    properties: null,
    retained: false,
  };
  const value = node.value ?? fresh;
  value.count += 1;
  tree.count(node, topic, value, 1, id);
  return node;
}

/** All visible rows as the cursor walks them. */
function visible(tree: TopicTree): string[] {
  const paths: string[] = [];
  const cursor = tree.cursor(0);
  while (cursor) {
    paths.push(cursor.node.path);
    if (!cursor.next()) break;
  }
  return paths;
}

/** Every row found on its own, by its number. */
function byNumber(tree: TopicTree): (string | undefined)[] {
  return Array.from({ length: tree.rows }, (_, row) => tree.cursor(row)?.node.path);
}

function expectSound(tree: TopicTree): string[] {
  const rows = visible(tree);
  expect(rows.length).toBe(tree.rows);
  expect(byNumber(tree)).toEqual(rows);
  for (const [row, path] of rows.entries()) expect(tree.rowOf(tree.node(path)!)).toBe(row);
  return rows;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

describe('a topic tree', () => {
  test('counts messages and topics at and below every level', () => {
    const tree = new TopicTree();
    for (const topic of ['a/b', 'a/b', 'a/b/c', 'a', 'x']) add(tree, topic);
    expect(tree.node('a')).toMatchObject({ count: 4, topics: 3 });
    expect(tree.node('a/b')).toMatchObject({ count: 3, topics: 2 });
    expect(tree.topics).toBe(4);
    expect(tree.node('a/z')).toBeUndefined();
  });

  test('keeps strange topics apart', () => {
    const strange = [
      '/',
      '//',
      '/a',
      'a/',
      'a',
      'a//b',
      '__proto__',
      'constructor/x',
      '\u0000',
      '\u00e9',
      'e\u0301',
      '🏭/温度',
      ' ',
    ];
    const tree = new TopicTree();
    for (const topic of strange) add(tree, topic);
    expect(tree.topics).toBe(strange.length);
    for (const topic of strange) expect(tree.topic(topic)?.path).toBe(topic);
  });

  test('takes a topic of 65,535 levels', () => {
    const tree = new TopicTree();
    const deep = '/'.repeat(65_534);
    add(tree, deep);
    tree.setExpandedBelow(tree.root, true);
    expect(tree.rows).toBe(65_535);
    expect(tree.cursor(65_534)?.node.path).toBe(deep);
    tree.setFilter('x');
    expect(tree.rows).toBe(0);
  });

  test('shows only what is expanded', () => {
    const tree = new TopicTree();
    for (const topic of ['b/2', 'b/10', 'a/1', '$SYS/x']) add(tree, topic);
    expect(visible(tree)).toEqual(['a', 'b', '$SYS']);
    tree.setExpanded(tree.node('b')!, true);
    expect(expectSound(tree)).toEqual(['a', 'b', 'b/2', 'b/10', '$SYS']);
    tree.setExpandedBelow(tree.root, true);
    expect(expectSound(tree)).toEqual(['a', 'a/1', 'b', 'b/2', 'b/10', '$SYS', '$SYS/x']);
    tree.setExpandedBelow(tree.root, false);
    expect(expectSound(tree)).toEqual(['a', 'b', '$SYS']);
  });

  test('remembers expansion for topics that come later', () => {
    const first = new TopicTree();
    for (const topic of ['a/b/c', 'd/e']) add(first, topic);
    first.setExpanded(first.node('a')!, true);
    first.setExpanded(first.node('a/b')!, true);
    const second = new TopicTree(new Expansion(first.expansion.state));
    for (const topic of ['d/e', 'a/b/c']) add(second, topic);
    expect(expectSound(second)).toEqual(['a', 'a/b', 'a/b/c', 'd']);
  });

  test('sorts by count and by latest when it is told to, and keeps still otherwise', () => {
    const tree = new TopicTree();
    for (const topic of ['a', 'b', 'b', 'c', 'c', 'c']) add(tree, topic);
    tree.setSort('count');
    expect(expectSound(tree)).toEqual(['c', 'b', 'a']);
    for (let times = 0; times < 5; times += 1) add(tree, 'a');
    expect(visible(tree)).toEqual(['c', 'b', 'a']);
    tree.refreshOrder();
    expect(expectSound(tree)).toEqual(['a', 'c', 'b']);
    tree.setSort('latest');
    add(tree, 'b');
    tree.refreshOrder();
    expect(expectSound(tree)).toEqual(['b', 'a', 'c']);
  });

  test('filters by text in any case, opening the way to what matches', () => {
    const tree = new TopicTree();
    for (const topic of ['plant/line1/Temp', 'plant/line2/temp', 'plant/line2/state', 'home/x'])
      add(tree, topic);
    tree.setFilter('TEMP');
    expect(expectSound(tree)).toEqual([
      'plant',
      'plant/line1',
      'plant/line1/Temp',
      'plant/line2',
      'plant/line2/temp',
    ]);
    expect(tree.matching).toBe(2);
    tree.setFilter('line2');
    expect(expectSound(tree)).toEqual(['plant', 'plant/line2']);
    tree.setFilter('line2/st');
    expect(expectSound(tree)).toEqual(['plant', 'plant/line2', 'plant/line2/state']);
    tree.setFilter('');
    expect(expectSound(tree)).toEqual(['home', 'plant']);
  });

  test('filters by topic filter as a broker would', () => {
    const tree = new TopicTree();
    const topics = ['a', 'a/b', 'a/b/c', 'a/x/c', 'b/b', '$SYS/b', '/b'];
    for (const topic of topics) add(tree, topic);
    for (const filter of ['a/#', '+/b', '#', 'a/+/c', '+', '/+', '$SYS/#', 'a/+']) {
      tree.setFilter(filter);
      const wanted = topics.filter((topic) => topicMatches(filter, topic));
      expect(tree.matching, filter).toBe(wanted.length);
      tree.setExpandedBelow(tree.root, true);
      const shown = expectSound(tree).filter((path) => tree.topic(path));
      for (const topic of wanted) expect(shown, filter).toContain(topic);
    }
  });

  test('equals a brute-force tree after thousands of random changes', () => {
    const next = random(7);
    const tree = new TopicTree();
    const topics = new Set<string>();
    const sorts: TreeSort[] = ['name', 'count', 'latest'];
    for (let step = 0; step < 3_000; step += 1) {
      const dice = next();
      if (dice < 0.8) {
        const levels = Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
          String(Math.floor(next() * 30)),
        );
        topics.add(levels.join('/'));
        add(tree, levels.join('/'));
      } else if (dice < 0.93 && tree.rows > 0) {
        const node = tree.cursor(Math.floor(next() * tree.rows))!.node;
        tree.setExpanded(node, next() < 0.7);
      } else if (dice < 0.95) {
        tree.setFilter(next() < 0.5 ? '' : String(Math.floor(next() * 30)));
      } else if (dice < 0.97) {
        tree.setSort(sorts[Math.floor(next() * 3)]!);
      } else if (dice < 0.98) {
        tree.setExpandedBelow(tree.root, next() < 0.5);
      }
      if (step % 250 === 0) expectSound(tree);
    }
    tree.setFilter('');
    tree.setSort('name');
    tree.setExpandedBelow(tree.root, true);
    const all = new Set<string>();
    for (const topic of topics) {
      const levels = topic.split('/');
      for (let depth = 1; depth <= levels.length; depth += 1)
        all.add(levels.slice(0, depth).join('/'));
    }
    const wanted = [...all].sort((a, b) => {
      const x = a.split('/');
      const y = b.split('/');
      for (let level = 0; level < Math.min(x.length, y.length); level += 1) {
        const difference = compareNatural(x[level]!, y[level]!);
        if (difference !== 0) return difference;
      }
      return x.length - y.length;
    });
    expect(expectSound(tree)).toEqual(wanted);
  });

  test('under a filter a new topic appears only when it matches', () => {
    const tree = new TopicTree();
    add(tree, 'a/one');
    tree.setFilter('two');
    expect(tree.rows).toBe(0);
    add(tree, 'b/two');
    add(tree, 'b/three');
    expect(expectSound(tree)).toEqual(['b', 'b/two']);
    expect(tree.matching).toBe(1);
  });

  test('moves the selection as keys expect', () => {
    const tree = new TopicTree();
    for (const topic of ['a/1', 'a/2', 'b', 'c/x']) add(tree, topic);
    expect(stepFrom(tree, null, 'next', 10)).toEqual({ path: 'a', index: 0 });
    const a = tree.node('a')!;
    expect(stepFrom(tree, a, 'in', 10)).toEqual({ path: 'a', index: 0 });
    expect(stepFrom(tree, a, 'in', 10)).toEqual({ path: 'a/1', index: 1 });
    expect(stepFrom(tree, tree.node('a/1')!, 'out', 10)).toEqual({ path: 'a', index: 0 });
    expect(stepFrom(tree, a, 'last', 10)).toEqual({ path: 'c', index: 4 });
    expect(stepFrom(tree, a, 'pageDown', 2)).toEqual({ path: 'a/2', index: 2 });
    expect(typeAhead(tree, a, 'C', false)).toEqual({ path: 'c', index: 4 });
    expect(typeAhead(tree, tree.node('c')!, 'a', false)).toEqual({ path: 'a', index: 0 });
    expect(typeAhead(tree, a, 'zz', true)).toBeNull();
    tree.setExpandedBelow(tree.root, false);
    expect(reveal(tree, tree.node('c/x')!)).toEqual({ path: 'c/x', index: 3 });
  });
});

describe('natural order', () => {
  test('numbers by value, all else by code unit, and never equal for different texts', () => {
    const sorted = ['', '-1', '01', '1', '2', '10', 'A', 'a', 'a1', 'a2b', 'a10', 'a10b'];
    expect([...sorted].reverse().sort(compareNatural)).toEqual([
      '',
      '-1',
      '01',
      '1',
      '2',
      '10',
      'A',
      'a',
      'a1',
      'a2b',
      'a10',
      'a10b',
    ]);
    expect(compareNatural('01', '1')).not.toBe(0);
    expect(compareNatural('x', 'x')).toBe(0);
  });
});
