import type { ChildList } from './child-list';
import { OPEN, ROOT, SHOWN } from './node-state';
import type { NodeTable } from './node-table';
import type { Order } from './order';
import type { TopicNode } from './topic-node';

interface Level {
  readonly list: ChildList;
  block: number;
  index: number;
}

/** Stands on a visible row and moves to the next one in constant time (amortised). */
export class RowCursor {
  constructor(
    public node: TopicNode,
    private readonly levels: Level[],
    private readonly table: NodeTable,
    private readonly order: Order,
  ) {}

  /** Moves to the next visible row; false at the end. */
  next(): boolean {
    const { node, table } = this;
    if (node.children && table.has(node.id, OPEN) && table.rows(node.id) > 0) {
      node.children.settle(this.order);
      this.levels.push({ list: node.children, block: 0, index: -1 });
    }
    for (let level = this.levels.at(-1); level; level = this.levels.at(-1)) {
      const index = nextShown(level, table);
      if (index !== undefined) {
        this.node = table.node(index);
        return true;
      }
      this.levels.pop();
    }
    return false;
  }
}

function nextShown(level: Level, table: NodeTable): number | undefined {
  const { list } = level;
  while (level.block < list.blockCount) {
    level.index += 1;
    const index =
      list.rowsOf(level.block) === 0 ? undefined : list.nodesOf(level.block)[level.index];
    if (index === undefined) {
      level.block += 1;
      level.index = -1;
    } else if (table.has(index, SHOWN)) {
      return index;
    }
  }
  return undefined;
}

/** A cursor on visible row N of a tree, found by descending along the counts; null past the end. */
export function cursorAt(table: NodeTable, order: Order, row: number): RowCursor | null {
  if (row < 0 || row >= table.rows(ROOT)) return null;
  const levels: Level[] = [];
  let rest = row;
  let list = table.node(ROOT).children;
  while (list) {
    list.settle(order);
    const found = findIn(list, table, rest);
    if (!found) return null;
    levels.push({ list, block: found.block, index: found.index });
    const node = table.node(found.node);
    if (found.rest === 0) return new RowCursor(node, levels, table, order);
    rest = found.rest - 1;
    list = node.children;
  }
  return null;
}

/** The visible row number of a node; null when something hides it. */
export function rowOf(table: NodeTable, order: Order, node: TopicNode): number | null {
  let row = -1;
  for (let at = node; at.id !== ROOT;) {
    const parent = table.node(table.parent(at.id));
    if (!at.shown || !parent.open || !parent.children) return null;
    parent.children.settle(order);
    row += 1 + parent.children.rowsBefore(at.id);
    at = parent;
  }
  return row;
}

interface Found {
  readonly node: number;
  readonly block: number;
  readonly index: number;
  /** Rows into the node: 0 is the node's own. */
  readonly rest: number;
}

function findIn(list: ChildList, table: NodeTable, row: number): Found | null {
  let rest = row;
  for (let block = 0; block < list.blockCount; block += 1) {
    const rows = list.rowsOf(block);
    if (rest < rows) return findInBlock(list.nodesOf(block), table, block, rest);
    rest -= rows;
  }
  return null;
}

function findInBlock(
  nodes: readonly number[],
  table: NodeTable,
  block: number,
  row: number,
): Found | null {
  let rest = row;
  for (const [index, node] of nodes.entries()) {
    const weight = table.weight(node);
    if (rest < weight) return { node, block, index, rest };
    rest -= weight;
  }
  return null;
}
