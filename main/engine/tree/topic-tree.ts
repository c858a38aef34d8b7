import type { TreeSort } from '../../../app/contract';
import { ChildList, type Comparator } from './child-list';
import { Expansion } from './expansion';
import { filterOf, stepFilter, type FilterState, type TreeFilter } from './filter';
import { COMPARATORS } from './order';
import { cursorAt, type RowCursor } from './row-cursor';
import { TopicNode, type TopicValue } from './topic-node';

/**
 * The topic tree of one profile and the one way it is shown (expansion, order, filter). Rows are found by
 * descending along counts, never by a flat list; a message costs O(depth).
 */
export class TopicTree {
  readonly root = new TopicNode(0, '', null, -1);
  readonly expansion: Expansion;
  /** Grows with every change that a row can show. */
  version = 0;
  /** Topics that pass the filter; all of them without one. */
  matching = 0;

  private readonly byTopic = new Map<string, TopicNode>();
  private nextNodeId = 1;
  private sortMode: TreeSort = 'name';
  private compare: Comparator = COMPARATORS.name;
  private orderEpoch = 0;
  private filterText = '';
  private filter: TreeFilter | null = null;

  constructor(expansion = new Expansion()) {
    this.expansion = expansion;
    this.root.expanded = true;
    this.root.open = true;
    this.root.children = new ChildList(0);
  }

  get topics(): number {
    return this.root.topics;
  }

  /** Visible rows in all. */
  get rows(): number {
    return this.root.rows;
  }

  /** The node of a topic that had a message. */
  topic(name: string): TopicNode | undefined {
    return this.byTopic.get(name);
  }

  /** The node that a path leads to, with or without messages of its own. */
  node(path: string): TopicNode | undefined {
    const topic = this.byTopic.get(path);
    if (topic) return topic;
    let node: TopicNode | undefined = this.root;
    for (const level of path.split('/')) {
      node = node.children?.find(level);
      if (!node) return undefined;
    }
    return node;
  }

  /** The node of a topic name, made with all that leads to it when it is new. It becomes a topic by `count`. */
  reach(topic: string): TopicNode {
    const known = this.byTopic.get(topic);
    if (known) return known;
    let node = this.root;
    for (const level of topic.split('/'))
      node = node.children?.find(level) ?? this.grow(node, level);
    return node;
  }

  /**
   * Counts messages of a topic: one that just arrived, or all that the history holds of it.
   * @param newestId the newest message's id
   */
  count(
    node: TopicNode,
    topic: string,
    value: TopicValue,
    messages: number,
    newestId: number,
  ): void {
    const first = node.value === null;
    if (first) {
      node.value = value;
      this.byTopic.set(topic, node);
    }
    const topics = first ? 1 : 0;
    for (let at: TopicNode | null = node; at; at = at.parent) {
      at.count += messages;
      at.topics += topics;
      if (newestId > at.latestId) at.latestId = newestId;
    }
    if (first) {
      if (this.filter) this.refilter(node);
      else this.matching += 1;
    }
    this.version += 1;
  }

  setExpanded(node: TopicNode, expanded: boolean): void {
    if (!this.filter) {
      node.expanded = expanded;
      this.expansion.set(node, expanded);
    }
    if (node.open === expanded) return;
    const before = node.weight;
    node.open = expanded;
    this.reweigh(node, before);
  }

  /** Expands or collapses a node and everything below it. */
  setExpandedBelow(node: TopicNode, expanded: boolean): void {
    const before = node.weight;
    if (node === this.root) this.expansion.setAll(expanded);
    for (const below of preorder(node)) {
      if (below === this.root || !below.children) continue;
      below.open = expanded;
      if (this.filter) continue;
      below.expanded = expanded;
      if (node !== this.root) this.expansion.set(below, expanded);
    }
    this.recount(node);
    this.reweigh(node, before);
  }

  get sort(): TreeSort {
    return this.sortMode;
  }

  setSort(sort: TreeSort): void {
    if (sort === this.sortMode) return;
    this.sortMode = sort;
    this.compare = COMPARATORS[sort];
    this.refreshOrder();
  }

  /** Lets orders that move with the messages be laid anew where they are seen next. */
  refreshOrder(): void {
    this.orderEpoch += 1;
    this.version += 1;
  }

  setFilter(text: string): void {
    if (text === this.filterText) return;
    this.filterText = text;
    this.filter = filterOf(text);
    this.refilterAll();
  }

  get filtered(): boolean {
    return this.filter !== null;
  }

  /** A cursor on visible row N, or null past the end. */
  cursor(row: number): RowCursor | null {
    return cursorAt(this.root, row, (list) => {
      this.ordered(list);
    });
  }

  /** The visible row number of a node; null when something hides it. */
  rowOf(node: TopicNode): number | null {
    let row = -1;
    for (let at = node; at.parent; at = at.parent) {
      if (!at.shown || !at.parent.open || !at.parent.children) return null;
      this.ordered(at.parent.children);
      row += 1 + weightBefore(at.parent.children, at);
    }
    return row;
  }

