import type { MessageProperties } from '../../../app/message';
import type { ChildList } from './child-list';
import { NONE, OPEN, SHOWN, TOPIC } from './node-state';
import type { NodeTable } from './node-table';
import { StoredValue } from './topic-value';

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

export { PACKET_ID_IN_HISTORY } from './topic-value';

/**
 * A level of the topic tree, and always the same object for the same level. It holds its children; all else is read
 * from the columns of the tree, where a million nodes take little and are gone through quickly.
 */
export class TopicNode {
  children: ChildList | null = null;

  constructor(
    private readonly table: NodeTable,
    /** Position in the tree's columns; what is below has a higher one. */
    readonly id: number,
  ) {}

  get name(): string {
    return this.table.name(this.id);
  }

  get parent(): TopicNode | null {
    const parent = this.table.parent(this.id);
    return parent === NONE ? null : this.table.node(parent);
  }

  /** 0 for the first level, -1 for the root that holds the first level. */
  get depth(): number {
    return this.table.depth(this.id);
  }

  /** Messages at and below. */
  get count(): number {
    return this.table.count(this.id);
  }

  /** Topics (nodes with a value) at and below. */
  get topics(): number {
    return this.table.topics(this.id);
  }

  /** The newest message at or below. */
  get latestId(): number {
    return this.table.latestId(this.id);
  }

  get value(): StoredValue | null {
    return this.table.has(this.id, TOPIC) ? this.ownValue : null;
  }

  /** Where the value of the node is kept, also before there is one. */
  get ownValue(): StoredValue {
    return new StoredValue(this.table, this.id);
  }

  /** The topic's key in the history, 0 until it is known. */
  get topicKey(): number {
    return this.table.topicKey(this.id);
  }

  set topicKey(key: number) {
    this.table.setTopicKey(this.id, key);
  }

  /** As it is shown now: as the person left it, or as the filter wants it while one is on. */
  get open(): boolean {
    return this.table.has(this.id, OPEN);
  }

  /** Whether the filter lets it through. */
  get shown(): boolean {
    return this.table.has(this.id, SHOWN);
  }

  /** Visible rows below if this node were open: the sum of its children's weights. */
  get rows(): number {
    return this.table.rows(this.id);
  }

  /** Rows that it takes where it stands: none when filtered out; else itself and what is open below it. */
  get weight(): number {
    return this.table.weight(this.id);
  }

  /** The topic name that leads here. */
  get path(): string {
    return this.table.path(this.id);
  }
}
