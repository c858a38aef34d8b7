import type { Message, QoS } from '../../../app/message';
import type { Database, Statement } from './driver';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN } from './history';
import { HEAD_BYTES, PART_BYTES } from './layout';
import { decodeProperties } from './properties';

export interface MessageRow {
  readonly id: number;
  readonly time_us: number;
  readonly flags: number;
  readonly packet_id: number;
  readonly properties: Uint8Array | null;
  /** Null for an empty one: so SQLite's substr returns it. */
  readonly head: Uint8Array | null;
  readonly head_bytes: number;
  readonly rest_bytes: number;
}

/** What is selected for a `MessageRow`; the first parameter is `headBytes` of how much of the payload is wanted. */
export const MESSAGE_COLUMNS = `messages.id, time_us, flags, packet_id, properties, substr(payload, 1, ?) AS head,
  length(payload) AS head_bytes, rest_bytes`;

/** How much of the row's payload is wanted. Bounded, because SQLite versions differ in what infinity is as a length. */
export function headBytes(maxBytes: number): number {
  return Math.min(Math.max(0, maxBytes), HEAD_BYTES);
}

/** Makes messages of rows; payloads have buffers of their own, which may be transferred. */
export class MessageRows {
  readonly #parts: Statement<Uint8Array>;

  constructor(database: Database) {
    this.#parts = database
      .prepare<unknown[], Uint8Array>(
        'SELECT bytes FROM message_parts WHERE message = ? AND part < ? ORDER BY part',
      )
      .pluck();
  }

  toMessage(row: MessageRow, maxBytes: number): Message {
    const packetId = row.packet_id === 0 ? null : row.packet_id;
    return {
      id: row.id,
      timeUs: row.time_us,
      direction: (row.flags & FLAG_OUT) !== 0 ? 'out' : 'in',
      qos: (row.flags & 0x03) as QoS,
      retain: (row.flags & FLAG_RETAIN) !== 0,
      dup: (row.flags & FLAG_DUP) !== 0,
      packetId,
      properties: row.properties === null ? null : decodeProperties(row.properties),
      sizeBytes: row.head_bytes + row.rest_bytes,
      payload: this.payload(row.id, row.head, row.rest_bytes, maxBytes),
    };
  }

  /** The payload, at most `maxBytes` of it. */
  payload(id: number, stored: Uint8Array | null, restBytes: number, maxBytes: number): Uint8Array {
    const head = stored ?? new Uint8Array(0);
    const wanted = Math.min(head.length + restBytes, Math.max(0, maxBytes));
    const payload = new Uint8Array(wanted);
    payload.set(head.subarray(0, wanted));
    if (wanted <= HEAD_BYTES || restBytes === 0) return payload;
    let offset = head.length;
    const parts = Math.ceil((wanted - offset) / PART_BYTES);
    for (const part of this.#parts.iterate(id, parts)) {
      payload.set(part.subarray(0, wanted - offset), offset);
      offset += Math.min(part.length, wanted - offset);
    }
    return payload;
  }
}
