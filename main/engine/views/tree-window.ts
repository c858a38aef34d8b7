import type { TreeFrame, TreeParams, TreeRow } from '../../../app/contract';
import type { TopicNode } from '../tree/topic-node';
import type { TopicTree } from '../tree/topic-tree';

/** A row without its value. */
export type WindowRow = Pick<
  TreeRow,
  | 'id'
  | 'path'
  | 'name'
  | 'depth'
  | 'position'
  | 'siblings'
  | 'count'
  | 'topics'
  | 'expandable'
  | 'expanded'
> & { readonly node: TopicNode };

/**
 * The rows that a view wants of a tree, and where they stand.
 * @param siblingsOf counts a node's siblings, and where it stands among them
 */
export function treeWindow(
  tree: TopicTree,
  params: TreeParams,
  siblingsOf: (node: TopicNode) => Siblings = allSiblings,
): Pick<TreeFrame, 'total' | 'first' | 'selectedIndex'> & { readonly rows: readonly WindowRow[] } {
  const total = tree.rows;
  const first = Math.max(0, Math.min(params.first, total - params.count));
  const rows: WindowRow[] = [];
  const cursor = params.count > 0 ? tree.cursor(first) : null;
  const positions = new Positions(siblingsOf);
  while (cursor && rows.length < params.count) {
    rows.push(rowOf(cursor.node, positions.of(cursor.node)));
    if (!cursor.next()) break;
  }
  const selected = params.selected === null ? undefined : tree.node(params.selected);
  return { total, first, rows, selectedIndex: selected ? tree.rowOf(selected) : null };
}

function rowOf(node: TopicNode, { position, siblings }: Siblings): WindowRow {
  return {
    node,
    id: node.id,
    path: node.path,
    name: node.name,
    depth: node.depth,
    position,
    siblings,
    count: node.count,
    topics: node.topics,
    expandable: node.children !== null,
    expanded: node.open && node.children !== null,
  };
}

export interface Siblings {
  /** Of the node among them, from 1. */
  readonly position: number;
  /** How many they are, the node itself included. */
  readonly siblings: number;
}

function allSiblings(node: TopicNode): Siblings {
  const children = node.parent?.children;
  if (!children) return { position: 1, siblings: 1 };
  return { position: children.positionOf(node) + 1, siblings: children.size };
}

/** Those that are there at the moment of a past tree. */
export function siblingsThere(node: TopicNode): Siblings {
  let position = 1;
  let siblings = 0;
  for (const one of node.parent?.children ?? []) {
    if (one.topics === 0) continue;
    siblings += 1;
    if (one === node) position = siblings;
  }
  return { position, siblings: Math.max(1, siblings) };
}

/** Positions among siblings, counted on from row to row instead of being looked up for each. */
class Positions {
  private readonly last = new Map<TopicNode, Siblings>();

  constructor(private readonly siblingsOf: (node: TopicNode) => Siblings) {}

  of(node: TopicNode): Siblings {
    const { parent } = node;
    if (!parent) return this.siblingsOf(node);
    const before = this.last.get(parent);
    const here = before
      ? { position: before.position + 1, siblings: before.siblings }
      : this.siblingsOf(node);
    this.last.set(parent, here);
    return here;
  }
}
