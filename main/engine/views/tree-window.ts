import type { TreeFrame, TreeParams, TreeRow } from '../../../app/contract';
import type { RowCursor } from '../tree/row-cursor';
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

/** The rows that a view wants of a tree, and where they stand. */
export function treeWindow(
  tree: TopicTree,
  params: TreeParams,
): Pick<TreeFrame, 'total' | 'first' | 'selectedIndex'> & { readonly rows: readonly WindowRow[] } {
  const total = tree.rows;
  const first = Math.max(0, Math.min(params.first, total - params.count));
  const rows: WindowRow[] = [];
  const cursor = params.count > 0 ? tree.cursor(first) : null;
  const positions = new Positions();
  while (cursor && rows.length < params.count) {
    rows.push(rowOf(cursor.node, positions.of(cursor)));
    if (!cursor.next()) break;
  }
  const selected = params.selected === null ? undefined : tree.node(params.selected);
  return { total, first, rows, selectedIndex: selected ? tree.rowOf(selected) : null };
}

function rowOf(node: TopicNode, position: number): WindowRow {
  return {
    node,
    id: node.id,
    path: node.path,
    name: node.name,
    depth: node.depth,
    position,
    siblings: node.parent?.children?.size ?? 1,
    count: node.count,
    topics: node.topics,
    expandable: node.children !== null,
    expanded: node.open && node.children !== null,
  };
}

/** Positions among siblings, counted on from row to row instead of being looked up for each. */
class Positions {
  private readonly last = new Map<TopicNode, number>();

  of({ node }: RowCursor): number {
    const { parent } = node;
    if (!parent?.children) return 1;
    const before = this.last.get(parent);
    const position = before === undefined ? parent.children.positionOf(node) + 1 : before + 1;
    this.last.set(parent, position);
    return position;
  }
}
