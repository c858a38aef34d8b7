import { LoupeError } from '../../../app/errors';
import type { MessageBatch } from './history';
import type { PackedBatch } from './writer-protocol';

/** Copies a batch into columns that can change hands; the batch is the caller's again. */
export function pack(batch: MessageBatch): PackedBatch {
  const { length } = batch;
  let bytes = 0;
  for (let at = 0; at < length; at++) {
    bytes += (batch.payloads[at]?.length ?? 0) + (batch.properties[at]?.length ?? 0);
  }
  const body = Buffer.allocUnsafeSlow(bytes);
  const packed: PackedBatch = {
    length,
    ids: new Float64Array(length),
    timesUs: new Float64Array(length),
    topics: new Uint32Array(length),
    flags: new Uint8Array(length),
    packetIds: new Uint16Array(length),
    properties: new Uint32Array(length),
    sizes: new Uint32Array(length),
    body,
  };
  let offset = 0;
  for (let at = 0; at < length; at++) {
    const payload = batch.payloads[at];
    const id = batch.ids[at];
    const topic = batch.topicKeys[at];
    if (payload === undefined || id === undefined || topic === undefined) {
      throw new LoupeError('internal', 'A batch is shorter than its length says.');
    }
    packed.ids[at] = id;
    packed.timesUs[at] = batch.timesUs[at] ?? 0;
    packed.topics[at] = topic;
    packed.flags[at] = batch.flags[at] ?? 0;
    packed.packetIds[at] = batch.packetIds[at] ?? 0;
    const properties = batch.properties[at] ?? null;
    if (properties !== null) {
      packed.properties[at] = properties.length + 1;
      body.set(properties, offset);
      offset += properties.length;
    }
    packed.sizes[at] = payload.length;
    body.set(payload, offset);
    offset += payload.length;
  }
  return packed;
}

/** The memory that changes hands. */
export function buffersOf(packed: PackedBatch): ArrayBuffer[] {
  const { ids, timesUs, topics, flags, packetIds, properties, sizes, body } = packed;
  return [ids, timesUs, topics, flags, packetIds, properties, sizes, body].map(
    ({ buffer }) => buffer,
  );
}
