import { Buffer } from 'node:buffer';
import type { IConnackPacket, MqttClient, Packet } from 'mqtt';
import type { PublishResult } from '../../../app/contract';
import { messageOf } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { MqttVersion } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import { topicNameProblem } from '../../../app/topic';
import type { OutgoingMessage } from './types';

const ANSWER_WITHIN_MS = 15_000;
/** Publishes that wait for the server's Receive Maximum; more than this are refused instead of piling up. */
const MAX_WAITING = 10_000;
/** The largest Remaining Length (MQTT 5.0 §1.5.5). */
const MAX_REMAINING_BYTES = 268_435_455;
const NO_MATCHING_SUBSCRIBERS = 0x10;
const NO_SUBSCRIBERS_NOTE = 'No client is subscribed to this topic.';

/** What the server's CONNACK allows (MQTT 5.0 §3.2.2.3); mqtt.js does not enforce it. */
interface ServerLimits {
  readonly maximumQoS: number;
  readonly retainAvailable: boolean;
  readonly maximumPacketBytes: number;
  readonly receiveMaximum: number;
}

interface PendingPublish {
  readonly message: OutgoingMessage;
  readonly startedMs: number;
  readonly resolve: (result: PublishResult) => void;
  timer: NodeJS.Timeout | null;
}

/** Publishes over one network connection; every publish gets a result, at the latest when the connection closes. */
export class Publisher {
  readonly #client: MqttClient;
  readonly #version: MqttVersion;
  readonly #limits: ServerLimits;
  readonly #pending = new Set<PendingPublish>();
  readonly #waiting: PendingPublish[] = [];
  /** Packet identifiers whose acknowledgement said that nobody is subscribed. */
  readonly #unmatched = new Set<number>();
  #unacknowledged = 0;
  #closed = false;

