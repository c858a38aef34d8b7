export const TREE_MINIMUM = 220;
export const PUBLISH_MINIMUM = 230;
const DETAIL_MINIMUM = 320;

export interface PaneWidths {
  readonly tree: number;
  /** 0 when the pane is closed. */
  readonly publish: number;
  readonly treeMaximum: number;
  readonly publishMaximum: number;
}

/**
 * The widths that fit into a window, px: as wanted where there is room; else the side pane gives way first, then
 * the tree, so that the detail in the middle stays readable.
 */
export function paneWidths(available: number, tree: number, publish: number | null): PaneWidths {
  const room = available - DETAIL_MINIMUM;
  const side = publish === null ? 0 : shrink(publish, room - tree, PUBLISH_MINIMUM);
  const left = shrink(tree, room - side, TREE_MINIMUM);
  return {
    tree: left,
    publish: side,
    treeMaximum: Math.max(TREE_MINIMUM, room - (publish === null ? 0 : PUBLISH_MINIMUM)),
    publishMaximum: Math.max(PUBLISH_MINIMUM, room - TREE_MINIMUM),
  };
}

function shrink(wanted: number, room: number, minimum: number): number {
  return Math.round(Math.max(minimum, Math.min(wanted, room)));
}
