import type { MessageProperties } from '../../../app/message';
import type { ChildBlock, ChildList } from './child-list';

/** What a topic last carried. Only nodes that had a message of their own have one. */
export interface TopicValue {
  /** Messages of the topic itself. */
  count: number;
  /** The payload, or its first `KEPT_PAYLOAD_BYTES`; null when it is no longer stored. */
  payload: Uint8Array | null;
  sizeBytes: number;
  id: number;
  timeUs: number;
  /** As in the history: QoS, retain, DUP, direction. */
  flags: number;
  /** 0 for none, `PACKET_ID_IN_HISTORY` for a value that a summary of the history brought. */
  packetId: number;
  properties: MessageProperties | null;
  /** Whether the broker is thought to keep a retained message. */
  retained: boolean;
}

/** The packet id and the properties are not here; the history has them. */
export const PACKET_ID_IN_HISTORY = -1;

/** More of a payload than this is not kept in memory; the history has it whole. */
export const KEPT_PAYLOAD_BYTES = 64 * 1024;

/**
 * A level of the topic tree. One object per node with few, monomorphic fields: there may be a million of them.
 */
export class TopicNode {
  /** Messages at and below. */
  count = 0;
  /** Topics (nodes with a value) at and below. */
  topics = 0;
  /** The newest message at or below. */
  latestId = 0;
  value: TopicValue | null = null;
  /** The topic's key in the history, 0 until it is known. */
  topicKey = 0;
  children: ChildList | null = null;

  // How the tree is shown.
  /** As the person left it; it comes back when a filter is taken off. */
  expanded = false;
  /** As it is shown now: the person's own, or the filter's while one is on. */
  open = false;
  /** Whether the filter lets it through. */
  shown = true;
  /** Visible rows below if this node were open: the sum of its children's weights. */
  rows = 0;
  block: ChildBlock | null = null;

  constructor(
    readonly id: number,
    readonly name: string,
    readonly parent: TopicNode | null,
    /** 0 for the first level, -1 for the root that holds the first level. */
    readonly depth: number,
  ) {}

  /** Rows that it takes where it stands: none when filtered out; else itself and what is open below it. */
  get weight(): number {
    if (!this.shown) return 0;
    return this.open ? 1 + this.rows : 1;
  }

  /** The topic name that leads here. */
  get path(): string {
    const levels: string[] = [];
    for (let node: TopicNode | null = this; node?.parent; node = node.parent)
      levels.push(node.name);
    return levels.reverse().join('/');
  }
}
