import type { ChildBlock, ChildList } from './child-list';
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
    private readonly order: (list: ChildList) => void,
  ) {}

  /** Moves to the next visible row; false at the end. */
  next(): boolean {
    if (this.node.open && this.node.rows > 0 && this.node.children) {
      this.order(this.node.children);
      this.levels.push({ list: this.node.children, block: 0, index: -1 });
    }
    for (let level = this.levels.at(-1); level; level = this.levels.at(-1)) {
      const node = nextShown(level);
      if (node) {
        this.node = node;
        return true;
      }
      this.levels.pop();
    }
    return false;
  }
}

function nextShown(level: Level): TopicNode | null {
  for (;;) {
    const block = level.list.blocks[level.block];
    if (!block) return null;
    level.index += 1;
    const node = block.weight === 0 ? undefined : block.nodes[level.index];
    if (!node) {
      level.block += 1;
      level.index = -1;
    } else if (node.shown) {
      return node;
    }
  }
}

/** A cursor on visible row N below a root, found by descending along the counts; null past the end. */
export function cursorAt(
  root: TopicNode,
  row: number,
  order: (list: ChildList) => void,
): RowCursor | null {
  if (row < 0 || row >= root.rows) return null;
  const levels: Level[] = [];
  let rest = row;
  let list = root.children;
  while (list) {
    order(list);
    const found = findIn(list, rest);
    if (!found) return null;
    levels.push({ list, block: found.block, index: found.index });
    if (found.rest === 0) return new RowCursor(found.node, levels, order);
    rest = found.rest - 1;
    list = found.node.children;
  }
  return null;
}

interface Found {
  readonly node: TopicNode;
  readonly block: number;
  readonly index: number;
  /** Rows into the node: 0 is the node's own. */
  readonly rest: number;
}

function findIn(list: ChildList, row: number): Found | null {
  let rest = row;
  for (const [blockIndex, block] of list.blocks.entries()) {
    if (rest < block.weight) return findInBlock(block, blockIndex, rest);
    rest -= block.weight;
  }
  return null;
}

function findInBlock(block: ChildBlock, blockIndex: number, row: number): Found | null {
  let rest = row;
  for (const [index, node] of block.nodes.entries()) {
    const weight = node.weight;
    if (rest < weight) return { node, block: blockIndex, index, rest };
    rest -= weight;
  }
  return null;
}
