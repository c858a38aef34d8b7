import type { MessageProperties } from '../../../app/message';
import { FLAG_RETAIN } from '../history/history';
import { KEPT_PAYLOAD_BYTES, type TopicNode, type TopicValue } from './topic-node';

/** A message as it reaches the tree. */
export interface Arrival {
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly packetId: number;
  readonly properties: MessageProperties | null;
  readonly payload: Uint8Array;
}

/** Makes an arrival the value of its node. */
export function show(node: TopicNode, arrival: Arrival): TopicValue {
  const { id, timeUs, flags, packetId, properties, payload } = arrival;
  const retained = retainedAfter(node.value?.retained ?? false, flags, payload.length);
  if (node.value === null) {
    return {
      count: 1,
      payload,
      sizeBytes: payload.length,
      id,
      timeUs,
      flags,
      packetId,
      properties,
      retained,
    };
  }
  const value = node.value;
  value.count += 1;
  value.payload = payload;
  value.sizeBytes = payload.length;
  value.id = id;
  value.timeUs = timeUs;
  value.flags = flags;
  value.packetId = packetId;
  value.properties = properties;
  value.retained = retained;
  return value;
}

/**
 * An empty retained message removes the stored one, and reaches those already subscribed with or without its flag
 * (MQTT 5.0 §3.3.1.3).
 */
function retainedAfter(before: boolean, flags: number, sizeBytes: number): boolean {
  if (sizeBytes === 0) return false;
  return before || (flags & FLAG_RETAIN) !== 0;
}

/** Takes what is kept of a payload out of the socket's buffer that it is a part of. */
export function detach(value: TopicValue): void {
  const { payload } = value;
  if (!payload) return;
  if (payload.length <= KEPT_PAYLOAD_BYTES && payload.buffer.byteLength === payload.length) return;
  value.payload = Uint8Array.prototype.slice.call(payload, 0, KEPT_PAYLOAD_BYTES);
}
