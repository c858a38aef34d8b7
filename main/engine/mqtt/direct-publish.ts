import type { Buffer } from 'node:buffer';
import { isInexactText, topicText } from '../../../app/topic-bytes';
import { FixedHeader } from './fixed-header';
import type { Arrived } from './types';

/** A cut packet up to this size is waited for, and read when it is complete; a larger one is forwarded as it comes. */
const MOST_AWAITED_BYTES = 64 * 1024;
/** PUBLISH, QoS 0, not DUP; the lowest bit is the retain flag (MQTT 5.0 §3.3.1). */
const PUBLISH_QOS_0 = 0x30;
const RETAIN = 0x01;
const TOPIC_LENGTH_BYTES = 2;

/** The way of messages past mqtt.js. */
export interface DirectWay {
  /** Whether the packets are those of MQTT 5, where properties follow the topic. */
  readonly hasProperties: boolean;
  /** Whether mqtt.js is done with everything that it was given: a message must not overtake what came before it. */
  readonly isOpen: () => boolean;
  /** Takes a message. False: what is behind it must wait. */
  readonly take: (message: Arrived) => boolean;
}

/**
 * Reads the plainest and by far most frequent of packets, PUBLISH with QoS 0, so that they need not go through mqtt.js:
 * they are answered by nothing and change nothing of the session. Whatever is out of the ordinary is left to it: any
 * property, a topic alias (which is one), an empty topic, what is malformed, a DUP flag that QoS 0 must not have.
 */
export class DirectReader {
  /** Where the packet that was read last ends. */
  end = 0;
  readonly #header = new FixedHeader();
  readonly #hasProperties: boolean;
  readonly #maxPacketBytes: number;

  constructor(hasProperties: boolean, maxPacketBytes: number) {
    this.#hasProperties = hasProperties;
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** The message whose packet begins at `start`; null when it is not complete or not one for this way. */
  read(bytes: Buffer, start: number): Arrived | null {
    const first = bytes[start] ?? 0;
    if ((first & ~RETAIN) !== PUBLISH_QOS_0 || !this.#header.read(bytes, start)) return null;
    const { from, bodyBytes } = this.#header;
    const end = from + bodyBytes;
    if (end > bytes.length || end - start > this.#maxPacketBytes) return null;
    const topicFrom = from + TOPIC_LENGTH_BYTES;
    const topicEnd = topicFrom + (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0));
    const payloadFrom = this.#hasProperties ? topicEnd + 1 : topicEnd;
    if (topicEnd === topicFrom || payloadFrom > end) return null;
    if (this.#hasProperties && bytes[topicEnd] !== 0) return null;
    this.end = end;
    const topic = bytes.toString('utf8', topicFrom, topicEnd);
    return {
      topic: isInexactText(topic) ? topicText(bytes.subarray(topicFrom, topicEnd)) : topic,
      payload: bytes.subarray(payloadFrom, end),
      qos: 0,
      retain: (first & RETAIN) !== 0,
      dup: false,
    };
  }

  /** Whether a packet that was cut may be one for this way and is worth waiting for. */
  awaits(first: number, sizeBytes: number): boolean {
    return (first & ~RETAIN) === PUBLISH_QOS_0 && sizeBytes <= MOST_AWAITED_BYTES;
  }
}
