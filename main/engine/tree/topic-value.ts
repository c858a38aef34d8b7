import type { MessageProperties } from '../../../app/message';
import { FLAG_RETAIN } from '../history/history';
import { RETAINED_BIT } from './node-state';
import type { NodeTable } from './node-table';
import type { TopicNode, TopicValue } from './topic-node';

/** The packet id and the properties are not here; the history has them. */
export const PACKET_ID_IN_HISTORY = -1;

/** More of a payload than this is not kept in memory; the history has it whole. */
const KEPT_PAYLOAD_BYTES = 64 * 1024;
/** Up to here a payload is kept as text of one byte a character: an array costs 400 bytes besides its content. */
const TEXT_PAYLOAD_BYTES = 512;

// How flags, the retained mark and the packet id share one number.
const FLAG_BITS = 0xff;
const PACKET_ID_SHIFT = 9;
/** Stands for `PACKET_ID_IN_HISTORY`, beyond all packet ids. */
const PACKET_ID_ELSEWHERE = 0x10000;

/** The value of a node, read from and written to the columns of its tree. */
export class StoredValue implements TopicValue {
  constructor(
    private readonly table: NodeTable,
    private readonly index: number,
  ) {}

  get count(): number {
    return this.table.ownCount(this.index);
  }

  set count(count: number) {
    this.table.setOwnCount(this.index, count);
  }

  get payload(): Uint8Array | null {
    const kept = this.table.payload(this.index);
    return typeof kept === 'string' ? bytesOf(kept) : kept;
  }

  set payload(payload: Uint8Array | null) {
    this.table.setPayload(this.index, payload);
  }

  get sizeBytes(): number {
    return this.table.sizeBytes(this.index);
  }

  set sizeBytes(sizeBytes: number) {
    this.table.setMessage(this.index, this.id, this.timeUs, sizeBytes);
  }

  get id(): number {
    return this.table.valueId(this.index);
  }

  set id(id: number) {
    this.table.setMessage(this.index, id, this.timeUs, this.sizeBytes);
  }

  get timeUs(): number {
    return this.table.timeUs(this.index);
  }

  set timeUs(timeUs: number) {
    this.table.setMessage(this.index, this.id, timeUs, this.sizeBytes);
  }

  get flags(): number {
    return this.table.marks(this.index) & FLAG_BITS;
  }

  set flags(flags: number) {
    this.table.setMarks(this.index, (this.table.marks(this.index) & ~FLAG_BITS) | flags);
  }

  get packetId(): number {
    const id = this.table.marks(this.index) >>> PACKET_ID_SHIFT;
    return id === PACKET_ID_ELSEWHERE ? PACKET_ID_IN_HISTORY : id;
  }

  set packetId(packetId: number) {
    const others = this.table.marks(this.index) & (FLAG_BITS | RETAINED_BIT);
    this.table.setMarks(this.index, others | packetBits(packetId));
  }

  get properties(): MessageProperties | null {
    return this.table.properties(this.index);
  }

  set properties(properties: MessageProperties | null) {
    this.table.setProperties(this.index, properties);
  }

  get retained(): boolean {
    return this.table.isRetained(this.index);
  }

  set retained(retained: boolean) {
    const others = this.table.marks(this.index) & ~RETAINED_BIT;
    this.table.setMarks(this.index, retained ? others | RETAINED_BIT : others);
  }

  /** Takes over all of another value. */
  take(value: TopicValue): void {
    const { table, index } = this;
    this.count = value.count;
    table.setMessage(index, value.id, value.timeUs, value.sizeBytes);
    table.setMarks(index, marksOf(value, value.retained));
    table.setProperties(index, value.properties);
    table.setPayload(index, value.payload);
    this.detach();
  }

  /** Takes over a message; its payload stays in the buffer it came in until `detach`. */
  receive(message: Arrival): void {
    const { table, index } = this;
    const { payload, flags } = message;
    const retained = retainedAfter(this.retained, flags, payload.length);
    this.count += 1;
    table.setMessage(index, message.id, message.timeUs, payload.length);
    table.setMarks(index, marksOf(message, retained));
    table.setProperties(index, message.properties);
    table.setPayload(index, payload);
  }

  /** Lets go of the buffer that the payload is a part of. */
  detach(): void {
    const { table, index } = this;
    const kept = table.payload(index);
    if (kept === null || typeof kept === 'string') return;
    if (kept.length <= TEXT_PAYLOAD_BYTES) {
      table.setPayload(index, textOf(kept));
    } else if (kept.length > KEPT_PAYLOAD_BYTES || kept.buffer.byteLength !== kept.length) {
      table.setPayload(index, Uint8Array.prototype.slice.call(kept, 0, KEPT_PAYLOAD_BYTES));
    }
  }
}

/** A message as it reaches the tree. */
export interface Arrival {
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly packetId: number;
  readonly properties: MessageProperties | null;
  readonly payload: Uint8Array;
}

/** Makes an arrival the value of its node, which becomes a topic by `TopicTree.count`. */
export function show(node: TopicNode, arrival: Arrival): StoredValue {
  const value = node.ownValue;
  value.receive(arrival);
  return value;
}

/** Takes what is kept of a payload out of the socket's buffer that it is a part of. */
export function detach(value: StoredValue): void {
  value.detach();
}

/**
 * An empty retained message removes the stored one, and reaches those already subscribed with or without its flag
 * (MQTT 5.0 §3.3.1.3).
 */
function retainedAfter(before: boolean, flags: number, sizeBytes: number): boolean {
  if (sizeBytes === 0) return false;
  return before || (flags & FLAG_RETAIN) !== 0;
}

function marksOf(message: { flags: number; packetId: number }, retained: boolean): number {
  const bits = (message.flags & FLAG_BITS) | packetBits(message.packetId);
  return retained ? bits | RETAINED_BIT : bits;
}

function packetBits(packetId: number): number {
  const id = packetId === PACKET_ID_IN_HISTORY ? PACKET_ID_ELSEWHERE : packetId;
  return id << PACKET_ID_SHIFT;
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
