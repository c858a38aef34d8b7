import type { TopicSuggestion } from '../../../app/contract-desk';
import type { TopicTree } from '../tree/topic-tree';

/** Of a level with a million topics no more than these are looked at: what is typed is answered at once. */
const MOST_LOOKED_AT = 20_000;

/** The nodes of the level that a text ends in whose names go on as it does, in any case; in the order of the tree. */
export function completeTopic(tree: TopicTree, text: string, limit: number): TopicSuggestion[] {
  const slash = text.lastIndexOf('/');
  const parent = slash < 0 ? tree.root : tree.node(text.slice(0, slash));
  const begin = text.slice(slash + 1).toLowerCase();
  const found: TopicSuggestion[] = [];
  let looked = 0;
  for (const child of parent?.children ?? []) {
    looked += 1;
    if (found.length >= limit || looked > MOST_LOOKED_AT) break;
    if (!child.name.toLowerCase().startsWith(begin)) continue;
    const path = slash < 0 ? child.name : `${text.slice(0, slash)}/${child.name}`;
    const hasChildren = (child.children?.size ?? 0) > 0;
    // What stands there already is no news, but for what is below it.
    if (path === text && !hasChildren) continue;
    found.push({ path, isTopic: child.value !== null, hasChildren });
  }
  return found;
}
