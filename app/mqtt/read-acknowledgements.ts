import { hexCode } from '../reason-codes';
import type { FieldReader } from './field-reader';
import type { PacketReason } from './packet-field';
import type { PacketType } from './packet-types';
import { readProperties } from './read-properties';
import { isKnownReason, packetReason } from './reasons';
import type { Rule } from './rules';

/** What is told of a packet that answers another. */
export interface ReadAnswer {
  packetId: number | null;
  reason: PacketReason | null;
  about: string;
}

/** A Packet Identifier, never 0 (MQTT 5.0 §2.2.1). */
export function readPacketId(reader: FieldReader): number {
  const id = reader.uint16('Packet Identifier');
  if (id === 0) reader.complain('The packet identifier is 0', 'packet-identifier');
  return id;
}

/** A Reason Code (§2.4); one that the packet may not carry is complained of. */
export function readReason(
  reader: FieldReader,
  type: PacketType,
  rule: Rule,
  name = 'Reason Code',
): PacketReason {
  const { version } = reader.options;
  const words = (code: number): string =>
    `${hexCode(code)} ${packetReason(type, code, version).words}`;
  const code = reader.byte(name, words);
  if (!isKnownReason(type, code, version)) {
    reader.complain(`${type} must not carry the code ${hexCode(code)}`, rule);
  }
  return packetReason(type, code, version);
}

/** CONNACK (§3.2). */
export function readConnack(reader: FieldReader, into: ReadAnswer): void {
  const flags = reader.byte('Acknowledge Flags', (value) =>
    (value & 1) === 0 ? 'no session present' : 'session present',
  );
  if (flags > 1) reader.complain('A reserved acknowledge flag is set', 'connack-flags');
  const name = reader.isFive ? 'Reason Code' : 'Return Code';
  into.reason = readReason(reader, 'CONNACK', 'connack-code', name);
  if (flags === 1 && into.reason.code !== 0) {
    reader.complain('A session is present though the connection is refused', 'session-present');
  }
  const { reasonString, assignedClientId } = readProperties(reader, 'CONNACK');
  into.about = [
    flags === 1 ? 'session present' : 'new session',
    ...(assignedClientId === null ? [] : [`client identifier ${assignedClientId}`]),
    ...(reasonString === null ? [] : [reasonString]),
  ].join(', ');
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP (§3.4 to §3.7): what is left out at the end means success. */
export function readPublishAnswer(reader: FieldReader, type: PacketType, into: ReadAnswer): void {
  into.packetId = readPacketId(reader);
  if (!reader.isFive) return;
  into.reason = packetReason(type, 0, reader.options.version);
  if (reader.left === 0) return;
  into.reason = readReason(reader, type, 'acknowledgement');
  if (reader.left > 0) into.about = readProperties(reader, type).reasonString ?? '';
}

/** SUBACK and UNSUBACK (§3.9, §3.11): a code for each topic filter; before MQTT 5 UNSUBACK had none. */
export function readSubscribeAnswer(
  reader: FieldReader,
  type: 'SUBACK' | 'UNSUBACK',
  into: ReadAnswer,
): void {
  into.packetId = readPacketId(reader);
  into.about = readProperties(reader, type).reasonString ?? '';
  if (type === 'UNSUBACK' && !reader.isFive) return;
  const rule = type === 'SUBACK' ? 'suback-code' : 'unsuback-code';
  if (reader.left === 0) reader.complain(`${type} has no code`, 'suback-empty');
  let count = 0;
  while (reader.left > 0) {
    const reason = readReason(reader, type, rule);
    count += 1;
    // The worst of them is what the row tells.
    if (into.reason === null || reason.code > into.reason.code) into.reason = reason;
  }
  if (count > 1) into.about = [`${String(count)} codes`, into.about].filter(Boolean).join(', ');
}

/** DISCONNECT and AUTH (§3.14, §3.15): what is left out at the end means 0. */
export function readEnding(
  reader: FieldReader,
  type: 'DISCONNECT' | 'AUTH',
  into: ReadAnswer,
): void {
  if (!reader.isFive) return;
  into.reason = packetReason(type, 0, reader.options.version);
  if (reader.left === 0) return;
  into.reason = readReason(reader, type, type === 'AUTH' ? 'auth-code' : 'disconnect-code');
  if (reader.left > 0) into.about = readProperties(reader, type).reasonString ?? '';
}
