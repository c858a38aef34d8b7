import type { MqttVersion } from '../profile';

/** The control packets of MQTT by their number (MQTT 5.0 §2.1.2); 0 is forbidden, 15 came with MQTT 5. */
export const PACKET_TYPES = [
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;

export type PacketType = (typeof PACKET_TYPES)[number];

/** Null for the number that stands for nothing. */
export function packetType(number: number): PacketType | null {
  return PACKET_TYPES[number - 1] ?? null;
}

const CLIENT_ONLY: ReadonlySet<PacketType> = new Set([
  'CONNECT',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PINGREQ',
]);
const SERVER_ONLY: ReadonlySet<PacketType> = new Set(['CONNACK', 'SUBACK', 'UNSUBACK', 'PINGRESP']);

/** Whether a client (or a server) may send packets of the type in a version (§2.1.2 of both specifications). */
export function maySend(type: PacketType, isServer: boolean, version: MqttVersion): boolean {
  if (type === 'AUTH') return version === '5';
  if (type === 'DISCONNECT') return !isServer || version === '5';
  return !(isServer ? CLIENT_ONLY : SERVER_ONLY).has(type);
}

/** The lower half of the first byte where it is laid down (MQTT 5.0 §2.1.3); null for PUBLISH, which has flags there. */
export function fixedFlags(type: PacketType): number | null {
  if (type === 'PUBLISH') return null;
  return type === 'PUBREL' || type === 'SUBSCRIBE' || type === 'UNSUBSCRIBE' ? 2 : 0;
}
