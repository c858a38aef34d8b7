import type { Clock } from './clock';
import { encodeProperties } from './history/properties';
import { FLAG_DUP, FLAG_RETAIN, type History, type MessageBatch } from './history/history';
import { messagePropertiesOf } from './message-properties';
import type { Arrived } from './mqtt/types';
import type { TopicNode, TopicValue } from './tree/topic-node';
import type { TopicTree } from './tree/topic-tree';
import { detach, show, type StoredValue } from './tree/topic-value';
import { Valve } from './valve';
import { messageOf } from '../../app/errors';

/** A batch is one transaction; it grows no larger than this, and waits no longer, but for the one before it. */
const BATCH_MS = 100;
const BATCH_MESSAGES = 5_000;
const BATCH_BYTES = 16 * 1024 * 1024;

/** How long the broker is kept waiting for a slow disk; a connection's keep-alive is 60 s, and a broker gives it half more. */
const HOLD_MS = 10_000;

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
  /** The key of the session under way in the history; when it is first asked for, it begins at this time. */
  readonly session: (fromUs: number) => number;
  /** After a batch was stored, or could not be. */
  readonly onFlushed: () => void;
  /** Each batch as it goes to the history, and the nodes of its topics; both are the ingest's again afterwards. */
  readonly onBatch?: ((batch: MessageBatch, nodes: readonly TopicNode[]) => void) | undefined;
  /** How long the broker is kept waiting while the history is behind; 10 s unless told. */
  readonly holdMs?: number;
  /** Each message when it was counted in the tree. */
  readonly onCounted?: (
    node: TopicNode,
    value: StoredValue,
    topic: string,
    payload: Uint8Array,
  ) => void;
  /** Flags of a message that the packet does not say: whether a replay of ours sent it. */
  readonly marks?: ((topic: string, payload: Uint8Array) => number) | undefined;
}

/** Messages that could not be stored, for the gap that tells of them. */
interface Refusal {
  /** The session in which they came. */
  readonly session: number;
  fromUs: number;
  toUs: number;
  messages: number;
  why: string;
}

/**
 * Takes every message of a profile: stamps it, counts it in the tree and appends it to the batch that the history
 * stores. Nothing of a message survives it but its bytes.
 */
export class Ingest {
  /** Messages counted since the start of this run; those not yet in the history's totals are in `waiting`. */
  arrived = 0;
  /** Why the last batch could not be stored; null when it was. */
  private failure: string | null = null;
  private refusedSinceFlush = 0;
  /** Messages and refusals of batches that the history has and has not answered for. */
  private underWay = 0;
  private refusedUnderWay = 0;
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;
  /** The batch is old enough, and waits for the one before it. */
  private isDue = false;
  private refusal: Refusal | null = null;
  private readonly valve: Valve;
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

  constructor(private readonly options: IngestOptions) {
    this.valve = new Valve({
      backlog: () => options.history.backlog,
      holdMs: options.holdMs ?? HOLD_MS,
      onRefusing: (refusing) => {
        if (!refusing) this.noteRefusal();
      },
    });
  }

  /** Messages that arrived and are not in the history's totals yet, without refused ones. */
  get waiting(): number {
    return this.batch.length + this.underWay;
  }

  get waitingRefused(): number {
    return this.refusedSinceFlush + this.refusedUnderWay;
  }

  /** Why messages are not stored, or stored late; null when all is well. */
  get problem(): string | null {
    if (this.failure !== null) return this.failure;
    if (this.valve.refusing) {
      return `The disk is too slow for what arrives: ${String(this.refusal?.messages ?? 0)} messages were refused. They are shown, but not stored.`;
    }
    if (this.valve.holding) return 'The disk is too slow for what arrives: the broker has to wait.';
    return null;
  }

  /** Nothing is lost, but the broker has to wait until the history has caught up. */
  get isBehind(): boolean {
    return this.failure === null && !this.valve.refusing && this.valve.holding;
  }

