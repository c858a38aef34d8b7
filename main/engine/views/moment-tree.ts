import type { TreeFrame, TreeParams, TreeRow } from '../../../app/contract';
import type { Past } from '../past/past';
import type { PastValue } from '../past/past-values';
import type { PastTree } from '../tree/past-tree';
import type { TopicNode } from '../tree/topic-node';
import { siblingsThere, treeWindow, type WindowRow } from './tree-window';

/** What was asked for, and how the tree stood when it was sent. */
interface Sent {
  readonly params: TreeParams;
  readonly pastVersion: number;
  readonly treeVersion: number;
  /** A row's retained mark was not known for certain: it is read again. */
  readonly isCertain: boolean;
}

/** The rows of a tree view at a moment of the past. */
export class MomentTree {
  private sent: Sent | null = null;
  private params: TreeParams | null = null;

  constructor(private readonly past: Past) {}

  /** The next frame; null when nothing changed since the last one. */
  next(params: TreeParams, atUs: number, nowMs: number): Promise<TreeFrame | null> | null {
    this.past.look(atUs, nowMs);
    const { sent, past } = this;
    const isSame =
      sent?.params === params &&
      sent.pastVersion === past.version &&
      sent.treeVersion === past.treeVersion;
    if (isSame && sent.isCertain) return null;
    this.params = params;
    return this.frame(params, atUs);
  }

  close(): void {
    this.params = null;
    this.sent = null;
  }

  /** Rows first, then the values of those that are new; while they are read, the tree can move. */
  private async frame(params: TreeParams, atUs: number): Promise<TreeFrame | null> {
    const isWanted = (): boolean => this.params === params;
    const withIds = params.sort === 'latest';
    let isRead = false;
    for (;;) {
      const found = await this.past.at(atUs, withIds, isWanted, (tree) => {
        tree.setSort(params.sort);
        tree.setFilter(params.filter);
        const window = treeWindow(tree, params, siblingsThere);
        const missing = window.rows
          .map(({ node }) => node)
          .filter((node) => this.isMissing(node, isRead));
        if (missing.length > 0) return { missing, frame: null };
        return { missing, frame: this.frameOf(tree, params, window) };
      });
      if (found === null) return null;
      if (found.frame !== null) return found.frame;
      await this.past.values.read(found.missing, atUs);
      isRead = true;
    }
  }

  /** One that is not certain is read once more for each frame. */
  private isMissing(node: TopicNode, isRead: boolean): boolean {
    if (node.value === null) return false;
    const value = this.past.values.of(node);
    return value === undefined || (!value.isCertain && !isRead);
  }

  private frameOf(
    tree: PastTree,
    params: TreeParams,
    { total, first, rows, selectedIndex }: ReturnType<typeof treeWindow>,
  ): TreeFrame {
    const values = rows.map(({ node }) => (node.value ? this.past.values.of(node) : undefined));
    this.sent = {
      params,
      pastVersion: this.past.version,
      treeVersion: tree.version,
      isCertain: values.every((value) => value?.isCertain !== false),
    };
    return {
      ...{ total, first, selectedIndex },
      rows: rows.map((row, index) => pastRow(row, values[index])),
      topics: tree.topics,
      matching: tree.matching,
    };
  }
}

function pastRow({ node, ...shape }: WindowRow, value: PastValue | undefined): TreeRow {
  return {
    ...shape,
    // Nodes whose first message came later are not there yet.
    expandable: node.topics > (node.value ? 1 : 0),
    rate: null,
    preview: value?.preview.text ?? null,
    kind: value?.preview.kind ?? null,
    lastTimeMs: value ? value.timeUs / 1000 : null,
    retained: value?.retained ?? false,
    trend: [],
  };
}
