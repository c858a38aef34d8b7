import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter, damagedRun, inflated } from './bytes';
import { BLOCK_BYTES, BODY_DEFLATED, HEAD_BYTES, HEADS_DEFLATED } from './layout';
import { propertyBytes, type MessageColumns } from './message-columns';
import { signatureOf } from './signature';

/** What is deflated must become this much smaller, else it is kept as it is. */
const WORTH = 0.95;
/** A message's entries in the columns of the heads; at the least one byte in each but the packet identifiers. */
const MOST_HEAD_BYTES = 40;
const LEAST_HEAD_BYTES = 5;
/** The largest payload of an MQTT packet (MQTT 5.0 §1.5.5); properties may have grown when they were decoded. */
const MOST_PAYLOAD_BYTES = 268_435_455;
const MOST_PROPERTY_BYTES = 4 * MOST_PAYLOAD_BYTES;

/** A run as it is stored: messages of one profile in the order (topic, id). The format is in docs/history-format.md. */
export interface EncodedRun {
  readonly messages: number;
  readonly firstTopic: number;
  readonly lastTopic: number;
  /** Smallest and largest of the run, whatever their order. */
  readonly firstId: number;
  readonly lastId: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** How many payloads go on in `message_parts`. */
  readonly large: number;
  /** Bytes of the body before it was compressed. */
  readonly rawBytes: number;
  readonly codec: number;
  readonly topics: Uint8Array;
  readonly heads: Uint8Array;
  readonly body: Uint8Array;
  /** Of a compressed run; see signature.ts. */
  readonly signature: Uint8Array | null;
}

/** Encodes messages into runs; one instance is used again and again, so that storing leaves little garbage. */
export class RunEncoder {
  readonly #topics = new ByteWriter();
  readonly #heads = new ByteWriter();
  readonly #body = new ByteWriter();