  readonly receive = (packet: Arrived, done: () => void): void => {
    const { tree, clock, ids } = this.options;
    const payload =
      typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const flags =
      packet.qos |
      (packet.retain ? FLAG_RETAIN : 0) |
      (packet.dup ? FLAG_DUP : 0) |
      (this.options.marks?.(packet.topic, payload) ?? 0);
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
    this.options.onCounted?.(node, value, packet.topic, payload);
    this.arrived += 1;
    if (this.valve.refusing) {
      detach(value);
      const session = this.options.session(timeUs);
      this.refused(session, timeUs, timeUs, 1, 'the disk was too slow for what arrived');
      this.refuse();
    } else {
      this.append(node, value, payload);
    }
    this.valve.pass(done);
  };

  /** A packet that was refused before it was a message. */
  refuse(): void {
    this.refusedSinceFlush += 1;
    this.timer ??= setTimeout(this.due, BATCH_MS);
  }

  /** Gives the batch to the history now. */
  readonly flush = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isDue = false;
    this.options.clock.resync();
    const messages = this.batch.length;
    const refused = this.refusedSinceFlush;
    if (messages === 0 && refused === 0) return;
    // A batch of refusals alone has no message to begin with.
    const fromUs = (messages > 0 ? this.batch.timesUs[0] : null) ?? this.options.clock.nowUs();
    const toUs = this.batch.timesUs[messages - 1] ?? fromUs;
    const session = this.options.session(fromUs);
    this.refusedSinceFlush = 0;
    this.underWay += messages;
    this.refusedUnderWay += refused;
    this.store(session, { received: messages + refused, refused }).then(
      () => {
        this.failure = null;
        if (!this.valve.refusing) this.noteRefusal();
        this.answered(messages, refused);
      },
      (error: unknown) => {
        this.failure = messageOf(error);
        // What could not be stored is refused, and counted when the history takes batches again.
        this.refusedSinceFlush += messages + refused;
        if (messages > 0) this.refused(session, fromUs, toUs, messages, this.failure);
        this.answered(messages, refused);
      },
    );
    this.release();
  };

  /** Nothing more will come: what waits for the history goes on. */
  close(): void {
    this.flush();
    this.valve.close();
  }

  /** On a slow disk, what came while a batch was written is one batch, not many that each cost a commit. */
  private readonly due = (): void => {
    this.timer = null;
    if (this.isWriting) this.isDue = true;
    else this.flush();
  };

  private get isWriting(): boolean {
    return this.underWay + this.refusedUnderWay > 0;
  }

  private answered(messages: number, refused: number): void {
    this.underWay -= messages;
    this.refusedUnderWay -= refused;
    this.valve.look();
    this.options.onFlushed();
    if (this.isDue && !this.isWriting) this.flush();
  }

  private refused(
    session: number,
    fromUs: number,
    toUs: number,
    messages: number,
    why: string,
  ): void {
    if (this.refusal?.session !== session) this.noteRefusal();
    this.refusal ??= { session, fromUs, toUs, messages: 0, why };
    this.refusal.toUs = toUs;
    this.refusal.messages += messages;
  }

  /** The history takes batches again: what is missing stands in it as a gap. */
  private noteRefusal(): void {
    const { refusal } = this;
    if (refusal === null) return;
    this.refusal = null;
    const { session, fromUs, toUs, messages, why } = refusal;
    this.options.history.recordGap(session, {
      kind: 'refused',
      fromUs,
      toUs,
      messages,
      detail: `Messages could not be stored: ${why}`,
    });
  }

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
    else this.timer ??= setTimeout(this.due, BATCH_MS);
  }

  private async store(
    session: number,
    counts: { received: number; refused: number },
  ): Promise<void> {
    const { history, profileId } = this.options;
    const { batch, nodes } = this;
    for (let at = 0; at < batch.length; at += 1) {
      const node = nodes[at];
      if (!node) continue;
      if (node.topicKey === 0) node.topicKey = history.addTopic(profileId, node.path);
      batch.topicKeys[at] = node.topicKey;
    }
    this.options.onBatch?.(batch, nodes);
    await history.append(profileId, session, batch, counts);
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
