import type { TreePosition, TreeStep } from '../../../app/contract';
import type { TopicNode } from './topic-node';
import type { TopicTree } from './topic-tree';

/** Where a step leads from a node; from nothing, or from what is hidden, it begins at the first row. */
export function stepFrom(
  tree: TopicTree,
  from: TopicNode | null,
  step: TreeStep,
  pageRows: number,
): TreePosition | null {
  const row = from ? tree.rowOf(from) : null;
  if (from && row !== null && step === 'in') return stepIn(tree, from, row);
  if (from && row !== null && step === 'out') return stepOut(tree, from);
  if (step === 'last') return positionAt(tree, tree.rows - 1);
  if (row === null || step === 'first') return positionAt(tree, 0);
  const distances = { previous: -1, next: 1, pageUp: -pageRows, pageDown: pageRows, in: 0, out: 0 };
  return positionAt(tree, Math.max(0, Math.min(tree.rows - 1, row + distances[step])));
}

/** The next visible row whose level begins with a text in any case, going round once. */
export function typeAhead(
  tree: TopicTree,
  from: TopicNode | null,
  text: string,
  includeFrom: boolean,
): TreePosition | null {
  const wanted = text.toLowerCase();
  const start = ((from ? tree.rowOf(from) : null) ?? -1) + (includeFrom && from ? 0 : 1);
  return (
    search(tree, wanted, start, tree.rows) ?? search(tree, wanted, 0, Math.min(start, tree.rows))
  );
}

/** Expands all that hides a node; null when the filter does. */
export function reveal(tree: TopicTree, node: TopicNode): TreePosition | null {
  for (let at = node.parent; at?.parent; at = at.parent) tree.setExpanded(at, true);
  return position(tree, node);
}

function search(tree: TopicTree, wanted: string, from: number, to: number): TreePosition | null {
  const cursor = tree.cursor(from);
  if (!cursor) return null;
  for (let row = from; row < to; row += 1) {
    if (cursor.node.name.toLowerCase().startsWith(wanted))
      return { path: cursor.node.path, index: row };
    if (!cursor.next()) return null;
  }
  return null;
}

function stepIn(tree: TopicTree, node: TopicNode, row: number): TreePosition | null {
  if (node.children && node.open && node.rows > 0) return positionAt(tree, row + 1);
  if (node.children) tree.setExpanded(node, true);
  return position(tree, node);
}

function stepOut(tree: TopicTree, node: TopicNode): TreePosition | null {
  if (node.open && node.children) {
    tree.setExpanded(node, false);
    return position(tree, node);
  }
  return position(tree, node.parent?.parent ? node.parent : node);
}

function position(tree: TopicTree, node: TopicNode): TreePosition | null {
  const index = tree.rowOf(node);
  return index === null ? null : { path: node.path, index };
}

function positionAt(tree: TopicTree, row: number): TreePosition | null {
  const cursor = tree.cursor(row);
  return cursor ? { path: cursor.node.path, index: row } : null;
}