  /**
   * @param order indexes into the columns in the order (topic, id); those from `from` to before `to` are encoded
   * @returns the blobs of an uncompressed run are valid until the next call
   */
  encode(
    columns: MessageColumns,
    order: Uint32Array,
    from: number,
    to: number,
    compress: boolean,
  ): EncodedRun {
    const bounds = boundsOf(columns, order, from, to);
    this.#writeTopics(columns, order, from, to);
    this.#writeHeads(columns, order, from, to, bounds);
    this.#writeBody(columns, order, from, to);
    const heads = packed(this.#heads.view(), compress);
    const body = packed(this.#body.view(), compress);
    return {
      ...bounds,
      messages: to - from,
      firstTopic: columns.topics[order[from] ?? 0] ?? 0,
      lastTopic: columns.topics[order[to - 1] ?? 0] ?? 0,
      rawBytes: this.#body.length,
      codec: (heads.isPacked ? HEADS_DEFLATED : 0) | (body.isPacked ? BODY_DEFLATED : 0),
      // Small, and kept beyond the next run.
      topics: Uint8Array.from(this.#topics.view()),
      heads: heads.bytes,
      body: body.bytes,
      signature: compress ? signatureOf(this.#body.view()) : null,
    };
  }

  #writeTopics(columns: MessageColumns, order: Uint32Array, from: number, to: number): void {
    const out = this.#topics;
    out.clear();
    let before = 0;
    for (let at = from; at < to;) {
      const topic = columns.topics[order[at] ?? 0] ?? 0;
      const begun = at;
      while (at < to && columns.topics[order[at] ?? 0] === topic) at++;
      out.number(topic - before);
      out.number(at - begun);
      before = topic;
    }
  }

  #writeHeads(
    columns: MessageColumns,
    order: Uint32Array,
    from: number,
    to: number,
    base: { readonly firstId: number; readonly firstUs: number },
  ): void {
    const out = this.#heads;
    const { topics, ids, timesUs, flags, packetIds, properties, sizes } = columns;
    out.clear();
    let topic = -1;
    let before = 0;
    for (let place = from; place < to; place++) {
      const at = order[place] ?? 0;
      if (topics[at] !== topic) before = base.firstId;
      topic = topics[at] ?? 0;
      out.number((ids[at] ?? 0) - before);
      before = ids[at] ?? 0;
    }
    topic = -1;
    for (let place = from; place < to; place++) {
      const at = order[place] ?? 0;
      if (topics[at] !== topic) before = base.firstUs;
      topic = topics[at] ?? 0;
      out.signed((timesUs[at] ?? 0) - before);
      before = timesUs[at] ?? 0;
    }
    for (let place = from; place < to; place++) out.byte(flags[order[place] ?? 0] ?? 0);
    for (let place = from; place < to; place++) {
      const at = order[place] ?? 0;
      if (hasPacketId(flags[at] ?? 0)) out.number(packetIds[at] ?? 0);
    }
    for (let place = from; place < to; place++) out.number(properties[order[place] ?? 0] ?? 0);
    for (let place = from; place < to; place++) out.number(sizes[order[place] ?? 0] ?? 0);
  }

  #writeBody(columns: MessageColumns, order: Uint32Array, from: number, to: number): void {
    const out = this.#body;
    out.clear();
    for (let place = from; place < to; place++) {
      const at = order[place] ?? 0;
      const bytes = columns.bodyBytes(at);
      const body = columns.bodies[columns.places[at] ?? 0];
      const offset = columns.offsets[at] ?? 0;
      if (body !== undefined && bytes > 0) out.copy(body, offset, offset + bytes);
    }
  }
}

/** Packet identifiers exist with QoS 1 and 2 only (MQTT 5.0 §2.2.1). */
function hasPacketId(flags: number): boolean {
  return (flags & 0x03) > 0;
}

function boundsOf(columns: MessageColumns, order: Uint32Array, from: number, to: number) {
  const { ids, timesUs, sizes } = columns;
  let firstId = Infinity;
  let lastId = -Infinity;
  let firstUs = Infinity;
  let lastUs = -Infinity;
  let large = 0;
  for (let place = from; place < to; place++) {
    const at = order[place] ?? 0;
    const id = ids[at] ?? 0;
    const timeUs = timesUs[at] ?? 0;
    if (id < firstId) firstId = id;
    if (id > lastId) lastId = id;
    if (timeUs < firstUs) firstUs = timeUs;
    if (timeUs > lastUs) lastUs = timeUs;
    if ((sizes[at] ?? 0) > HEAD_BYTES) large += 1;
  }
  return { firstId, lastId, firstUs, lastUs, large };
}

function packed(bytes: Buffer, compress: boolean): { bytes: Uint8Array; isPacked: boolean } {
  if (!compress || bytes.length === 0) return { bytes, isPacked: false };
  // Level 1 takes a third of the time of level 6 and makes telemetry a tenth larger.
  const smaller = deflateRawSync(bytes, { level: 1 });
  return smaller.length < bytes.length * WORTH
    ? { bytes: smaller, isPacked: true }
    : { bytes, isPacked: false };
}

/** The blobs of a stored run and what its row says of them. */
export interface StoredRun {
  readonly messages: number;
  readonly firstId: number;
  readonly firstUs: number;
  readonly codec: number;
  readonly topics: Uint8Array;
  readonly heads: Uint8Array;
}

/** A run's messages without their bytes; all columns in the order (topic, id). */
export interface RunHeads {
  readonly length: number;
  readonly topics: Uint32Array;
  readonly ids: Float64Array;
  readonly timesUs: Float64Array;
  readonly flags: Uint8Array;
  readonly packetIds: Uint16Array;
  /** As in `MessageColumns`. */
  readonly properties: Uint32Array;
  readonly sizes: Uint32Array;
  /** Where each message's bytes begin in the body; one more than messages: the last is the length of the body. */
  readonly offsets: Uint32Array;
}

/** Which messages of a run belong to a topic: `from` to before `to`; null when there are none. */
export function findTopic(topics: Uint8Array, wanted: number): { from: number; to: number } | null {
  const source = new ByteReader(topics);
  let from = 0;
  let topic = 0;
  while (!source.atEnd) {
    topic += source.number();
    const count = source.number();
    if (topic === wanted) return { from, to: from + count };
    if (topic > wanted) return null;
    from += count;
  }
  return null;
}

/** Each topic of a run and how many messages it has there. */
export function* topicsOf(topics: Uint8Array): Generator<{ topic: number; count: number }> {
  const source = new ByteReader(topics);
  let topic = 0;
  while (!source.atEnd) {
    topic += source.number();
    yield { topic, count: source.number() };
  }
}

/** The columns of a run's heads. @throws LoupeError `history-unavailable` when there are fewer than the run has messages */
export function headBytes({ messages, codec, heads }: StoredRun): Uint8Array {
  const isPacked = (codec & HEADS_DEFLATED) !== 0;
  const bytes = isPacked ? inflated(heads, messages * MOST_HEAD_BYTES) : heads;
  // Before anything is as large as a damaged row says.
  if (messages < 0 || bytes.length < messages * LEAST_HEAD_BYTES) throw damagedRun();
  return bytes;
}

/** @throws LoupeError `history-unavailable` when the run is damaged */
export function decodeHeads(run: StoredRun): RunHeads {
  const length = run.messages;
  const source = new ByteReader(headBytes(run));
  const heads: RunHeads = {
    length,
    topics: new Uint32Array(length),
    ids: new Float64Array(length),
    timesUs: new Float64Array(length),
    flags: new Uint8Array(length),
    packetIds: new Uint16Array(length),
    properties: new Uint32Array(length),
    sizes: new Uint32Array(length),
    offsets: new Uint32Array(length + 1),
  };
  readTopics(run.topics, heads);
  const { topics, ids, timesUs, flags } = heads;
  let before = 0;
  for (let at = 0; at < length; at++) {
    if (at === 0 || topics[at] !== topics[at - 1]) before = run.firstId;
    before += source.number();
    ids[at] = before;
  }
  for (let at = 0; at < length; at++) {
    if (at === 0 || topics[at] !== topics[at - 1]) before = run.firstUs;
    before += source.signed();
    timesUs[at] = before;
  }
  for (let at = 0; at < length; at++) flags[at] = source.byte();
  for (let at = 0; at < length; at++) {
    if (hasPacketId(flags[at] ?? 0)) heads.packetIds[at] = atMost(source.number(), 0xffff);
  }
  for (let at = 0; at < length; at++) {
    heads.properties[at] = atMost(source.number(), MOST_PROPERTY_BYTES);
  }
  let offset = 0;
  for (let at = 0; at < length; at++) {
    const size = atMost(source.number(), MOST_PAYLOAD_BYTES);
    heads.sizes[at] = size;
    heads.offsets[at] = offset;
    offset += propertyBytes(heads.properties[at] ?? 0) + Math.min(size, HEAD_BYTES);
  }
  heads.offsets[length] = atMost(offset, 0xffff_ffff);
  if (!source.atEnd) throw damagedRun();
  return heads;
}

function readTopics(topics: Uint8Array, heads: RunHeads): void {
  let at = 0;
  for (const { topic, count } of topicsOf(topics)) {
    if (at + count > heads.length) throw damagedRun();
    heads.topics.fill(atMost(topic, 0xffff_ffff), at, at + count);
    at += count;
  }
  if (at !== heads.length) throw damagedRun();
}

/** The bytes of a run's messages. @throws LoupeError `history-unavailable` when the run is damaged */
export function decodeBody(codec: number, body: Uint8Array, heads: RunHeads): Uint8Array {
  const length = heads.offsets[heads.length] ?? 0;
  const bytes = (codec & BODY_DEFLATED) === 0 ? body : inflated(body, length);
  if (bytes.length !== length) throw damagedRun();
  return bytes;
}

/** What nearly every block of a segment fits into. */
const USUAL_BODY_BYTES = 2 * BLOCK_BYTES;

/** The bytes of a run's messages, if they are not unusually many; null when they are, or the run is damaged. */
export function inflateQuickly(codec: number, body: Uint8Array): Uint8Array | null {
  if ((codec & BODY_DEFLATED) === 0) return body;
  try {
    // In one piece: pieces of 16 KiB, as is usual, take a fifth longer.
    return inflateRawSync(body, { maxOutputLength: USUAL_BODY_BYTES, chunkSize: USUAL_BODY_BYTES });
  } catch {
    return null;
  }
}

function atMost(value: number, most: number): number {
  if (value > most) throw damagedRun();
  return value;
}
