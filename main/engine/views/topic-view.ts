import type { TopicFrame, TopicParams } from '../../../app/contract';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';
import { RateMeter } from '../rate-meter';
import type { TopicNode } from '../tree/topic-node';

const INTERVAL_MS = 100;
const MAX_CHILDREN = 50;

/** One topic's detail: its last message and what stands below it. */
export class TopicView implements ViewSource<TopicParams, TopicFrame> {
  readonly intervalMs = INTERVAL_MS;
  private meter: RateMeter | null = null;
  private sent = '';

  constructor(
    private readonly runtime: ProfileRuntime,
    private params: TopicParams,
  ) {}

  update(params: TopicParams): void {
    if (params.topic !== this.params.topic) this.meter = null;
    this.params = params;
    this.sent = '';
  }

  next(nowMs: number): TopicFrame | null | Promise<TopicFrame> {
    const node = this.runtime.tree.node(this.params.topic);
    const own = node?.value?.count ?? 0;
    this.meter ??= new RateMeter(own, nowMs);
    if (!this.runtime.isArchived) this.meter.read(own, nowMs);
    const state = `${String(node?.latestId)}:${String(node?.count)}:${String(node?.value?.retained)}:${String(this.meter.perSecond)}`;
    if (state === this.sent) return null;
    this.sent = state;
    return this.frame(node);
  }

  close(): void {
    this.meter = null;
  }

  private async frame(node: TopicNode | undefined): Promise<TopicFrame> {
    const { topic, maxBytes } = this.params;
    return {
      known: node !== undefined,
      count: node?.value?.count ?? 0,
      rate: this.meter?.perSecond ?? null,
      last: node?.value ? await this.runtime.lastMessage(topic, maxBytes) : null,
      retained: node?.value?.retained ?? false,
      below: belowOf(node),
    };
  }
}

function belowOf(node: TopicNode | undefined): TopicFrame['below'] {
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
