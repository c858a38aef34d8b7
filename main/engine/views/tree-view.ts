import type { TreeFrame, TreeParams, TreeRow } from '../../../app/contract';
import { previewOf, type Preview } from '../../../app/payload/preview';
import type { ViewSource } from '../../../app/rpc/server';
import { TREND_POINTS, TREND_STEP_MS } from '../../../app/trend';
import type { ProfileRuntime } from '../profile-runtime';
import { RateMeter } from '../rate-meter';
import type { TopicNode } from '../tree/topic-node';
import type { DecodedPreviews } from './decoded-previews';
import { MomentTree } from './moment-tree';
import { treeWindow, type WindowRow } from './tree-window';

/** Values that change faster than this can't be read. */
const INTERVAL_MS = 100;
const REORDER_MS = 2_000;
/** A long sort is not repeated before this many times its duration. */
const REORDER_PAUSE = 20;
const PREVIEW_CHARS = 120;
/** Rows that left the screen keep their trend and rate for when they come back: the last ones to leave. */
const MOST_AWAY = 500;

/** What is kept of a row while it is on the screen, and for a while after. */
interface RowMemory {
  readonly meter: RateMeter;
  readonly trend: number[];
  trendAtMs: number;
  /** The message that the newest point of the trend came from. */
  trendId: number;
  valueId: number;
  preview: Preview | null;
}

/** The window of tree rows that is on the screen. */
export class TreeView implements ViewSource<TreeParams, TreeFrame> {
  readonly intervalMs = INTERVAL_MS;
  private sentVersion = -1;
  private updated = true;
  /** The rows on the screen stand last; before them those that left it, the longest away first. */
  private readonly memories = new Map<TopicNode, RowMemory>();
  private shown: ReadonlyArray<readonly [TopicNode, RowMemory]> = [];
  private reorderAtMs = 0;
  private samplesAtMs = 0;
  /** Whether stored topics were being read when it was looked last. */
  private wasLoading = true;
  private readonly moment: MomentTree;

  constructor(
    private readonly runtime: ProfileRuntime,
    private params: TreeParams,
    /** Decodes the values of rows; absent: they are shown as their bytes say. */
    private readonly previews: DecodedPreviews | null = null,
  ) {
    this.moment = new MomentTree(runtime.past);
    this.apply();
  }

  update(params: TreeParams): void {
    this.moment.stop();
    this.params = params;
    this.updated = true;
    this.apply();
  }

  next(nowMs: number): TreeFrame | null | Promise<TreeFrame | null> {
    const { atUs } = this.params;
    if (typeof atUs === 'number') return this.moment.next(this.params, atUs, nowMs);
    const { tree } = this.runtime;
    this.reorder(nowMs);
    const isMoved = this.loaded(nowMs) || this.sample(nowMs);
    const isDecoded = this.previews?.changed() ?? false;
    if (!this.updated && !isMoved && !isDecoded && tree.version === this.sentVersion) return null;
    this.updated = false;
    this.sentVersion = tree.version;
    return this.frame(nowMs);
  }

  close(): void {
    this.moment.stop();
    this.previews?.close();
    this.memories.clear();
    this.shown = [];
  }

  /** The live tree stays as it is while a moment is shown. */
  private apply(): void {
    if (typeof this.params.atUs === 'number') return;
    this.runtime.tree.setSort(this.params.sort);
    this.runtime.tree.setFilter(this.params.filter);
  }

  /** Orders that move with the messages are laid anew now and then, unless the person is reading. */
  private reorder(nowMs: number): void {
    const { tree } = this.runtime;
    if (tree.sort === 'name' || this.params.holdOrder || nowMs < this.reorderAtMs) return;
    if (tree.version === this.sentVersion) return;
    const begun = performance.now();
    tree.refreshOrder();
    tree.cursor(this.params.first);
    const tookMs = performance.now() - begun;
    this.reorderAtMs = nowMs + Math.max(REORDER_MS, tookMs * REORDER_PAUSE);
  }

