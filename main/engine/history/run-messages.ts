import type { Message, QoS } from '../../../app/message';
import type { Database, Statement } from './driver';
import { FLAG_DUP, FLAG_OUT, FLAG_REPLAYED, FLAG_RETAIN } from './history';
import { HEAD_BYTES, PART_BYTES } from './layout';
import { propertyBytes } from './message-columns';
import { decodeProperties } from './properties';
import type { Run } from './run-source';

/** A message as it is stored, with the beginning of its payload. */
export interface StoredHead {
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly packetId: number;
  /** Null for none. */
  readonly properties: Uint8Array | null;
  readonly sizeBytes: number;
  /** As much of the payload as the run has; may be a view of something larger. */
  readonly head: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * A message of a run.
 * @param body of the run; `NOTHING` will do where neither payload nor properties are wanted
 */
export function storedHead({ heads }: Run, at: number, body: Uint8Array): StoredHead {
  const begin = heads.offsets[at] ?? 0;
  const end = heads.offsets[at + 1] ?? 0;
  const column = heads.properties[at] ?? 0;
  const payload = begin + propertyBytes(column);
  return {
    id: heads.ids[at] ?? 0,
    timeUs: heads.timesUs[at] ?? 0,
    flags: heads.flags[at] ?? 0,
    packetId: heads.packetIds[at] ?? 0,
    properties: column === 0 ? null : body.subarray(begin, payload),
    sizeBytes: heads.sizes[at] ?? 0,
    head: body.subarray(payload, end),
  };
}

/** Makes messages of what is stored; payloads have buffers of their own, which may be transferred, but of `viewOf`. */
export class RunMessages {
  readonly #parts: Statement<Uint8Array>;

  constructor(database: Database) {
    this.#parts = database
      .prepare<unknown[], Uint8Array>(
        'SELECT bytes FROM message_parts WHERE message = ? AND part < ? ORDER BY part',
      )
      .pluck();
  }

  /** The body is read only when something of it is wanted. */
  messageOf(run: Run, at: number, maxBytes: number): Message {
    const { heads } = run;
    const isWanted = heads.properties[at] !== 0 || (heads.sizes[at] !== 0 && maxBytes > 0);
    return this.toMessage(storedHead(run, at, isWanted ? run.body : NOTHING), maxBytes);
  }

  toMessage(stored: StoredHead, maxBytes: number): Message {
    return this.#message(stored, this.payload(stored, maxBytes));
  }

  /** The whole message; a payload that its run has whole is a view of the run's body, which nobody may write to. */
  viewOf(run: Run, at: number): Message {
    const stored = storedHead(run, at, run.body);
    const { sizeBytes, head } = stored;
    if (sizeBytes !== head.length) return this.toMessage(stored, Infinity);
    return this.#message(stored, new Uint8Array(head.buffer, head.byteOffset, head.length));
  }

  #message(stored: StoredHead, payload: Uint8Array): Message {
    const { id, timeUs, flags, packetId, properties, sizeBytes } = stored;
    return {
      id,
      timeUs,
      direction: (flags & FLAG_OUT) !== 0 ? 'out' : 'in',
      qos: (flags & 0x03) as QoS,
      retain: (flags & FLAG_RETAIN) !== 0,
      dup: (flags & FLAG_DUP) !== 0,
      ...((flags & FLAG_REPLAYED) === 0 ? {} : { replayed: true as const }),
      packetId: packetId === 0 ? null : packetId,
      properties: properties === null ? null : decodeProperties(properties),
      sizeBytes,
      payload,
    };
  }

  /** The payload, at most `maxBytes` of it; shorter when parts of it were removed meanwhile. */
  payload({ id, sizeBytes, head }: StoredHead, maxBytes: number): Uint8Array {
    const wanted = Math.min(sizeBytes, Math.max(0, maxBytes));
    // Of an array of its own kind the constructor copies at once; `from` walks through it.
    if (wanted <= HEAD_BYTES) return new Uint8Array(head.subarray(0, wanted));
    const payload = new Uint8Array(wanted);
    payload.set(head);
    let offset = head.length;
    const parts = Math.ceil((wanted - offset) / PART_BYTES);
    for (const part of this.#parts.iterate(id, parts)) {
      payload.set(part.subarray(0, wanted - offset), offset);
      offset += Math.min(part.length, wanted - offset);
    }
    return payload.subarray(0, offset);
  }
}
