import type { TopicNode } from './topic-node';

/** A run of neighbours; `weight` is the number of visible rows they and everything open below them take. */
export interface ChildBlock {
  nodes: TopicNode[];
  weight: number;
}

/** A block is split when it grows past this: small enough to splice, large enough to skip over quickly. */
const BLOCK_SIZE = 512;
/** Up to here a scan beats a hash. */
const LINEAR_LOOKUP = 8;

export type Comparator = (a: TopicNode, b: TopicNode) => number;

/**
 * The children of a node in an order that can be indexed: blocks of neighbours with the sums of their visible rows,
 * so that row N of 100,000 siblings is found by skipping over blocks.
 */
export class ChildList {
  readonly blocks: ChildBlock[] = [];
  size = 0;
  /** The order the list stands in; another number than the tree's means that it must be sorted before it is shown. */
  orderEpoch: number;
  private byName: Map<string, TopicNode> | null = null;

  constructor(orderEpoch: number) {
    this.orderEpoch = orderEpoch;
  }

  find(name: string): TopicNode | undefined {
    if (this.byName) return this.byName.get(name);
    for (const node of this.blocks[0]?.nodes ?? []) if (node.name === name) return node;
    return undefined;
  }

  /** Adds a node with weight 0 at its place, or at the end where the order moves with the messages. */
  insert(node: TopicNode, compare: Comparator | null): void {
    const block = compare ? this.blockFor(node, compare) : this.lastBlock();
    const at = compare ? lowerBound(block.nodes, node, compare) : block.nodes.length;
    block.nodes.splice(at, 0, node);
    node.block = block;
    this.size += 1;
    if (this.byName) this.byName.set(node.name, node);
    else if (this.size > LINEAR_LOOKUP) this.indexNames();
    if (block.nodes.length > BLOCK_SIZE) this.split(block);
  }

  /** Sorts all children and lays the blocks anew. */
  sort(compare: Comparator, orderEpoch: number): void {
    const nodes = this.blocks.flatMap((block) => block.nodes).sort(compare);
    this.blocks.length = 0;
    for (let from = 0; from < nodes.length; from += BLOCK_SIZE / 2) {
      this.blocks.push(adopt(nodes.slice(from, from + BLOCK_SIZE / 2)));
    }
    this.orderEpoch = orderEpoch;
  }

  /** Position of a child among its siblings, from 0. */
  positionOf(node: TopicNode): number {
    let before = 0;
    for (const block of this.blocks) {
      if (block === node.block) return before + block.nodes.indexOf(node);
      before += block.nodes.length;
    }
    return before;
  }

  *[Symbol.iterator](): IterableIterator<TopicNode> {
    for (const block of this.blocks) yield* block.nodes;
  }

  private lastBlock(): ChildBlock {
    const last = this.blocks.at(-1);
    if (last) return last;
    const block: ChildBlock = { nodes: [], weight: 0 };
    this.blocks.push(block);
    return block;
  }

  private blockFor(node: TopicNode, compare: Comparator): ChildBlock {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.blocks[middle]?.nodes.at(-1);
      if (last && compare(last, node) < 0) low = middle + 1;
      else high = middle;
    }
    return this.blocks[low] ?? this.lastBlock();
  }

  private split(block: ChildBlock): void {
    const half = adopt(block.nodes.splice(block.nodes.length >>> 1));
    block.weight -= half.weight;
    this.blocks.splice(this.blocks.indexOf(block) + 1, 0, half);
  }

  private indexNames(): void {
    this.byName = new Map();
    for (const node of this) this.byName.set(node.name, node);
  }
}

function adopt(nodes: TopicNode[]): ChildBlock {
  const block: ChildBlock = { nodes, weight: 0 };
  for (const node of nodes) {
    block.weight += node.weight;
    node.block = block;
  }
  return block;
}

function lowerBound(nodes: readonly TopicNode[], node: TopicNode, compare: Comparator): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = nodes[middle];
    if (other && compare(other, node) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
