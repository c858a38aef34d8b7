import type { TreeSort } from '../../../app/contract';
import { ChildList } from './child-list';
import { Expansion } from './expansion';
import { filterOf, passes, stepFilter, type FilterState, type TreeFilter } from './filter';
import { LevelNames } from './level-names';
import { BRANCH, EXPANDED, NONE, OPEN, ROOT, SHOWN, TOPIC } from './node-state';
import { NodeTable } from './node-table';
import { Order } from './order';
import { mixed, PathIndex } from './path-index';
import { cursorAt, rowOf, type RowCursor } from './row-cursor';
import type { TopicNode, TopicValue } from './topic-node';
import { StoredValue } from './topic-value';
import { applyFilter, branchesBelow, recountAll, recountBelow, takeFilterOff } from './whole-tree';

const SLASH = 47;

/**
 * The topic tree of one profile and the one way it is shown (expansion, order, filter). Rows are found by
 * descending along counts, never by a flat list; a message costs O(depth).
 */
export class TopicTree {
  readonly root: TopicNode;
  readonly expansion: Expansion;
  /** Grows with every change that a row can show. */
  version = 0;
  /** Topics that pass the filter; all of them without one. */
  matching = 0;

  /** Its nodes in columns, for what goes through all of them. */
  readonly table = new NodeTable();
  protected readonly index: PathIndex;
  private readonly names = new LevelNames();
  protected readonly order = new Order(this.table);
  private filterText = '';
  protected filter: TreeFilter | null = null;

  /** @param seed of another tree's index, for one that has the same nodes */
  constructor(expansion = new Expansion(), seed?: number) {
    this.expansion = expansion;
    this.index = new PathIndex(this.table, seed);
    this.table.add('', NONE, 0);
    this.table.states[ROOT] = EXPANDED | OPEN | SHOWN | BRANCH;
    this.root = this.table.node(ROOT);
    this.root.children = new ChildList(this.table, ROOT, 0);
  }

  get topics(): number {
    return this.root.topics;
  }

  /** Another tree with the same nodes finds them by the same hashes. */
  get seed(): number {
    return this.index.seed;
  }

  /** Visible rows in all. */
  get rows(): number {
    return this.root.rows;
  }

  /** The node of a topic that had a message. */
  topic(name: string): TopicNode | undefined {
    const index = this.index.find(name);
    return index !== NONE && this.table.has(index, TOPIC) ? this.table.node(index) : undefined;
  }

  /** The node that a path leads to, with or without messages of its own. */
  node(path: string): TopicNode | undefined {
    const index = this.index.find(path);
    return index === NONE ? undefined : this.table.node(index);
  }

  /** The node of a topic name, made with all that leads to it when it is new. It becomes a topic by `count`. */
  reach(topic: string): TopicNode {
    const known = this.index.find(topic);
    return this.table.node(known === NONE ? this.grow(topic) : known);
  }

  /**
   * Counts messages of a topic: one that just arrived, or all that the history holds of it.
   * @param value what is kept of it; taken over when it is not the node's own already
   * @param newestId the newest message's id
   */
  count(
    node: TopicNode,
    _topic: string,
    value: TopicValue,
    messages: number,
    newestId: number,
  ): void {
    const { table } = this;
    const first = !table.has(node.id, TOPIC);
    if (first) {
      table.set(node.id, TOPIC, true);
      if (!(value instanceof StoredValue)) node.ownValue.take(value);
    }
    table.countUp(node.id, messages, first ? 1 : 0, newestId);
    if (first) {
      if (this.filter) this.refilter(node.id, this.filter);
      else this.matching += 1;
    }
    this.version += 1;
  }

  setExpanded(node: TopicNode, expanded: boolean): void {
    const { table } = this;
    if (!this.filter) {
      table.set(node.id, EXPANDED, expanded);
      this.expansion.set(node, expanded);
    }
    if (node.open === expanded) return;
    const before = node.weight;
    table.set(node.id, OPEN, expanded);
    this.reweigh(node.id, before);
  }

  /** Expands or collapses a node and everything below it. */
  setExpandedBelow(node: TopicNode, expanded: boolean): void {
    const { table } = this;
    const bits = this.filter ? OPEN : OPEN | EXPANDED;
    if (node === this.root) {
      this.expansion.setAll(expanded);
      recountAll(table, bits, expanded);
      this.version += 1;
      return;
    }
    const before = node.weight;
    const branches = branchesBelow(table, node);
    for (const branch of branches) {
      table.set(branch.id, bits, expanded);
      if (!this.filter) this.expansion.set(branch, expanded);
    }
    recountBelow(table, branches);
    this.reweigh(node.id, before);
  }

