import type { NodeTable } from './node-table';
import type { Order } from './order';
import type { TopicNode } from './topic-node';

/** A block is split when it grows past this: small enough to splice, large enough to skip over quickly. */
const BLOCK_SIZE = 512;
/** Up to here a level's array is made anew with each child, and never larger than it need be. */
const EXACT_SIZE = 16;
/** With so many of a level waiting (one in…) all of it is sorted at once. */
const MANY_WAITING = 8;

/** A run of neighbours; the sum of their rows is in the columns. */
interface ChildBlock {
  /** Of its row sum in `BlockRows`. */
  readonly id: number;
  nodes: number[];
}

/**
 * The children of a node in an order that can be indexed: one array while they are few, blocks of neighbours with the
 * sums of their visible rows from there on, so that row N of a million siblings is found by skipping over blocks.
 * A new child waits at the end for its place until the level is seen.
 */
export class ChildList {
  size = 0;
  /** The order the list stands in; another number than the tree's means that it must be sorted before it is shown. */
  private orderEpoch: number;
  private waiting = 0;
  private only: number[] = [];
  private blocks: ChildBlock[] | null = null;

  constructor(
    private readonly table: NodeTable,
    private readonly owner: number,
    orderEpoch: number,
  ) {
    this.orderEpoch = orderEpoch;
  }

  get blockCount(): number {
    return this.blocks?.length ?? 1;
  }

  /** The children of one block, as positions in the columns. */
  nodesOf(block: number): readonly number[] {
    return this.blocks ? (this.blocks[block]?.nodes ?? []) : this.only;
  }

  /** Visible rows of the children of one block, and of all that is open below them. */
  rowsOf(block: number): number {
    if (!this.blocks) return this.table.rows(this.owner);
    return this.table.blockRows.of(this.blocks[block]?.id ?? 0);
  }

  /** Adds a node that takes no row yet. */
  append(index: number): void {
    this.size += 1;
    this.waiting += 1;
    if (this.blocks) this.appendToLast(this.blocks, index);
    else if (this.size <= EXACT_SIZE) this.only = [...this.only, index];
    else {
      this.only.push(index);
      if (this.size > BLOCK_SIZE) this.layOut(this.only);
    }
  }

  /** Puts the children into their order where they are not in it. */
  settle(order: Order): void {
    const stale = this.orderEpoch !== order.epoch;
    if (!stale && this.waiting === 0) return;
    // Where the order moves with the messages, what is new stays at the end until all is laid anew.
    if (stale || (!order.moves && this.manyWait)) this.layOut(order.sorted(this.gather()));
    else if (!order.moves && this.blocks) this.placeWaiting(this.blocks, order);
    this.waiting = 0;
    this.orderEpoch = order.epoch;
  }

  /** Sums up the rows of the children anew. */
  recount(): void {
    const { table } = this;
    let rows = 0;
    for (let block = 0; block < this.blockCount; block += 1) {
      let own = 0;
      for (const index of this.nodesOf(block)) own += table.weight(index);
      table.blockRows.set(this.blocks?.[block]?.id ?? 0, own);
      rows += own;
    }
    table.setRows(this.owner, rows);
  }

  /** Position of a child among its siblings, from 0. */
  positionOf(node: TopicNode): number {
    if (!this.blocks) return this.only.indexOf(node.id);
    const wanted = this.table.blockOf(node.id);
    let before = 0;
    for (const block of this.blocks) {
      if (block.id === wanted) return before + block.nodes.indexOf(node.id);
      before += block.nodes.length;
    }
    return before;
  }

  /** Visible rows of the children before one. */
  rowsBefore(index: number): number {
    const wanted = this.table.blockOf(index);
    let rows = 0;
    for (let block = 0; block < this.blockCount; block += 1) {
      if (this.blocks && this.blocks[block]?.id !== wanted) {
        rows += this.rowsOf(block);
        continue;
      }
      for (const other of this.nodesOf(block)) {
        if (other === index) return rows;
        rows += this.table.weight(other);
      }
    }
    return rows;
  }

  *[Symbol.iterator](): IterableIterator<TopicNode> {
    for (let block = 0; block < this.blockCount; block += 1)
      for (const index of this.nodesOf(block)) yield this.table.node(index);
  }

  private get manyWait(): boolean {
    return !this.blocks || this.waiting * MANY_WAITING > this.size;
  }

  private gather(): number[] {
    if (!this.blocks) return this.only;
    const nodes: number[] = [];
    for (const block of this.blocks) for (const index of block.nodes) nodes.push(index);
    return nodes;
  }

  /** Lays the children anew in the order given. */
  private layOut(nodes: number[]): void {
    for (const block of this.blocks ?? []) this.table.blockRows.release(block.id);
    // A level never gets smaller: where there are blocks there always will be.
    if (nodes.length <= BLOCK_SIZE) {
      this.only = nodes;
      return;
    }
    this.only = [];
    this.blocks = [];
    for (let from = 0; from < nodes.length; from += BLOCK_SIZE / 2)
      this.blocks.push(this.newBlock(nodes.slice(from, from + BLOCK_SIZE / 2)));
  }

  private newBlock(nodes: number[]): ChildBlock {
    const { table } = this;
    const id = table.blockRows.make();
    let rows = 0;
    for (const index of nodes) {
      table.setBlock(index, id);
      rows += table.weight(index);
    }
    table.blockRows.add(id, rows);
    return { id, nodes };
  }

  private appendToLast(blocks: ChildBlock[], index: number): void {
    const last = blocks.at(-1);
    if (!last || last.nodes.length >= BLOCK_SIZE) {
      blocks.push(this.newBlock([index]));
      return;
    }
    last.nodes.push(index);
    this.table.setBlock(index, last.id);
  }

  private placeWaiting(blocks: ChildBlock[], order: Order): void {
    for (const index of this.takeWaiting(blocks)) this.insert(blocks, index, order);
  }

  private takeWaiting(blocks: ChildBlock[]): number[] {
    const { table } = this;
    const taken: number[] = [];
    while (taken.length < this.waiting) {
      const last = blocks.at(-1);
      const index = last?.nodes.pop();
      if (!last) break;
      if (index !== undefined) {
        table.blockRows.add(last.id, -table.weight(index));
        taken.push(index);
      }
      if (last.nodes.length > 0) continue;
      table.blockRows.release(last.id);
      blocks.pop();
    }
    return taken;
  }

  private insert(blocks: ChildBlock[], index: number, order: Order): void {
    const at = blockFor(blocks, index, order);
    const block = blocks[at];
    if (!block) return;
    block.nodes.splice(lowerBound(block.nodes, index, order), 0, index);
    this.table.setBlock(index, block.id);
    this.table.blockRows.add(block.id, this.table.weight(index));
    if (block.nodes.length <= BLOCK_SIZE) return;
    const half = this.newBlock(block.nodes.splice(BLOCK_SIZE / 2));
    this.table.blockRows.add(block.id, -this.table.blockRows.of(half.id));
    blocks.splice(at + 1, 0, half);
  }
}

function blockFor(blocks: readonly ChildBlock[], index: number, order: Order): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const last = blocks[middle]?.nodes.at(-1);
    if (last !== undefined && order.byName(last, index) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lowerBound(nodes: readonly number[], index: number, order: Order): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = nodes[middle];
    if (other !== undefined && order.byName(other, index) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