  private ordered(list: ChildList): void {
    if (list.orderEpoch !== this.orderEpoch) list.sort(this.compare, this.orderEpoch);
  }

  private grow(parent: TopicNode, level: string): TopicNode {
    const node = new TopicNode(this.nextNodeId++, level, parent, parent.depth + 1);
    parent.children ??= new ChildList(this.orderEpoch);
    node.expanded = this.expansion.wants(node);
    node.open = !this.filter && node.expanded;
    node.shown = this.filter === null;
    // A list that waits to be sorted, or whose order moves with the messages, takes it at the end.
    const inOrder = this.sortMode === 'name' && parent.children.orderEpoch === this.orderEpoch;
    parent.children.insert(node, inOrder ? this.compare : null);
    if (node.shown) {
      node.shown = false;
      this.show(node);
    }
    return node;
  }

  private show(node: TopicNode): void {
    const before = node.weight;
    node.shown = true;
    this.reweigh(node, before);
  }

  /** Carries a change of a node's weight up to where it is hidden. */
  private reweigh(node: TopicNode, before: number): void {
    this.version += 1;
    let delta = node.weight - before;
    for (let at = node; delta !== 0 && at.parent; at = at.parent) {
      const parentBefore = at.parent.weight;
      if (at.block) at.block.weight += delta;
      at.parent.rows += delta;
      delta = at.parent.weight - parentBefore;
    }
  }

  /** Looks anew at a node that just became a topic, and at what leads to it. */
  private refilter(node: TopicNode): void {
    const filter = this.filter;
    if (!filter) return;
    const way: TopicNode[] = [];
    for (let at: TopicNode | null = node; at?.parent; at = at.parent) way.push(at);
    const states: FilterState[] = [];
    let state = filter.root;
    for (const at of way.toReversed()) {
      state = stepFilter(filter, state, at);
      states.push(state);
    }
    if (state.covered || state.exact) this.matching += 1;
    for (const at of way) {
      const own = states.pop();
      if (!own || at.shown) continue;
      const passes = own.covered || (own.exact && at.value !== null);
      if (!passes && at.rows === 0) continue;
      at.open = !passes && at.rows > 0;
      this.show(at);
    }
  }

  /** Applies the filter to the whole tree in one pass. */
  private refilterAll(): void {
    const filter = this.filter;
    this.matching = filter ? 0 : this.topics;
    const states = new Map<TopicNode, FilterState>();
    if (filter) states.set(this.root, filter.root);
    const order: TopicNode[] = [];
    const own: (FilterState | null)[] = [];
    for (const node of preorder(this.root)) {
      if (node === this.root) continue;
      const parent = node.parent ? states.get(node.parent) : undefined;
      const state = filter && parent ? stepFilter(filter, parent, node) : null;
      // Only nodes with children are asked for again, while their children pass by.
      if (state && node.children) states.set(node, state);
      if (state && node.value && (state.covered || state.exact)) this.matching += 1;
      order.push(node);
      own.push(state);
    }
    for (let index = order.length - 1; index >= 0; index -= 1) {
      const node = order[index];
      if (node) this.applyFilter(node, own[index] ?? null);
    }
    sumRows(this.root);
    this.version += 1;
  }

  /** Sets how a node is shown, once all its children are. */
  private applyFilter(node: TopicNode, state: FilterState | null): void {
    if (node.children) sumRows(node);
    if (!state) {
      node.shown = true;
      node.open = node.expanded;
      return;
    }
    const passes = state.covered || (state.exact && node.value !== null);
    node.shown = passes || node.rows > 0;
    node.open = !passes && node.rows > 0;
  }

  /** Recomputes the visible rows of everything below a node, without a flag changing. */
  private recount(node: TopicNode): void {
    const order = [...preorder(node)];
    for (const below of order.reverse()) if (below.children) sumRows(below);
  }
}

/** All nodes from here down, parents first. Never recursive: a hostile topic has 65,535 levels. */
function* preorder(from: TopicNode): IterableIterator<TopicNode> {
  const stack: TopicNode[] = [from];
  for (let node = stack.pop(); node; node = stack.pop()) {
    yield node;
    if (!node.children) continue;
    for (const block of node.children.blocks) for (const child of block.nodes) stack.push(child);
  }
}

function sumRows(node: TopicNode): void {
  node.rows = 0;
  for (const block of node.children?.blocks ?? []) {
    block.weight = 0;
    for (const child of block.nodes) block.weight += child.weight;
    node.rows += block.weight;
  }
}

function weightBefore(list: ChildList, node: TopicNode): number {
  let weight = 0;
  for (const block of list.blocks) {
    if (block !== node.block) {
      weight += block.weight;
      continue;
    }
    for (const other of block.nodes) {
      if (other === node) return weight;
      weight += other.weight;
    }
  }
  return weight;
}
