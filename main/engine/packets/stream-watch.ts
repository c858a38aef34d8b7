import { summaryOf } from '../../../app/mqtt/decode-packet';
import { maskSecrets } from '../../../app/mqtt/mask-secrets';
import type { DecodeOptions, PacketProblem } from '../../../app/mqtt/packet-field';
import { section } from '../../../app/mqtt/rules';
import { formatCount } from '../../../app/payload/format';
import type { MqttVersion } from '../../../app/profile';
import type { StreamPlace, StreamTap } from '../mqtt/stream-tap';
import type { KeptPacket } from './kept';
import { PacketCutter } from './packet-cutter';
import { TopicAliases } from './topic-aliases';

/** A packet of many megabytes is told by its beginning. */
export const KEPT_BYTES = 16 * 1024;
const CONNECT = 1;
const CONNACK = 2;
const AUTH = 15;

/** What is kept of a packet that passed. */
export type WatchedPacket = Pick<KeptPacket, 'bytes' | 'masked' | 'options' | 'summary'>;

export interface StreamFacts {
  readonly version: MqttVersion;
  /** What the profile takes; a larger PUBLISH is refused. */
  readonly maxPacketBytes: number;
}

/** Cuts both directions of one connection into packets and takes them apart, without their secrets. */
export class StreamWatch implements StreamTap {
  readonly #facts: StreamFacts;
  readonly #take: (packet: WatchedPacket) => void;
  readonly #incoming: PacketCutter;
  readonly #outgoing: PacketCutter;
  /** Each side sets its own [MQTT-3.3.2-10, -12]; they end with the connection. */
  readonly #aliases = { in: new TopicAliases(), out: new TopicAliases() };

  /** @param place where the stream stands that is watched from now on */
  constructor(facts: StreamFacts, place: StreamPlace, take: (packet: WatchedPacket) => void) {
    this.#facts = facts;
    this.#take = take;
    this.#incoming = this.#cutter(true, place.isFirst);
    this.#outgoing = this.#cutter(false, false);
    this.#incoming.skip(place.remainingBytes);
    for (const piece of place.unread) this.#incoming.push(piece);
  }

  received(chunk: Uint8Array): void {
    this.#incoming.push(chunk);
  }

  sent(chunk: Uint8Array): void {
    this.#outgoing.push(chunk);
  }

  /** Nothing more comes: packets that have begun are told as far as they came. */
  end(): void {
    for (const isFromServer of [true, false]) {
      const rest = (isFromServer ? this.#incoming : this.#outgoing).takeRest();
      if (rest === null) continue;
      const options = {
        ...this.#options(isFromServer, rest.sizeBytes),
        missing: 'not-come',
      } as const;
      this.#take(this.#problemOf(parts(rest.bytes, options), isFromServer));
    }
  }

  #cutter(isFromServer: boolean, isFirst: boolean): PacketCutter {
    return new PacketCutter(
      KEPT_BYTES,
      {
        mayBegin: (first) => first >> 4 === CONNACK || first >> 4 === AUTH,
        packet: (bytes, sizeBytes) => {
          const packet = parts(bytes, this.#options(isFromServer, sizeBytes));
          this.#take(this.#problemOf(this.#named(packet), isFromServer));
        },
        unreadable: (bytes, why) => {
          this.#take(unreadable(bytes, this.#options(isFromServer, bytes.length), why));
        },
      },
      isFirst,
    );
  }

  /** With the topic, where it has an alias only. */
  #named(packet: WatchedPacket): WatchedPacket {
    const { bytes, options, summary } = packet;
    const aliased = this.#aliases[options.isFromServer ? 'in' : 'out'].note(summary);
    return aliased === undefined ? packet : parts(bytes, { ...options, aliased });
  }

  #options(isFromServer: boolean, sizeBytes: number): DecodeOptions {
    return { version: this.#facts.version, isFromServer, sizeBytes, missing: 'not-kept' };
  }

  /** What is wrong with a packet beside what stands in it. */
  #problemOf(packet: WatchedPacket, isFromServer: boolean): WatchedPacket {
    const { summary, options } = packet;
    if (summary.problem !== null) return packet;
    if (isFromServer && options.sizeBytes > this.#facts.maxPacketBytes) {
      return withProblem(packet, tooLarge(this.#facts, options.sizeBytes));
    }
    if (options.missing === 'not-kept') return packet;
    const words = 'The connection ended before the whole packet had come.';
    return withProblem(packet, { words, section: section('length', options.version) });
  }
}

function parts(bytes: Uint8Array, options: DecodeOptions): WatchedPacket {
  const { decoded, masked, unread } = maskSecrets(bytes, options);
  const summary = summaryOf(decoded);
  return { bytes, masked, options: unread === null ? options : { ...options, unread }, summary };
}

function withProblem(packet: WatchedPacket, problem: PacketProblem): WatchedPacket {
  return { ...packet, summary: { ...packet.summary, problem } };
}

function tooLarge({ version, maxPacketBytes }: StreamFacts, sizeBytes: number): PacketProblem {
  const [size, limit] = [formatCount(sizeBytes), formatCount(maxPacketBytes)];
  return {
    words: `Refused: ${size} bytes are over the limit of ${limit} bytes. Its payload was thrown away as it came.`,
    section: version === '5' ? 'MQTT 5.0 §3.1.2.11.4' : 'a limit of this program',
  };
}

/** Bytes that are no packet; an echo of our CONNECT would bring the password back. */
function unreadable(
  bytes: Uint8Array,
  options: DecodeOptions,
  why: 'first-packet' | 'remaining-length',
): WatchedPacket {
  const words =
    why === 'first-packet'
      ? 'What came first is no CONNACK: the other side does not speak MQTT, or not here.'
      : 'A Remaining Length has more than four bytes: what follows can no longer be told apart.';
  const problem = { words, section: section(why, options.version) };
  const type = (bytes[0] ?? 0) >> 4;
  const kept = type === CONNECT || type === AUTH ? onePacket(bytes) : bytes;
  const { masked } = maskSecrets(kept, { ...options, sizeBytes: kept.length });
  return {
    bytes: kept,
    masked,
    options: { ...options, unread: { from: 0, value: `${words} (${problem.section})` } },
    summary: {
      ...{ type: null, packetId: null, flags: null, topic: null, topicAlias: null, reason: null },
      ...{ about: beginningOf(kept), problem },
    },
  };
}

/** Up to where the header says that the packet ends. */
function onePacket(bytes: Uint8Array): Uint8Array {
  let [size, scale, at] = [0, 1, 1];
  for (; at < Math.min(5, bytes.length); at += 1, scale *= 128) {
    size += ((bytes[at] ?? 0) & 0x7f) * scale;
    if ((bytes[at] ?? 0) < 0x80) break;
  }
  return bytes.subarray(0, at + 1 + size);
}

/** What the bytes say where they are text, as an HTTP answer is. */
function beginningOf(bytes: Uint8Array): string {
  const first = bytes.subarray(0, 60);
  const isText = first.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0d || byte === 0x0a,
  );
  return isText ? (String.fromCharCode(...first).split(/[\r\n]/u)[0] ?? '') : '';
}
