import type { MqttVersion } from '../profile';
import { hexCode } from '../reason-codes';
import { CannotReadOn, FieldReader } from './field-reader';
import type { DecodedPacket, DecodeOptions, PacketReason, PacketSummary } from './packet-field';
import { fixedFlags, maySend, packetType, type PacketType } from './packet-types';
import {
  readConnack,
  readEnding,
  readPublishAnswer,
  readSubscribeAnswer,
} from './read-acknowledgements';
import { readConnect } from './read-connect';
import { publishFlags, readPublish } from './read-publish';
import { readSubscribe, readUnsubscribe } from './read-subscribe';

interface Told {
  packetId: number | null;
  topic: string | null;
  topicAlias: number | null;
  about: string;
  reason: PacketReason | null;
}

/**
 * Takes a control packet of MQTT 3.1, 3.1.1 or 5 apart: each field with the bytes in which it stands. It never throws,
 * whatever the bytes are: what can't be read is a field `malformed` that says why. Passwords and authentication data
 * are never read, only measured.
 * @param bytes the packet, or its beginning
 */
export function decodePacket(bytes: Uint8Array, options: DecodeOptions): DecodedPacket {
  const first = bytes[0] ?? 0;
  const type = options.unread?.from === 0 ? null : packetType(first >> 4);
  // A CONNECT says itself which version it is of.
  const version = type === 'CONNECT' ? (connectVersion(bytes) ?? options.version) : options.version;
  const reader = new FieldReader(bytes, { ...options, version });
  const flags = type === 'PUBLISH' ? publishFlags(first) : null;
  const told: Told = { packetId: null, topic: null, topicAlias: null, about: '', reason: null };
  try {
    // Nothing of what is no packet at all is read: its first byte is refused here.
    if (options.unread?.from === 0) reader.flags('Bytes');
    readFixedHeader(reader, first, type);
    if (type !== null) readBody(reader, type, first, told);
    if (reader.left > 0) {
      const left = `${reader.left.toLocaleString('en')} bytes`;
      reader.fail(`${left} stand behind the end of what the packet can have`, 'length');
    }
  } catch (error) {
    if (!(error instanceof CannotReadOn)) throw error;
  }
  return { type, flags, ...told, problem: reader.problem, fields: reader.fields };
}

/** As `decodePacket`, for a row: nothing of the fields is kept. */
export function summaryOf({ fields: _, ...summary }: DecodedPacket): PacketSummary {
  return summary;
}

function readFixedHeader(reader: FieldReader, first: number, type: PacketType | null): void {
  const { isFromServer, version } = reader.options;
  reader.group('Fixed header', () => {
    reader.flags('Packet type');
    reader.note('Packet type', `${type ?? 'none'} (${String(first >> 4)})`, 0);
    if (type === null) reader.fail('There is no packet of type 0', 'type', 0);
    if (!maySend(type, isFromServer, version)) {
      const who = isFromServer ? 'server' : 'client';
      reader.complain(`No ${who} may send a packet of type ${type} in MQTT ${version}`, 'type');
    }
    readFlags(reader, first, type);
    const length = reader.variable('Remaining Length');
    const announced = reader.position + length;
    // What is behind the packet is not of it; a caller that cuts as the header says never has any.
    if (announced !== reader.end) reader.end = Math.min(announced, reader.end);
    return undefined;
  });
}

function readFlags(reader: FieldReader, first: number, type: PacketType): void {
  const wanted = fixedFlags(type);
  if (wanted === null) {
    const { qos, retain, dup } = publishFlags(first);
    reader.note('DUP', dup ? 'yes' : 'no', 0);
    reader.note('QoS', String(qos), 0);
    reader.note('RETAIN', retain ? 'yes' : 'no', 0);
    return;
  }
  const flags = first & 0x0f;
  reader.note('Reserved flags', hexCode(flags), 0);
  if (flags !== wanted) {
    const words = `${hexCode(flags)} instead of ${hexCode(wanted)}`;
    reader.complain(`The reserved flags of ${type} are ${words}`, 'fixed-flags');
  }
}

function readBody(reader: FieldReader, type: PacketType, first: number, told: Told): void {
  switch (type) {
    case 'CONNECT':
      told.about = readConnect(reader);
      return;
    case 'CONNACK':
      readConnack(reader, told);
      return;
    case 'PUBLISH':
      readPublish(reader, publishFlags(first), told);
      return;
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      readPublishAnswer(reader, type, told);
      return;
    case 'SUBSCRIBE':
      readSubscribe(reader, told);
      return;
    case 'UNSUBSCRIBE':
      readUnsubscribe(reader, told);
      return;
    case 'SUBACK':
    case 'UNSUBACK':
      readSubscribeAnswer(reader, type, told);
      return;
    case 'DISCONNECT':
    case 'AUTH':
      readEnding(reader, type, told);
      return;
    case 'PINGREQ':
    case 'PINGRESP':
  }
}

const VERSIONS: ReadonlyMap<number, MqttVersion> = new Map([
  [3, '3.1'],
  [4, '3.1.1'],
  [5, '5'],
]);

/** The version that a CONNECT says it is of (§3.1.2.2); null where it can't be told. Bit 7 marks a bridge. */
export function connectVersion(bytes: Uint8Array): MqttVersion | null {
  let at = 1;
  while (at < 5 && (bytes[at] ?? 0) >= 0x80) at += 1;
  const nameLength = (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0);
  return VERSIONS.get((bytes[at + 3 + nameLength] ?? 0) & 0x7f) ?? null;
}
