/** Messages as the body of a chunk. Each body stands alone: names, times and ids of others are not needed to read it. */
import { LoupeError } from '../errors';
import type { Direction, QoS } from '../message';
import { damaged } from './damage';
import {
  CHUNK_BODY_BYTES,
  CHUNK_MESSAGES,
  MOST_BODY_BYTES,
  MOST_SIGNED,
  MOST_TOPIC_BYTES,
} from './layout';
import { NumberReader, NumberWriter } from './numbers';

/** A message in a file: what the history keeps of it. */
export interface RecordedMessage {
  /** In the history that it came from; 0 for unknown. */
  readonly id: number;
  /** Key of the session that it came in; 0 for unknown. */
  readonly session: number;
  readonly topic: string;
  /** Wall clock, µs since 1970. */
  readonly timeUs: number;
  readonly direction: Direction;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetId: number | null;
  /** As docs/history-format.md encodes them; null for none. */
  readonly properties: Uint8Array | null;
  readonly payload: Uint8Array;
}

const RETAIN = 0x04;
const DUP = 0x08;
const OUT = 0x10;
const PROPERTIES = 0x20;
const SESSION = 0x40;
const PACKET_ID = 0x80;

const NO_BYTES = new Uint8Array(0);
const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Gathers messages for one body. */
export class RecordEncoder {
  readonly #writer = new NumberWriter();
  readonly #topics = new Map<string, number>();
  #messages = 0;
  #timeUs = 0;
  #id = 0;
  #session = 0;

  get messages(): number {
    return this.#messages;
  }

  /** Whether the body should be taken before another message is added. */
  get isFull(): boolean {
    return this.#writer.length >= CHUNK_BODY_BYTES || this.#messages >= CHUNK_MESSAGES;
  }

  /**
   * @param properties as the message would have them encoded
   * @throws LoupeError `internal` when a time or an id is beyond what the format holds (the year 2112)
   */
  add(message: Omit<RecordedMessage, 'properties'>, properties: Uint8Array | null): void {
    const { timeUs, id, session } = message;
    const largest = Math.max(Math.abs(timeUs), Math.abs(timeUs - this.#timeUs), id);
    if (largest >= MOST_SIGNED) {
      throw new LoupeError('internal', 'A message cannot be written: its time is out of range.');
    }
    const writer = this.#writer;
    const isOther = session !== this.#session;
    const more = (isOther ? SESSION : 0) | (properties === null ? 0 : PROPERTIES);
    writer.byte(flagsOf(message) | more);
    writer.signed(timeUs - this.#timeUs);
    writer.signed(id - this.#id);
    this.#topic(message.topic);
    if (isOther) writer.number(session);
    if (message.packetId !== null) writer.number(message.packetId);
    if (properties !== null) writer.bytes(properties);
    writer.bytes(message.payload);
    this.#timeUs = timeUs;
    this.#id = id;
    this.#session = session;
    this.#messages += 1;
  }

  /** The body; the next message begins a new one. */
  take(): { readonly body: Uint8Array; readonly messages: number } {
    const taken = { body: this.#writer.take(), messages: this.#messages };
    this.#topics.clear();
    this.#messages = 0;
    this.#timeUs = 0;
    this.#id = 0;
    this.#session = 0;
    return taken;
  }

  #topic(name: string): void {
    const known = this.#topics.get(name);
    this.#writer.number(known ?? 0);
    if (known !== undefined) return;
    this.#topics.set(name, this.#topics.size + 1);
    this.#writer.bytes(utf8.encode(name));
  }
}

function flagsOf(message: Omit<RecordedMessage, 'properties'>): number {
  return (
    message.qos |
    (message.retain ? RETAIN : 0) |
    (message.dup ? DUP : 0) |
    (message.direction === 'out' ? OUT : 0) |
    (message.packetId === null ? 0 : PACKET_ID)
  );
}

/**
 * The messages of a body, one after the other; payloads and properties are views of it.
 * @throws LoupeError `file-unreadable` where it is not what `RecordEncoder` wrote
 */
export function* decodeRecords(body: Uint8Array): Generator<RecordedMessage> {
  const reader = new NumberReader(body);
  const topics: string[] = [];
  let timeUs = 0;
  let id = 0;
  let session = 0;
  while (!reader.atEnd) {
    const flags = reader.byte();
    timeUs += reader.signed();
    id += reader.signed();
    const topic = topicOf(reader, topics);
    if ((flags & SESSION) !== 0) session = reader.number();
    const packetId = (flags & PACKET_ID) !== 0 ? reader.number() : null;
    const properties = (flags & PROPERTIES) !== 0 ? reader.bytes(MOST_BODY_BYTES) : null;
    const payload = reader.bytes(MOST_BODY_BYTES);
    const qos = flags & 0x03;
    if (qos === 3 || (packetId ?? 0) > 65_535) throw damaged('A message in it is not valid MQTT.');
    if (Math.abs(timeUs) >= MOST_SIGNED || id < 0 || id >= MOST_SIGNED) {
      throw damaged('A time or an id in it is out of range.');
    }
    yield {
      ...{ id, session, topic, timeUs, packetId, properties },
      direction: (flags & OUT) !== 0 ? 'out' : 'in',
      qos: qos as QoS,
      retain: (flags & RETAIN) !== 0,
      dup: (flags & DUP) !== 0,
      payload: payload.length === 0 ? NO_BYTES : payload,
    };
  }
}

function topicOf(reader: NumberReader, topics: string[]): string {
  const number = reader.number();
  if (number > 0) {
    const known = topics[number - 1];
    if (known === undefined) throw damaged('A message in it names a topic that is not there.');
    return known;
  }
  const bytes = reader.bytes(MOST_TOPIC_BYTES);
  let name: string;
  try {
    name = text.decode(bytes);
  } catch {
    throw damaged('The name of a topic in it is not UTF-8.');
  }
  topics.push(name);
  return name;
}
