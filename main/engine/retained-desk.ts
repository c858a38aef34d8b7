import type { PublishResult } from '../../app/contract';
import { LoupeError } from '../../app/errors';
import type { QoS } from '../../app/message';
import type { Arrived, Connection } from './mqtt/types';
import type { TopicTree } from './tree/topic-tree';

interface RetainedMessage {
  readonly payload: Uint8Array;
  readonly qos: QoS;
}

interface ClearedMessage extends RetainedMessage {
  readonly topic: string;
}

export interface RetainedDeskOptions {
  readonly tree: TopicTree;
  /** Null while not connected. */
  readonly connection: () => Connection | null;
  readonly lastMessage: (topic: string) => Promise<RetainedMessage | null>;
}

/** Cleared messages stay ready for undo, so many of them. */
const MAX_UNDO = 1_000;

/** Clears retained messages of a broker and puts them back. */
export class RetainedDesk {
  private readonly cleared = new Map<number, ClearedMessage>();
  private nextUndoId = 1;
  /** Who waits for the retained message of a topic. */
  private readonly awaited = new Map<string, (message: Arrived) => void>();

  constructor(private readonly options: RetainedDeskOptions) {}

  /** A message with the retain flag arrived. */
  notice(message: Arrived): void {
    if (this.awaited.size > 0) this.awaited.get(message.topic)?.(message);
  }

  /**
   * Removes the broker's retained message, by an empty one (MQTT 5.0 §3.3.1.3); returns what `restore` takes.
   * Throws `not-connected`, `not-found` when the broker keeps none, `publish-refused`.
   */
  async clear(topic: string): Promise<number> {
    const connection = this.connected();
    const message = await this.find(connection, topic);
    if (!message || message.payload.length === 0) {
      this.mark(topic, false);
      throw new LoupeError('not-found', `The broker keeps no retained message of ${topic}.`);
    }
    const qos = acknowledged(message.qos, connection);
    const empty = { topic, payload: new Uint8Array(0), qos, retain: true };
    const result = await connection.publish(empty);
    if (result.kind === 'refused') {
      throw new LoupeError(
        'publish-refused',
        `The retained message of ${topic} was not cleared: ${result.reason}`,
      );
    }
    this.mark(topic, false);
    const undoId = this.nextUndoId++;
    this.cleared.set(undoId, { topic, payload: message.payload, qos: message.qos });
    if (this.cleared.size > MAX_UNDO) this.cleared.delete(undoId - MAX_UNDO);
    return undoId;
  }

  /** Puts a cleared message back, unless the broker has got another one since. Throws `not-connected`, `not-found`. */
  async restore(undoId: number): Promise<PublishResult> {
    const connection = this.connected();
    const cleared = this.cleared.get(undoId);
    if (!cleared) {
      throw new LoupeError(
        'not-found',
        'This can no longer be undone here; the message is still in the history of its topic.',
      );
    }
    const newer = await this.ask(connection, cleared.topic);
    if (newer !== 'not-asked' && newer && newer.payload.length > 0) {
      const reason = 'Somebody has published another retained message since; it was left as it is.';
      return { kind: 'refused', elapsedMs: 0, reason };
    }
    const qos = acknowledged(cleared.qos, connection);
    const result = await connection.publish({ ...cleared, qos, retain: true });
    if (result.kind !== 'refused') {
      this.cleared.delete(undoId);
      this.mark(cleared.topic, true);
    }
    return result;
  }

  private connected(): Connection {
    const connection = this.options.connection();
    if (connection) return connection;
    throw new LoupeError(
      'not-connected',
      'Not connected. Connect first: retained messages are kept by the broker.',
    );
  }

  /**
   * What the broker keeps of a topic, asked anew: the last message seen need not be it. Where it can't be asked, the last
   * message is the best that is known.
   */
  private async find(connection: Connection, topic: string): Promise<RetainedMessage | null> {
    const asked = await this.ask(connection, topic);
    return asked === 'not-asked' ? await this.options.lastMessage(topic) : asked;
  }

  private async ask(
    connection: Connection,
    topic: string,
  ): Promise<RetainedMessage | null | 'not-asked'> {
    let found: RetainedMessage | null = null;
    const arrived = new Promise<void>((resolve) => {
      this.awaited.set(topic, ({ payload, qos }) => {
        // A copy: the packet's bytes are a slice of the socket's buffer.
        found = { payload: new Uint8Array(Buffer.from(payload)), qos };
        resolve();
      });
    });
    try {
      return (await connection.askRetained(topic, arrived)) ? found : 'not-asked';
    } finally {
      this.awaited.delete(topic);
    }
  }

  private mark(topic: string, retained: boolean): void {
    const { tree } = this.options;
    const value = tree.topic(topic)?.value;
    if (!value) return;
    value.retained = retained;
    tree.version += 1;
  }
}

/** At QoS 0 nobody would say whether the broker took it: at least 1, where the broker allows it. */
function acknowledged(qos: QoS, connection: Connection): QoS {
  return connection.maximumQoS === 0 || qos > 0 ? qos : 1;
}
