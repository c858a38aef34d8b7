import type { TopicFrame } from '../../../app/contract';
import type { TopicNode } from '../tree/topic-node';

const MAX_CHILDREN = 50;

/** What stands below a node, its heaviest children first. */
export function belowOf(node: TopicNode | undefined): TopicFrame['below'] {
  const own = node?.value;
  return {
    topics: (node?.topics ?? 0) - (own ? 1 : 0),
    messages: (node?.count ?? 0) - (own?.count ?? 0),
    children: node?.children ? heaviest(node) : [],
  };
}

/** The children with the most messages: one pass, no sort of all. */
function heaviest(node: TopicNode): TopicFrame['below']['children'] {
  const best: TopicNode[] = [];
  let least = -1;
  for (const child of node.children ?? []) {
    // Of a past tree: its first message came later.
    if (child.topics === 0) continue;
    if (best.length >= MAX_CHILDREN && child.count <= least) continue;
    best.push(child);
    if (best.length >= 2 * MAX_CHILDREN) least = keepBest(best);
  }
  keepBest(best);
  const path = node.path;
  return best.map((child) => ({
    name: child.name,
    path: child.depth === 0 ? child.name : `${path}/${child.name}`,
    count: child.count,
    topics: child.topics,
  }));
}

function keepBest(nodes: TopicNode[]): number {
  nodes.sort((a, b) => b.count - a.count);
  if (nodes.length > MAX_CHILDREN) nodes.length = MAX_CHILDREN;
  return nodes.at(-1)?.count ?? -1;
}
