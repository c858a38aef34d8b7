import type { TreeFrame, TreeParams, TreeRow } from '../../../app/contract';
import type { Past } from '../past/past';
import type { PastValue } from '../past/past-values';
import type { PastTree } from '../tree/past-tree';
import type { TopicNode } from '../tree/topic-node';
import { siblingsThere, treeWindow, type WindowRow } from './tree-window';

/** What is removed while it is read can be missing so often; the rows are shown without it then, and asked for anew. */
const MOST_READS = 3;

/** What was asked for, and how the tree stood when it was sent. */
interface Sent {
  readonly params: TreeParams;
  readonly pastVersion: number;
  readonly treeVersion: number;
  /** A row's retained mark or trend was not known yet: it is read again. */
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

  /** What is under way is no longer wanted. */
  stop(): void {
    this.params = null;
    this.sent = null;
  }

  /** Rows first, then the values of those that are new; while they are read, the tree can move. */
  private async frame(params: TreeParams, atUs: number): Promise<TreeFrame | null> {
    for (let reads = 0; ; reads += 1) {
      const found = await this.find(params, atUs, reads);
      if (found === null || found.frame !== null) return found?.frame ?? null;
      // There are no such messages any more: the tree is not what it was either.
      if (reads > 0 && found.missing.some((node) => !this.past.values.of(node))) this.past.forget();
      await this.past.values.read(found.missing, atUs);
    }
  }

  private find(params: TreeParams, atUs: number, reads: number) {
    const isWanted = (): boolean => this.params === params;
    return this.past.at(atUs, params.sort === 'latest', isWanted, (tree) => {
      tree.setSort(params.sort);
      tree.setFilter(params.filter);
      const window = treeWindow(tree, params, siblingsThere);
      const nodes = window.rows.map(({ node }) => node);
      const missing = nodes.filter((node) => this.isMissing(node, reads > 0));
      const isComplete = missing.length === 0 || reads === MOST_READS;
      return { missing, frame: isComplete ? this.frameOf(tree, params, window) : null };
    });
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
      isCertain: rows.every(({ node }, index) => !node.value || values[index]?.isCertain === true),
    };
    return {
      ...{ total, first, selectedIndex },
      rows: rows.map((row, index) => pastRow(row, values[index])),
      topics: tree.topics,
      matching: tree.matching,
      loading: false,
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
    valueId: value?.id ?? null,
    lastTimeMs: value ? value.timeUs / 1000 : null,
    retained: value?.retained ?? false,
    trend: value?.trend ?? [],
  };
}
