import type { TreeSort } from '../../app/contract';

/** The orders of the tree, in the order they are offered. */
export const TREE_SORTS: ReadonlyArray<{ readonly sort: TreeSort; readonly label: string }> = [
  { sort: 'name', label: 'Name' },
  { sort: 'count', label: 'Message count' },
  { sort: 'latest', label: 'Latest message' },
];
