import { ChildList } from './child-list';
import { Expansion } from './expansion';
import { BRANCH, EXPANDED, NONE, ROOT } from './node-state';
import type { TopicNode } from './topic-node';
import { TopicTree } from './topic-tree';
import { filterStates, renewFilter, takeFilterOff } from './whole-tree';

/** Nodes that are taken over at once: a millisecond or two. */
const SLICE = 8_192;

/** What topics had at a moment: one entry of each column per topic that had a message. */
export interface PastCounts {
  readonly keys: Uint32Array;
  readonly counts: Uint32Array;
  /** The newest messages; null where the order does not depend on them. */
  readonly lastIds: Float64Array | null;
}

/**
 * The tree as it was at a moment. It has the nodes of a live tree, under the same numbers; of those without a message at
 * the moment none is shown. How it stands is its own: what is expanded here is not there.
 */
export class PastTree extends TopicTree {
  /** By the topic's key in the history: one more than the node's number. */
  private nodeOfKey = new Int32Array(0);
  private found: Int32Array | null = null;
  private foundFor: object | null = null;

  constructor(private readonly live: TopicTree) {
    super(new Expansion(), live.seed);
  }

  /** Takes over a slice of what is new in the live tree; whether there is more. */
  takeOver(): boolean {
    const from = this.live.table;
    const end = Math.min(from.length, this.table.length + SLICE);
    for (let index = this.table.length; index < end; index += 1) {
      const parent = from.parent(index);
      this.table.add(from.name(index), parent, from.hash(index));
      this.table.states[index] = (from.states[index] ?? 0) & EXPANDED;
      this.index.add(index);
      this.appendTo(parent, index);
    }
    return end < from.length;
  }

  /** Learns the keys of topics that the live tree has by now. */
  learnKeys(): void {
    const from = this.live.table;
    for (let index = 0; index < this.table.length; index += 1) {
      const key = from.topicKey(index);
      if (key === 0 || this.table.topicKey(index) === key) continue;
      this.table.setTopicKey(index, key);
      if (key >= this.nodeOfKey.length) this.growKeys(key);
      this.nodeOfKey[key] = index + 1;
    }
  }

  /** Whether the nodes of all these topics are here. */
  knows(keys: Uint32Array): boolean {
    const { nodeOfKey } = this;
    return keys.every((key) => (nodeOfKey[key] ?? 0) > 0);
  }

  /** Lays what topics had at a moment over the nodes; topics that are not known are left out. */
  lay({ keys, counts, lastIds }: PastCounts): void {
    const { table, nodeOfKey } = this;
    table.clearCounts();
    for (let at = 0; at < keys.length; at += 1) {
      const node = (nodeOfKey[keys[at] ?? 0] ?? 0) - 1;
      if (node > ROOT) table.setCount(node, counts[at] ?? 0, lastIds?.[at] ?? 0);
    }
    table.rollUp();
    this.showAnew();
    if (this.order.moves) this.order.epoch += 1;
    this.version += 1;
  }

  /** The topic of a key; undefined when it is not known. */
  ofKey(key: number): TopicNode | undefined {
    const index = (this.nodeOfKey[key] ?? 0) - 1;
    return index > ROOT ? this.table.node(index) : undefined;
  }

  private showAnew(): void {
    if (this.filter === null) {
      takeFilterOff(this.table);
      this.matching = this.topics;
      return;
    }
    // Names never change: how nodes stand to the filter is found once.
    if (this.foundFor !== this.filter || this.found?.length !== this.table.length)
      this.found = filterStates(this.table, this.filter);
    this.foundFor = this.filter;
    this.matching = renewFilter(this.table, this.found);
  }

  private appendTo(parent: number, index: number): void {
    if (parent === NONE) return;
    const node = this.table.node(parent);
    if (!node.children) {
      node.children = new ChildList(this.table, parent, this.order.epoch);
      this.table.set(parent, BRANCH, true);
    }
    node.children.append(index);
  }

  private growKeys(key: number): void {
    const grown = new Int32Array(Math.max(key + 1, this.nodeOfKey.length * 2));
    grown.set(this.nodeOfKey);
    this.nodeOfKey = grown;
  }
}
