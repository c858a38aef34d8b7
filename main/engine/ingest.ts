import type { IPublishPacket } from 'mqtt';
import type { Clock } from './clock';
import { encodeProperties } from './history/properties';
import { FLAG_DUP, FLAG_RETAIN, type History, type MessageBatch } from './history/history';
import { messagePropertiesOf } from './message-properties';
import type { TopicNode, TopicValue } from './tree/topic-node';
import type { TopicTree } from './tree/topic-tree';
import { detach, show } from './tree/topic-value';
import { messageOf } from '../../app/errors';

/** A batch is one transaction; it waits no longer and grows no larger than this. */
const BATCH_MS = 100;
const BATCH_MESSAGES = 5_000;
const BATCH_BYTES = 16 * 1024 * 1024;

/** The one counter of message ids, shared by all connections. */
export interface MessageIds {
  next: number;
}

export interface IngestOptions {
  readonly profileId: string;
  readonly tree: TopicTree;
  readonly history: History;
  readonly clock: Clock;
  readonly ids: MessageIds;
  /** The key of the session under way in the history, begun when it is first asked for. */
  readonly session: () => number;
  /** After a batch was stored, or could not be. */
  readonly onFlushed: () => void;
}

/**
 * Takes every message of a profile: stamps it, counts it in the tree and appends it to the batch that the history
 * stores. Nothing of a message survives it but its bytes.
 */
export class Ingest {
  /** Messages counted since the start of this run; those not yet in the history's totals are in `waiting`. */
  arrived = 0;
  /** Why the last batch could not be stored; null when it was. */
  problem: string | null = null;

  private refusedSinceFlush = 0;
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly nodes: TopicNode[] = [];
  private readonly batch: MessageBatch = {
    length: 0,
    ids: [],
    timesUs: [],
    topicKeys: [],
    flags: [],
    packetIds: [],
    properties: [],
    payloads: [],
  };

  constructor(private readonly options: IngestOptions) {}

  get waiting(): number {
    return this.batch.length;
  }

  get waitingRefused(): number {
    return this.refusedSinceFlush;
  }

  readonly receive = (packet: IPublishPacket, done: () => void): void => {
    const { tree, clock, ids } = this.options;
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const flags = packet.qos | (packet.retain ? FLAG_RETAIN : 0) | (packet.dup ? FLAG_DUP : 0);
    const properties = packet.properties ? messagePropertiesOf(packet.properties) : null;
    const node = tree.reach(packet.topic);
    const id = ids.next++;
    const timeUs = clock.nowUs();
    const value = show(node, {
      id,
      timeUs,
      flags,
      packetId: packet.messageId ?? 0,
      properties,
      payload,
    });
    tree.count(node, packet.topic, value, 1, id);
    this.arrived += 1;
    this.append(node, value, payload);
    done();
  };

  /** A packet that was refused before it was a message. */
  refuse(): void {
    this.refusedSinceFlush += 1;
    this.timer ??= setTimeout(this.flush, BATCH_MS);
  }

  /** Stores the batch now. */
  readonly flush = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.options.clock.resync();
    if (this.batch.length === 0 && this.refusedSinceFlush === 0) return;
    const refused = this.refusedSinceFlush;
    const received = this.batch.length + refused;
    try {
      this.store({ received, refused });
      this.problem = null;
      this.refusedSinceFlush = 0;
    } catch (error) {
      this.problem = messageOf(error);
      // What could not be stored is refused, and counted when the history takes batches again.
      this.refusedSinceFlush = received;
    }
    this.release();
    this.options.onFlushed();
  };

  private append(node: TopicNode, value: TopicValue, payload: Uint8Array): void {
    const { batch } = this;
    const at = batch.length++;
    this.nodes[at] = node;
    batch.ids[at] = value.id;
    batch.timesUs[at] = value.timeUs;
    batch.flags[at] = value.flags;
    batch.packetIds[at] = value.packetId;
    batch.properties[at] = value.properties ? encodeProperties(value.properties) : null;
    batch.payloads[at] = payload;
    this.bytes += payload.length;
    if (batch.length >= BATCH_MESSAGES || this.bytes >= BATCH_BYTES) this.flush();
    else this.timer ??= setTimeout(this.flush, BATCH_MS);
  }

  private store(counts: { received: number; refused: number }): void {
    const { history, profileId, session } = this.options;
    const { batch, nodes } = this;
    for (let at = 0; at < batch.length; at += 1) {
      const node = nodes[at];
      if (!node) continue;
      if (node.topicKey === 0) node.topicKey = history.internTopic(profileId, node.path);
      batch.topicKeys[at] = node.topicKey;
    }
    history.append(profileId, session(), batch, counts);
  }

  /** Empties the batch, and lets go of the socket buffers that last values still point into. */
  private release(): void {
    const { batch, nodes } = this;
    for (let at = 0; at < batch.length; at += 1) {
      const value = nodes[at]?.value;
      if (value?.id === batch.ids[at] && value) detach(value);
    }
    batch.length = 0;
    batch.payloads.length = 0;
    batch.properties.length = 0;
    nodes.length = 0;
    this.bytes = 0;
  }
}
