import type { EngineCalls } from '../../app/contract';
import type { Moment } from '../../app/contract-time';
import type { Implementation } from '../../app/rpc/derive';
import type { EngineCore } from './engine-core';
import type { TopicNode } from './tree/topic-node';
import type { TopicTree } from './tree/topic-tree';
import { reveal, stepFrom, typeAhead } from './tree/walk';

type TreeCalls = Pick<
  EngineCalls,
  'setExpanded' | 'setAllExpanded' | 'treeStep' | 'treeTypeAhead' | 'revealTopic'
>;

/** What a person does in a tree, live or at a moment. */
export function treeCalls(core: EngineCore): Implementation<TreeCalls> {
  const inTree = <Result>(
    { profileId, atUs }: { readonly profileId: string; readonly atUs?: Moment | undefined },
    use: (tree: TopicTree) => Result,
  ): Result | Promise<Result | null> => {
    const { tree, past } = core.runtime(profileId);
    return typeof atUs === 'number' ? past.at(atUs, false, () => true, use) : use(tree);
  };

  return {
    setExpanded: async ({ path, expanded, deep, ...where }) => {
      await inTree(where, (tree) => {
        const node = nodeIn(tree, path);
        if (!node) return;
        if (deep) tree.setExpandedBelow(node, expanded);
        else tree.setExpanded(node, expanded);
      });
    },
    setAllExpanded: async ({ expanded, ...where }) => {
      await inTree(where, (tree) => {
        tree.setExpandedBelow(tree.root, expanded);
      });
    },
    treeStep: ({ from, step, pageRows, ...where }) =>
      inTree(where, (tree) => stepFrom(tree, nodeIn(tree, from), step, pageRows)),
    treeTypeAhead: ({ from, text, includeFrom, ...where }) =>
      inTree(where, (tree) => typeAhead(tree, nodeIn(tree, from), text, includeFrom)),
    revealTopic: ({ path, ...where }) =>
      inTree(where, (tree) => {
        const node = nodeIn(tree, path);
        return node && reveal(tree, node);
      }),
  };
}

/** A node that is there: in a tree at a moment some come later. */
function nodeIn(tree: TopicTree, path: string | null): TopicNode | null {
  const node = path === null ? undefined : tree.node(path);
  return node !== undefined && node.topics > 0 ? node : null;
}
