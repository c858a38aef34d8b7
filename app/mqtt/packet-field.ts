import type { MqttVersion } from '../profile';
import type { PacketType } from './packet-types';

/** What a field of a packet is to whoever looks at it. */
export type FieldKind =
  /** Stands for the fields below it. */
  | 'group'
  | 'value'
  /** A password or authentication data: its value is never kept, only how long it is. */
  | 'secret'
  /** From here on the bytes were not kept, or never came. */
  | 'cut'
  /** From here on the bytes can't be read. */
  | 'malformed';

/** A part of a packet and the bytes in which it stands; text in `value` is as it came, hidden characters too. */
export interface PacketField {
  readonly name: string;
  readonly value: string;
  readonly kind: FieldKind;
  /** Bytes `from` up to, but not including, `to`, counted from the first of the packet. */
  readonly from: number;
  readonly to: number;
  /** How deep it stands below groups; 0 for those of the packet itself. */
  readonly depth: number;
}

/** What a packet breaks, in words, with the section that says so. */
export interface PacketProblem {
  readonly words: string;
  readonly section: string;
}

export interface PacketReason {
  readonly code: number;
  readonly words: string;
}

/** What a row says of a packet. */
export interface PacketSummary {
  /** Null where the first byte names none. */
  readonly type: PacketType | null;
  readonly packetId: number | null;
  /** Of a PUBLISH; null for all else. */
  readonly flags: {
    readonly qos: number;
    readonly retain: boolean;
    readonly dup: boolean;
  } | null;
  /** Topic name of a PUBLISH, topic filters of a SUBSCRIBE or UNSUBSCRIBE, each on a line. */
  readonly topic: string | null;
  /** Of a PUBLISH (MQTT 5.0 §3.3.2.3.4); null for none. */
  readonly topicAlias: number | null;
  /** What else is worth saying in few words. */
  readonly about: string;
  readonly reason: PacketReason | null;
  /** The first thing that is wrong with it. */
  readonly problem: PacketProblem | null;
}

export interface DecodedPacket extends PacketSummary {
  readonly fields: readonly PacketField[];
}

export interface DecodeOptions {
  readonly version: MqttVersion;
  /** Whether the server sent it. */
  readonly isFromServer: boolean;
  /** Bytes of the whole packet, of which only the first may be given. */
  readonly sizeBytes: number;
  /** Whether what is not given was not kept, or never came. */
  readonly missing: 'not-kept' | 'not-come';
  /** Where bytes were masked because they could not be read, and why: they are not read again. */
  readonly unread?: Pick<PacketField, 'from' | 'value'> | null;
  /** The topic of a PUBLISH that has an alias alone; null where it is not known: it was set before anybody looked. */
  readonly aliased?: string | null | undefined;
}