  /** While stored topics are read, what is counted is no rate; true when that is over. */
  private loaded(nowMs: number): boolean {
    if (!this.wasLoading) return false;
    for (const [node, { meter }] of this.memories) meter.restart(node.count, nowMs);
    this.wasLoading = this.runtime.isLoading;
    return !this.wasLoading;
  }

  /** Reads the rates of the rows on the screen; true when one changed. */
  private sample(nowMs: number): boolean {
    const { isArchived, isLoading } = this.runtime;
    if (isArchived || isLoading || nowMs - this.samplesAtMs < TREND_STEP_MS) return false;
    this.samplesAtMs = nowMs;
    let moved = false;
    for (const [node, memory] of this.shown) moved = memory.meter.read(node.count, nowMs) || moved;
    return moved;
  }

  private frame(nowMs: number): TreeFrame {
    const { tree } = this.runtime;
    const { rows, ...window } = treeWindow(tree, this.params);
    const shown = rows.map(({ node }) => [node, this.recall(node, nowMs)] as const);
    this.shown = shown;
    this.forget();
    this.previews?.begin();
    const frameRows = rows.map((row, index) =>
      this.rowOf(row, shown[index]?.[1] ?? newMemory(row.node, nowMs), nowMs),
    );
    this.previews?.work(nowMs);
    return {
      ...window,
      rows: frameRows,
      topics: tree.topics,
      matching: tree.matching,
      loading: this.runtime.isLoading,
    };
  }

  private rowOf({ node, ...shape }: WindowRow, memory: RowMemory, nowMs: number): TreeRow {
    const plain = previewFor(node, memory);
    const decoded = plain && this.previews?.of(node, shape.path, plain);
    const preview = decoded?.preview ?? plain;
    // A row keeps what was decoded before until the next is; as a number of now it does not count.
    const isCurrent = decoded?.isCurrent ?? true;
    addToTrend(memory, isCurrent ? (preview?.number ?? null) : null, nowMs);
    return {
      ...shape,
      rate: memory.meter.perSecond,
      preview: preview?.text ?? null,
      kind: preview?.kind ?? null,
      valueId: node.value?.id ?? null,
      lastTimeMs: node.value ? node.value.timeUs / 1000 : null,
      retained: node.value?.retained ?? false,
      trend: memory.trend.length > 1 ? [...memory.trend] : [],
    };
  }

  /** What is known of a row, which now is the one seen last. */
  private recall(node: TopicNode, nowMs: number): RowMemory {
    const memory = this.memories.get(node) ?? newMemory(node, nowMs);
    this.memories.delete(node);
    this.memories.set(node, memory);
    return memory;
  }

  /** Lets go of the rows that have been away the longest. */
  private forget(): void {
    let surplus = this.memories.size - this.shown.length - MOST_AWAY;
    if (surplus <= 0) return;
    for (const node of this.memories.keys()) {
      this.memories.delete(node);
      surplus -= 1;
      if (surplus <= 0) return;
    }
  }
}

function newMemory(node: TopicNode, nowMs: number): RowMemory {
  return {
    meter: new RateMeter(node.count, nowMs),
    trend: [],
    trendAtMs: 0,
    trendId: -1,
    valueId: -1,
    preview: null,
  };
}

/** Read once per value, and only for rows on the screen. */
function previewFor(node: TopicNode, memory: RowMemory): Preview | null {
  const { value } = node;
  if (!value) return null;
  if (memory.valueId !== value.id || memory.preview === null) {
    memory.valueId = value.id;
    memory.preview = value.payload
      ? previewOf(value.payload, value.sizeBytes, PREVIEW_CHARS)
      : { text: '', kind: 'empty', number: null };
  }
  return memory.preview;
}

function addToTrend(memory: RowMemory, number: number | null, nowMs: number): void {
  if (
    number === null ||
    memory.trendId === memory.valueId ||
    nowMs - memory.trendAtMs < TREND_STEP_MS
  )
    return;
  memory.trendAtMs = nowMs;
  memory.trendId = memory.valueId;
  memory.trend.push(number);
  if (memory.trend.length > TREND_POINTS) memory.trend.shift();
}
