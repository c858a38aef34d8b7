import type { MessageHead, QoS } from '../../app/message';
import { FLAG_DUP, FLAG_OUT, FLAG_REPLAYED, FLAG_RETAIN } from './history/history';
import type { TopicValue } from './tree/topic-node';

/** The head of the message that a node last carried. */
export function headOf(value: TopicValue): MessageHead {
  return {
    id: value.id,
    timeUs: value.timeUs,
    ...flagsOf(value.flags),
    packetId: value.packetId === 0 ? null : value.packetId,
    properties: value.properties,
    sizeBytes: value.sizeBytes,
  };
}

/** What the stored flags mean. */
export function flagsOf(
  flags: number,
): Pick<MessageHead, 'direction' | 'qos' | 'retain' | 'dup' | 'replayed'> {
  return {
    direction: (flags & FLAG_OUT) === 0 ? 'in' : 'out',
    qos: (flags & 0x03) as QoS,
    retain: (flags & FLAG_RETAIN) !== 0,
    dup: (flags & FLAG_DUP) !== 0,
    ...((flags & FLAG_REPLAYED) === 0 ? {} : { replayed: true as const }),
  };
}
