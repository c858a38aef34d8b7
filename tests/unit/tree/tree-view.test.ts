import { expect, test } from 'vitest';
import type { TreeParams, TreeRow } from '../../../app/contract';
import type { ProfileRuntime } from '../../../main/engine/profile-runtime';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import { TreeView } from '../../../main/engine/views/tree-view';

const WINDOW: TreeParams = {
  profileId: 'plant',
  first: 0,
  count: 20,
  sort: 'name',
  filter: '',
  selected: null,
  holdOrder: false,
};

/** A view of a tree with numbers on topics of the first level; nothing else of the profile is asked for. */
class Fixture {
  readonly tree = new TopicTree();
  readonly view = new TreeView({ tree: this.tree } as unknown as ProfileRuntime, WINDOW);
  private nowMs = 10_000;
  private id = 0;

  publish(topic: string, number: number): void {
    const node = this.tree.reach(topic);
    const payload = new TextEncoder().encode(String(number));
    this.id += 1;
    const fields = { payload, sizeBytes: payload.length, id: this.id, timeUs: this.id };
    const value = Object.assign(
      node.value ?? { count: 0, flags: 0, packetId: 0, properties: null, retained: false },
      fields,
    );
    value.count += 1;
    this.tree.count(node, topic, value, 1, this.id);
  }

  /** The next frame, a second after the last one. */
  rows(change: Partial<TreeParams> = {}): readonly TreeRow[] {
    this.view.update({ ...WINDOW, ...change });
    this.nowMs += 1000;
    const frame = this.view.next(this.nowMs);
    if (frame instanceof Promise) throw new Error('A live tree is there at once.');
    return frame?.rows ?? [];
  }

  trend(topic: string, change: Partial<TreeParams> = {}): readonly number[] {
    return this.rows(change).find(({ name }) => name === topic)?.trend ?? [];
  }
}

/** Three numbers on `pressure`, each of them shown. */
function shown(): Fixture {
  const fixture = new Fixture();
  for (const number of [1, 2, 3]) {
    fixture.publish('pressure', number);
    fixture.rows();
  }
  return fixture;
}

test('a row keeps its trend while a filter hides it', () => {
  const fixture = shown();
  fixture.publish('other', 0);
  expect(fixture.rows({ filter: 'other' }).map(({ name }) => name)).toEqual(['other']);
  expect(fixture.trend('pressure')).toEqual([1, 2, 3]);
});

test('a row keeps its trend while it is scrolled away, and goes on where it was', () => {
  const fixture = shown();
  for (let index = 0; index < 100; index += 1) fixture.publish(`q${String(index)}`, index);
  expect(fixture.trend('pressure', { first: 60 })).toEqual([]);
  fixture.publish('pressure', 4);
  expect(fixture.trend('pressure')).toEqual([1, 2, 3, 4]);
});

test('of many rows that left, the longest away are forgotten', () => {
  const fixture = shown();
  for (let index = 0; index < 600; index += 1) fixture.publish(`q${String(index)}`, index);
  for (let first = 1; first < 600; first += 20) fixture.rows({ first });
  expect(fixture.trend('pressure')).toEqual([]);
});
