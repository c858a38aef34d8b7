/** PUBLISH packets of MQTT 3.1.1, encoded ahead as far as can be (§3.3). */
import { HashSum, topicSeed, type TopicSeed } from '../message-hash';
import { Payloads, topicIndex, topicName, type PayloadKind } from '../stream';

export interface PacketOptions {
  readonly topics: number;
  readonly sizeBytes: number;
  readonly kind: PayloadKind;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

const encoder = new TextEncoder();

/** Writes one packet after another into a buffer, and sums up the hash of all of them. */
export class PublishPackets {
  readonly hash = new HashSum();
  /** Bytes of the largest packet. */
  readonly largest: number;
  /** Fixed header, topic name and room for nothing else, of all topics in a row. */
  readonly #headers: Uint8Array;
  readonly #headerAt: Uint32Array;
  readonly #seeds: TopicSeed[] = [];
  readonly #payloads: Payloads;
  readonly #options: PacketOptions;

  constructor(options: PacketOptions) {
    this.#options = options;
    const { topics, sizeBytes, kind, qos } = options;
    this.#payloads = new Payloads(kind, sizeBytes);
    const headers: Uint8Array[] = [];
    this.#headerAt = new Uint32Array(topics + 1);
    let bytes = 0;
    let longest = 0;
    for (let index = 0; index < topics; index += 1) {
      const topic = encoder.encode(topicName(index, topics));
      const header = publishHeader(topic, options);
      headers.push(header);
      this.#headerAt[index] = bytes;
      bytes += header.length;
      longest = Math.max(longest, header.length);
      this.#seeds.push(topicSeed(topic));
    }
    this.#headerAt[topics] = bytes;
    this.#headers = Buffer.concat(headers, bytes);
    this.largest = longest + (qos > 0 ? 2 : 0) + sizeBytes;
  }

  /** Writes the packet of a message; returns where it ends. Packet identifiers run from 1 to 65,535 (§2.3.1). */
  write(buffer: Uint8Array, offset: number, sequence: number): number {
    const { topics, sizeBytes, qos } = this.#options;
    const topic = topicIndex(sequence, topics);
    const start = this.#headerAt[topic] ?? 0;
    const end = this.#headerAt[topic + 1] ?? start;
    buffer.set(this.#headers.subarray(start, end), offset);
    let at = offset + end - start;
    if (qos > 0) {
      const packetId = (sequence % 65_535) + 1;
      buffer[at++] = packetId >> 8;
      buffer[at++] = packetId & 0xff;
    }
    this.#payloads.write(buffer, at, sequence, topic);
    const seed = this.#seeds[topic];
    if (seed) this.hash.add(seed, buffer, at, at + sizeBytes);
    return at + sizeBytes;
  }
}

function publishHeader(topic: Uint8Array, options: PacketOptions): Uint8Array {
  const { qos, retain, sizeBytes } = options;
  const remaining = 2 + topic.length + (qos > 0 ? 2 : 0) + sizeBytes;
  const flags = 0x30 | (qos << 1) | (retain ? 1 : 0);
  const length = [topic.length >> 8, topic.length & 0xff];
  return Uint8Array.from([flags, ...remainingLength(remaining), ...length, ...topic]);
}

/** §2.2.3: seven bits a byte, the lowest first. */
function remainingLength(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 127 ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** CONNECT with a clean session and no keep alive (§3.1). */
export function connectPacket(clientId: string): Uint8Array {
  const id = encoder.encode(clientId);
  const body = [0, 4, ...encoder.encode('MQTT'), 4, 0x02, 0, 0, id.length >> 8, id.length & 0xff];
  return Uint8Array.from([0x10, ...remainingLength(body.length + id.length), ...body, ...id]);
}

export const PINGREQ = Uint8Array.from([0xc0, 0]);
export const DISCONNECT = Uint8Array.from([0xe0, 0]);
