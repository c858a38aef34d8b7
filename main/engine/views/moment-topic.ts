import type { TopicFrame, TopicParams } from '../../../app/contract';
import type { PastValue } from '../past/past-values';
import type { ProfileRuntime } from '../profile-runtime';
import type { PastTree } from '../tree/past-tree';
import type { TopicNode } from '../tree/topic-node';
import { belowOf } from './below';

interface Found {
  /** Null when there is no such node at the moment. */
  readonly node: TopicNode | null;
  readonly isTopic: boolean;
  /** Undefined when it was not read yet. */
  readonly value: PastValue | undefined;
  readonly frame: Omit<TopicFrame, 'last' | 'retained'>;
}

/** One topic's detail at a moment of the past. */
export class MomentTopic {
  private params: TopicParams | null = null;
  private sentVersion = -1;
  private isCertain = true;

  constructor(private readonly runtime: ProfileRuntime) {}

  /** The next frame; null when nothing changed since the last one. */
  next(params: TopicParams, atUs: number, nowMs: number): Promise<TopicFrame | null> | null {
    const { past } = this.runtime;
    past.look(atUs, nowMs);
    const isSame = this.params === params && this.sentVersion === past.version;
    if (isSame && this.isCertain) return null;
    this.params = params;
    this.sentVersion = past.version;
    return this.frame(params, atUs);
  }

  /** What is under way is no longer wanted. */
  stop(): void {
    this.params = null;
  }

  private async frame(params: TopicParams, atUs: number): Promise<TopicFrame | null> {
    const { past, profile } = this.runtime;
    let found = await this.find(params, atUs);
    if (found?.node && found.isTopic && found.value?.isCertain !== true) {
      await past.values.read([found.node], atUs);
      found = await this.find(params, atUs);
    }
    if (found === null) return null;
    const { value, frame } = found;
    this.isCertain = !found.isTopic || value?.isCertain === true;
    const { history } = this.runtime;
    const last = value ? await history.message(profile.id, value.id, params.maxBytes) : null;
    if (this.params !== params) return null;
    return { ...frame, last, retained: value?.retained ?? false };
  }

  private find(params: TopicParams, atUs: number): Promise<Found | null> {
    const { past } = this.runtime;
    return past.at(
      atUs,
      false,
      () => this.params === params,
      (tree) => {
        const node = nodeAt(tree, params.topic);
        const isTopic = (node?.value ?? null) !== null;
        return {
          ...{ node, isTopic },
          value: node && isTopic ? past.values.of(node) : undefined,
          frame: {
            known: node !== null,
            count: node?.value?.count ?? 0,
            rate: null,
            below: belowOf(node ?? undefined),
          },
        };
      },
    );
  }
}

/** A node that was there at the moment. */
function nodeAt(tree: PastTree, path: string): TopicNode | null {
  const node = tree.node(path);
  return node !== undefined && node.topics > 0 ? node : null;
}
