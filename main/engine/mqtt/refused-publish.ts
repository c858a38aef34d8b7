import { Buffer } from 'node:buffer';
import type { MqttVersion } from '../../../app/profile';

/** Topic length, the longest topic, packet identifier: all that is ever kept of a refused PUBLISH. */
const MAX_PREFIX_BYTES = 2 + 65_535 + 2;
const PUBACK = 0x40;
const PUBREC = 0x50;
const QUOTA_EXCEEDED = 0x97;

/** A PUBLISH over the limit: its payload was thrown away as it came, never kept. */
export interface RefusedPublish {
  /** Bytes of the whole packet, fixed header included. */
  readonly sizeBytes: number;
  /** Null where the packet was too malformed to have one. */
  readonly topic: string | null;
  readonly qos: number;
  /** Null for QoS 0. */
  readonly packetId: number | null;
}

/** Takes the body of a PUBLISH that is skipped, and keeps as much of it as says which one it was. */
export class SkippedPublish {
  readonly #sizeBytes: number;
  readonly #qos: number;
  readonly #prefix: Buffer[] = [];
  #prefixBytes = 0;

  constructor(sizeBytes: number, qos: number) {
    this.#sizeBytes = sizeBytes;
    this.#qos = qos;
  }

  skip(bytes: Buffer): void {
    if (this.#prefixBytes >= MAX_PREFIX_BYTES) return;
    // A copy, so that the socket's buffer is not kept alive by a few bytes of it.
    const part = Buffer.from(bytes.subarray(0, MAX_PREFIX_BYTES - this.#prefixBytes));
    this.#prefix.push(part);
    this.#prefixBytes += part.length;
  }

  /** What there is to say of it when its last byte was skipped. */
  refusal(): RefusedPublish {
    const prefix = Buffer.concat(this.#prefix);
    const topicEnd = prefix.length < 2 ? Infinity : 2 + prefix.readUInt16BE(0);
    const hasId = this.#qos > 0 && topicEnd + 2 <= prefix.length;
    return {
      sizeBytes: this.#sizeBytes,
      qos: this.#qos,
      topic: topicEnd <= prefix.length ? prefix.toString('utf8', 2, topicEnd) : null,
      packetId: hasId ? prefix.readUInt16BE(topicEnd) : null,
    };
  }
}

/**
 * PUBACK or PUBREC for a refused PUBLISH (MQTT 5.0 §3.4, §3.5), null for QoS 0: without an answer it would hold a place
 * in the broker's window for good, and delivery would stop after a few. Only MQTT 5 can say why.
 */
export function refusalAnswer(
  { packetId, qos }: RefusedPublish,
  version: MqttVersion,
): Buffer | null {
  if (packetId === null) return null;
  const reason = version === '5' ? [QUOTA_EXCEEDED] : [];
  const type = qos === 1 ? PUBACK : PUBREC;
  return Buffer.from([type, 2 + reason.length, packetId >> 8, packetId & 0xff, ...reason]);
}

/** For people: what was refused, and why. */
export function refusalText({ sizeBytes, topic }: RefusedPublish, maxPacketBytes: number): string {
  const where = topic === null ? '' : ` on ${topic}`;
  const limit = maxPacketBytes.toLocaleString('en');
  return `a message of ${sizeBytes.toLocaleString('en')} bytes${where} is over the limit of ${limit} bytes`;
}
