import type { TopicFrame, TopicParams } from '../../../app/contract';
import type { Message } from '../../../app/message';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';
import { RateMeter } from '../rate-meter';
import { belowOf } from './below';
import type { TopicNode } from '../tree/topic-node';
import { MomentTopic } from './moment-topic';

const INTERVAL_MS = 100;

/** One topic's detail: its last message and what stands below it. */
export class TopicView implements ViewSource<TopicParams, TopicFrame> {
  readonly intervalMs = INTERVAL_MS;
  private meter: RateMeter | null = null;
  private sent = '';
  /** Nothing of the topic was sent yet: what is there at once goes first, where the rest takes its time. */
  private isFirst = true;
  private readonly moment: MomentTopic;

  constructor(
    private readonly runtime: ProfileRuntime,
    private params: TopicParams,
  ) {
    this.moment = new MomentTopic(runtime);
  }

  update(params: TopicParams): void {
    this.moment.stop();
    if (params.topic !== this.params.topic) {
      this.meter = null;
      this.isFirst = true;
    }
    this.params = params;
    this.sent = '';
  }

  next(nowMs: number): TopicFrame | null | Promise<TopicFrame | null> {
    const { atUs } = this.params;
    if (typeof atUs === 'number') return this.moment.next(this.params, atUs, nowMs);
    const node = this.runtime.tree.node(this.params.topic);
    const own = node?.value?.count ?? 0;
    this.meter ??= new RateMeter(own, nowMs);
    if (this.runtime.isLoading) this.meter.restart(own, nowMs);
    else if (!this.runtime.isArchived) this.meter.read(own, nowMs);
    const state = `${String(node?.latestId)}:${String(node?.count)}:${String(node?.value?.retained)}:${String(this.meter.perSecond)}`;
    if (state === this.sent) return null;
    this.sent = state;
    return this.frame(node);
  }

  close(): void {
    this.moment.stop();
    this.meter = null;
  }

  private async frame(node: TopicNode | undefined): Promise<TopicFrame> {
    return {
      known: node !== undefined,
      count: node?.value?.count ?? 0,
      rate: this.meter?.perSecond ?? null,
      last: node?.value ? await this.last(node.value.sizeBytes) : null,
      retained: node?.value?.retained ?? false,
      below: belowOf(node),
    };
  }

  /** What is larger than `maxBytes` is shown in part anyway: then what the tree has of it comes first, and more with the next frame. */
  private last(sizeBytes: number): Message | null | Promise<Message | null> {
    const { topic, maxBytes } = this.params;
    const beginning = this.isFirst && sizeBytes > maxBytes ? this.runtime.beginningOf(topic) : null;
    this.isFirst = false;
    if (beginning === null || beginning.payload.length >= maxBytes)
      return this.runtime.lastMessage(topic, maxBytes);
    this.sent = '';
    return beginning;
  }
}
