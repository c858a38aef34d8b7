import { Buffer } from 'node:buffer';
import type { IClientPublishOptions, MqttClient } from 'mqtt';
import { messageOf } from '../../../app/errors';
import type { MqttVersion } from '../../../app/profile';
import { packetPropertiesOf } from '../message-properties';
import { publishProblem, refusalWords, type ServerLimits } from './publish-limits';
import type { BulkMessage, BulkOutcome } from './types';

/** QoS 1 and 2 messages under way: enough for a broker far away, few enough to be sent again after a loss. */
const WINDOW_MESSAGES = 1_000;
const WINDOW_BYTES = 16 * 1024 * 1024;

interface UnderWay {
  readonly bytes: number;
  readonly done: (outcome: BulkOutcome) => void;
}

/**
 * Publishes many messages over one network connection. No timer and no promise for each: that takes more time than
 * sending it. What is under way is bounded; the socket's own pace bounds QoS 0.
 */
export class BulkPublisher {
  readonly #client: MqttClient;
  readonly #version: MqttVersion;
  readonly #limits: ServerLimits;
  readonly #underWay = new Set<UnderWay>();
  #bytes = 0;
  /** QoS 1 and 2 messages that were sent and not acknowledged. */
  unacknowledged = 0;
  /** A QoS 0 message waits for the socket to drain. */
  #isBlocked = false;

  constructor(client: MqttClient, version: MqttVersion, limits: ServerLimits) {
    this.#client = client;
    this.#version = version;
    this.#limits = limits;
  }

  /** See `Connection.publishBulk`. */
  publish(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean {
    if (this.#isFull(message)) return false;
    const properties = this.#version === '5' ? packetPropertiesOf(message.properties) : undefined;
    const problem = publishProblem(message, this.#limits, this.#version);
    if (problem !== null) {
      done({ kind: 'refused', reason: problem });
      return true;
    }
    const { qos, retain } = message;
    const options = properties === undefined ? { qos, retain } : { qos, retain, properties };
    if (qos === 0) this.#sendOnce(message, options, done);
    else this.#sendUntilAcknowledged(message, options, done);
    return true;
  }

  /** The connection is closed: everything that is under way is lost. */
  close(): void {
    const left = [...this.#underWay];
    this.#underWay.clear();
    for (const { done } of left) done({ kind: 'lost' });
  }

  #isFull({ payload }: BulkMessage): boolean {
    if (this.#isBlocked || this.unacknowledged >= WINDOW_MESSAGES) return true;
    // One larger than the window goes alone.
    return this.#bytes > 0 && this.#bytes + payload.length > WINDOW_BYTES;
  }

  #sendOnce(
    message: BulkMessage,
    options: IClientPublishOptions,
    done: (outcome: BulkOutcome) => void,
  ): void {
    let waiting: UnderWay | null = null;
    let isTold = false;
    this.#publish(message, options, (error) => {
      isTold = true;
      if (waiting !== null) {
        if (!this.#underWay.delete(waiting)) return;
        this.#isBlocked = false;
      }
      done(error ? { kind: 'refused', reason: refusalWords(error, undefined) } : { kind: 'sent' });
    });
    // mqtt.js says at once that it was written, or when the socket has room again.
    if (isTold) return;
    waiting = { bytes: 0, done };
    this.#isBlocked = true;
    this.#underWay.add(waiting);
  }

  #sendUntilAcknowledged(
    message: BulkMessage,
    options: IClientPublishOptions,
    done: (outcome: BulkOutcome) => void,
  ): void {
    const entry = { bytes: message.payload.length, done };
    this.#underWay.add(entry);
    this.unacknowledged += 1;
    this.#bytes += entry.bytes;
    this.#publish(message, options, (error, packet) => {
      if (!this.#underWay.delete(entry)) return;
      this.unacknowledged -= 1;
      this.#bytes -= entry.bytes;
      done(
        error ? { kind: 'refused', reason: refusalWords(error, packet) } : { kind: 'acknowledged' },
      );
    });
  }

  #publish(
    { topic, payload }: BulkMessage,
    options: IClientPublishOptions,
    told: NonNullable<Parameters<MqttClient['publish']>[3]>,
  ): void {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    try {
      this.#client.publish(topic, bytes, options, told);
    } catch (error) {
      told(new Error(messageOf(error)));
    }
  }
}