  constructor(client: MqttClient, version: MqttVersion, connack: IConnackPacket) {
    this.#client = client;
    this.#version = version;
    const { properties } = connack;
    this.#limits = {
      maximumQoS: properties?.maximumQoS ?? 2,
      retainAvailable: properties?.retainAvailable ?? true,
      maximumPacketBytes: properties?.maximumPacketSize ?? Infinity,
      receiveMaximum: properties?.receiveMaximum ?? 65_535,
    };
  }

  get maximumQoS(): QoS {
    const { maximumQoS } = this.#limits;
    return maximumQoS === 0 || maximumQoS === 1 ? maximumQoS : 2;
  }

  /** Sends a message; resolves with how it ended, never rejects. */
  publish(message: OutgoingMessage): Promise<PublishResult> {
    const problem = this.#problem(message);
    if (problem !== null)
      return Promise.resolve({ kind: 'refused', elapsedMs: 0, reason: problem });
    return new Promise((resolve) => {
      const pending: PendingPublish = {
        message,
        startedMs: performance.now(),
        resolve,
        timer: null,
      };
      this.#pending.add(pending);
      if (message.qos > 0 && this.#unacknowledged >= this.#limits.receiveMaximum)
        this.#waiting.push(pending);
      else this.#send(pending);
      if (this.#pending.has(pending)) this.#limitTime(pending);
    });
  }

  /** To be called with every PUBACK, PUBREC and PUBCOMP: mqtt.js does not pass on a success's reason code. */
  noteAcknowledgement(messageId: number | undefined, reasonCode: number | undefined): void {
    if (reasonCode === NO_MATCHING_SUBSCRIBERS && messageId !== undefined)
      this.#unmatched.add(messageId);
  }

  /** The connection is closed: everything that is pending gets its result. */
  close(sessionContinues: boolean): void {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const pending of [...this.#pending]) {
      this.#refuse(
        pending,
        pending.message.qos === 0
          ? 'The connection closed before the message was sent.'
          : `The connection closed before the broker acknowledged the message; it may have arrived.${
              sessionContinues ? ' It is sent again if the broker still has the session.' : ''
            }`,
      );
    }
  }

  #problem(message: OutgoingMessage): string | null {
    const { maximumQoS, retainAvailable, maximumPacketBytes } = this.#limits;
    const topicProblem = topicNameProblem(message.topic);
    if (topicProblem !== null) return topicProblem;
    if (this.#closed) return 'Not connected.';
    if (message.qos > maximumQoS) {
      return `This broker accepts at most QoS ${String(maximumQoS)} [MQTT-3.2.2-11].`;
    }
    if (message.retain && !retainAvailable)
      return 'This broker does not keep retained messages [MQTT-3.2.2-14].';
    const remaining = this.#remainingBytes(message);
    const total = 1 + lengthBytes(remaining) + remaining;
    if (remaining > MAX_REMAINING_BYTES) return 'An MQTT packet can have at most 256 MB.';
    if (total > maximumPacketBytes) {
      return `This broker accepts packets of at most ${bytes(maximumPacketBytes)}; this one has ${bytes(total)}.`;
    }
    if (this.#waiting.length >= MAX_WAITING)
      return 'Too many messages wait for the broker’s acknowledgement.';
    return null;
  }

  /** Remaining Length of the PUBLISH (MQTT 5.0 §3.3): topic, packet identifier, an empty property list, payload. */
  #remainingBytes(message: OutgoingMessage): number {
    const head = 2 + Buffer.byteLength(message.topic) + (message.qos > 0 ? 2 : 0);
    return head + (this.#version === '5' ? 1 : 0) + message.payload.byteLength;
  }

  #send(pending: PendingPublish): void {
    const { topic, payload, qos, retain } = pending.message;
    const bytesView = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (qos > 0) this.#unacknowledged += 1;
    try {
      this.#client.publish(topic, bytesView, { qos, retain }, (error, packet) => {
        if (qos > 0) this.#freeSlot();
        if (error) this.#refuse(pending, refusalWords(error, packet));
        else this.#succeed(pending, packet);
      });
    } catch (error) {
      if (qos > 0) this.#freeSlot();
      this.#refuse(pending, messageOf(error));
    }
  }

  /** A slot of the Receive Maximum is free again (MQTT 5.0 §4.9): the next one that waits may go. */
  #freeSlot(): void {
    this.#unacknowledged -= 1;
    let next = this.#waiting.shift();
    while (next !== undefined && !this.#pending.has(next)) next = this.#waiting.shift();
    if (next !== undefined && !this.#closed) this.#send(next);
  }

  #limitTime(pending: PendingPublish): void {
    pending.timer = setTimeout(() => {
      const seconds = String(ANSWER_WITHIN_MS / 1000);
      const what = pending.message.qos === 0 ? 'It could not be sent' : 'No acknowledgement';
      this.#refuse(pending, `${what} in ${seconds} s.`);
    }, ANSWER_WITHIN_MS);
  }

  #succeed(pending: PendingPublish, packet: Packet | undefined): void {
    const elapsedMs = performance.now() - pending.startedMs;
    const unmatched = packet?.messageId !== undefined && this.#unmatched.delete(packet.messageId);
    this.#settle(
      pending,
      pending.message.qos === 0
        ? { kind: 'sent', elapsedMs }
        : { kind: 'acknowledged', elapsedMs, note: unmatched ? NO_SUBSCRIBERS_NOTE : null },
    );
  }

  #refuse(pending: PendingPublish, reason: string): void {
    this.#settle(pending, {
      kind: 'refused',
      elapsedMs: performance.now() - pending.startedMs,
      reason,
    });
  }

  #settle(pending: PendingPublish, result: PublishResult): void {
    if (!this.#pending.delete(pending)) return;
    if (pending.timer !== null) clearTimeout(pending.timer);
    pending.resolve(result);
  }
}

function refusalWords(error: Error, packet: Packet | undefined): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code !== 'number') return `It was not sent: ${error.message}.`;
  const said =
    packet !== undefined && 'properties' in packet ? reasonStringOf(packet.properties) : null;
  return `The broker refused it: ${reasonWords(code)} (${hexCode(code)}).${said === null ? '' : ` It said: “${said}”.`}`;
}

function reasonStringOf(properties: unknown): string | null {
  if (typeof properties !== 'object' || properties === null || !('reasonString' in properties))
    return null;
  return typeof properties.reasonString === 'string' ? properties.reasonString : null;
}

function lengthBytes(remaining: number): number {
  if (remaining < 128) return 1;
  if (remaining < 16_384) return 2;
  return remaining < 2_097_152 ? 3 : 4;
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} bytes`;
}