  get sort(): TreeSort {
    return this.order.sort;
  }

  setSort(sort: TreeSort): void {
    if (sort === this.order.sort) return;
    this.order.sort = sort;
    this.version += 1;
  }

  /** Lets orders that move with the messages be laid anew where they are seen next. */
  refreshOrder(): void {
    this.order.epoch += 1;
    this.version += 1;
  }

  setFilter(text: string): void {
    if (text === this.filterText) return;
    this.filterText = text;
    const before = this.filter;
    this.filter = filterOf(text);
    if (this.filter) this.matching = applyFilter(this.table, this.filter);
    else {
      this.matching = this.topics;
      if (before) takeFilterOff(this.table);
    }
    this.version += 1;
  }

  get filtered(): boolean {
    return this.filter !== null;
  }

  /** A cursor on visible row N, or null past the end. */
  cursor(row: number): RowCursor | null {
    return cursorAt(this.table, this.order, row);
  }

  /** The visible row number of a node; null when something hides it. */
  rowOf(node: TopicNode): number | null {
    return rowOf(this.table, this.order, node);
  }

  /** Makes the node of a topic, and what is missing on the way to it. */
  private grow(topic: string): number {
    let parent = ROOT;
    let firstNew = NONE;
    let from = 0;
    let hash = this.index.seed;
    for (let at = 0; at <= topic.length; at += 1) {
      const code = at < topic.length ? topic.charCodeAt(at) : SLASH;
      if (code === SLASH) {
        let child = NONE;
        if (firstNew === NONE) child = this.index.child(parent, hash, topic, from, at);
        if (child === NONE) {
          child = this.add(parent, this.names.cut(topic, from, at), hash);
          if (firstNew === NONE) firstNew = child;
        }
        parent = child;
        from = at + 1;
      }
      hash = mixed(hash, code);
    }
    if (!this.filter && firstNew !== NONE) this.showNew(firstNew, parent);
    return parent;
  }

  private add(parent: number, name: string, hash: number): number {
    const { table } = this;
    const index = table.add(name, parent, hash);
    this.index.add(index);
    const node = table.node(parent);
    if (!node.children) {
      node.children = new ChildList(table, parent, this.order.epoch);
      table.set(parent, BRANCH, true);
      // A filter shows what it found closed.
      if (parent !== ROOT && this.expansion.wants(node))
        table.set(parent, this.filter ? EXPANDED : EXPANDED | OPEN, true);
    }
    node.children.append(index);
    return index;
  }

  /** Shows a chain of new nodes, each of which is the next one's parent: at once, however long it is. */
  private showNew(first: number, last: number): void {
    const { table } = this;
    for (let index = last; index > first; index -= 1) {
      table.set(index, SHOWN, true);
      table.addRows(index - 1, table.weight(index));
    }
    this.show(first);
  }

  private show(index: number): void {
    this.table.set(index, SHOWN, true);
    this.reweigh(index, 0);
  }

  /** Carries a change of a node's weight up to where it is hidden. */
  private reweigh(index: number, before: number): void {
    const { table } = this;
    this.version += 1;
    let delta = table.weight(index) - before;
    for (let at = index; delta !== 0 && at !== ROOT;) {
      const parent = table.parent(at);
      const parentBefore = table.weight(parent);
      table.blockRows.add(table.blockOf(at), delta);
      table.addRows(parent, delta);
      delta = table.weight(parent) - parentBefore;
      at = parent;
    }
  }

  /** Looks anew at a node that just became a topic, and at what leads to it. */
  private refilter(topic: number, filter: TreeFilter): void {
    const { table } = this;
    const way: number[] = [];
    for (let at = topic; at !== ROOT; at = table.parent(at)) way.push(at);
    const states: FilterState[] = [];
    let state = filter.root;
    for (let depth = 0; depth < way.length; depth += 1) {
      state = stepFilter(filter, state, table.name(way.at(-1 - depth) ?? ROOT), depth);
      states.push(state);
    }
    if (passes(state, true)) this.matching += 1;
    for (const at of way) {
      const passing = passes(states.pop() ?? filter.root, table.has(at, TOPIC));
      if (table.has(at, SHOWN) || (!passing && table.rows(at) === 0)) continue;
      table.set(at, OPEN, !passing && table.rows(at) > 0);
      this.show(at);
    }
  }
}
