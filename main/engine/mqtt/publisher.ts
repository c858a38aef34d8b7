import { Buffer } from 'node:buffer';
import type { MqttClient, Packet } from 'mqtt';
import type { ServerSettings } from '../../../app/connection';
import type { PublishResult } from '../../../app/contract';
import { messageOf } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { MqttVersion } from '../../../app/profile';
import { topicNameProblem } from '../../../app/topic';
import { packetPropertiesOf } from '../message-properties';
import { BulkPublisher } from './bulk-publisher';
import { refusalWords, publishProblem, type ServerLimits } from './publish-limits';
import type { BulkMessage, BulkOutcome, OutgoingMessage } from './types';

const ANSWER_WITHIN_MS = 15_000;
/** A large message takes its time on a slow line. */
const SLOWEST_BYTES_PER_MS = 64;
/** Publishes that wait for the server's Receive Maximum; more than this are refused instead of piling up. */
const MAX_WAITING = 10_000;
const NO_MATCHING_SUBSCRIBERS = 0x10;
const NO_SUBSCRIBERS_NOTE = 'No client is subscribed to this topic.';

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
  readonly #bulk: BulkPublisher;
  readonly #waiting: PendingPublish[] = [];
  /** Packet identifiers whose acknowledgement said that nobody is subscribed. */
  readonly #unmatched = new Set<number>();
  #unacknowledged = 0;
  #closed = false;

  constructor(client: MqttClient, version: MqttVersion, server: ServerSettings) {
    this.#client = client;
    this.#version = version;
    this.#limits = {
      maximumQoS: server.maximumQoS,
      retainAvailable: server.retainAvailable,
      maximumPacketBytes: server.maximumPacketBytes ?? Infinity,
      receiveMaximum: server.receiveMaximum,
    };
    this.#bulk = new BulkPublisher(client, version, this.#limits);
  }

  get maximumQoS(): QoS {
    return this.#limits.maximumQoS;
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
      if (message.qos > 0 && this.#isFull) this.#waiting.push(pending);
      else this.#send(pending);
      if (this.#pending.has(pending)) this.#limitTime(pending);
    });
  }

  /** See `Connection`. */
  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean {
    // What a person publishes meanwhile goes first.
    if (this.#closed || this.#waiting.length > 0 || (message.qos > 0 && this.#isFull)) return false;
    return this.#bulk.publish(message, (outcome) => {
      done(outcome);
      if (message.qos > 0) this.#sendWaiting();
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
    this.#bulk.close();
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
    const topicProblem = topicNameProblem(message.topic);
    if (topicProblem !== null) return topicProblem;
    if (this.#closed) return 'Not connected.';
    const problem = publishProblem(message, this.#limits, this.#version);
    if (problem !== null) return problem;
    if (this.#waiting.length >= MAX_WAITING)
      return 'Too many messages wait for the broker’s acknowledgement.';
    return null;
  }

  #send(pending: PendingPublish): void {
    const { topic, payload, qos, retain, properties = null } = pending.message;
    const bytesView = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const sendable = this.#version === '5' ? packetPropertiesOf(properties) : undefined;
    const options = { qos, retain, ...(sendable && { properties: sendable }) };
    if (qos > 0) this.#unacknowledged += 1;
    try {
      this.#client.publish(topic, bytesView, options, (error, packet) => {
        if (qos > 0) this.#freeSlot();
        if (error) this.#refuse(pending, refusalWords(error, packet));
        else this.#succeed(pending, packet);
      });
    } catch (error) {
      if (qos > 0) this.#freeSlot();
      this.#refuse(pending, messageOf(error));
    }
  }

  /** As many as the Receive Maximum allows are under way (MQTT 5.0 §4.9). */
  get #isFull(): boolean {
    return this.#unacknowledged + this.#bulk.unacknowledged >= this.#limits.receiveMaximum;
  }

  #freeSlot(): void {
    this.#unacknowledged -= 1;
    this.#sendWaiting();
  }

  /** A slot is free again: the next one that waits may go. */
  #sendWaiting(): void {
    if (this.#waiting.length === 0 || this.#isFull) return;
    let next = this.#waiting.shift();
    while (next !== undefined && !this.#pending.has(next)) next = this.#waiting.shift();
    if (next !== undefined && !this.#closed) this.#send(next);
  }

  #limitTime(pending: PendingPublish): void {
    const withinMs =
      ANSWER_WITHIN_MS + Math.ceil(pending.message.payload.length / SLOWEST_BYTES_PER_MS);
    pending.timer = setTimeout(() => {
      const seconds = String(Math.round(withinMs / 1000));
      const what = pending.message.qos === 0 ? 'It could not be sent' : 'No acknowledgement';
      this.#refuse(pending, `${what} in ${seconds} s.`);
    }, withinMs);
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
