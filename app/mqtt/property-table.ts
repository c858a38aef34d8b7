import type { PacketType } from './packet-types';

/** How the value of a property is written (MQTT 5.0 §1.5). */
export type PropertyKind =
  'byte' | 'two' | 'four' | 'variable' | 'text' | 'pair' | 'binary' | 'secret';

/** Where a property may stand: in a packet, or with the will of a CONNECT. */
export type PropertyPlace = PacketType | 'will';

export interface PropertyRule {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly places: readonly PropertyPlace[];
  /** What the number counts. */
  readonly unit?: string;
}

const ANSWERS: readonly PacketType[] = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'];
const WITH_REASON: readonly PacketType[] = [
  'CONNACK',
  ...ANSWERS,
  'SUBACK',
  'UNSUBACK',
  'DISCONNECT',
  'AUTH',
];

/** All properties of MQTT 5.0, table 2-4 in §2.2.2.2. */
export const PROPERTIES: ReadonlyMap<number, PropertyRule> = new Map<number, PropertyRule>([
  [0x01, { name: 'Payload Format Indicator', kind: 'byte', places: ['PUBLISH', 'will'] }],
  [0x02, { name: 'Message Expiry Interval', kind: 'four', places: ['PUBLISH', 'will'], unit: 's' }],
  [0x03, { name: 'Content Type', kind: 'text', places: ['PUBLISH', 'will'] }],
  [0x08, { name: 'Response Topic', kind: 'text', places: ['PUBLISH', 'will'] }],
  [0x09, { name: 'Correlation Data', kind: 'binary', places: ['PUBLISH', 'will'] }],
  [0x0b, { name: 'Subscription Identifier', kind: 'variable', places: ['PUBLISH', 'SUBSCRIBE'] }],
  [
    0x11,
    {
      name: 'Session Expiry Interval',
      kind: 'four',
      places: ['CONNECT', 'CONNACK', 'DISCONNECT'],
      unit: 's',
    },
  ],
  [0x12, { name: 'Assigned Client Identifier', kind: 'text', places: ['CONNACK'] }],
  [0x13, { name: 'Server Keep Alive', kind: 'two', places: ['CONNACK'], unit: 's' }],
  [0x15, { name: 'Authentication Method', kind: 'text', places: ['CONNECT', 'CONNACK', 'AUTH'] }],
  [0x16, { name: 'Authentication Data', kind: 'secret', places: ['CONNECT', 'CONNACK', 'AUTH'] }],
  [0x17, { name: 'Request Problem Information', kind: 'byte', places: ['CONNECT'] }],
  [0x18, { name: 'Will Delay Interval', kind: 'four', places: ['will'], unit: 's' }],
  [0x19, { name: 'Request Response Information', kind: 'byte', places: ['CONNECT'] }],
  [0x1a, { name: 'Response Information', kind: 'text', places: ['CONNACK'] }],
  [0x1c, { name: 'Server Reference', kind: 'text', places: ['CONNACK', 'DISCONNECT'] }],
  [0x1f, { name: 'Reason String', kind: 'text', places: WITH_REASON }],
  [0x21, { name: 'Receive Maximum', kind: 'two', places: ['CONNECT', 'CONNACK'] }],
  [0x22, { name: 'Topic Alias Maximum', kind: 'two', places: ['CONNECT', 'CONNACK'] }],
  [0x23, { name: 'Topic Alias', kind: 'two', places: ['PUBLISH'] }],
  [0x24, { name: 'Maximum QoS', kind: 'byte', places: ['CONNACK'] }],
  [0x25, { name: 'Retain Available', kind: 'byte', places: ['CONNACK'] }],
  [
    0x26,
    {
      name: 'User Property',
      kind: 'pair',
      places: ['CONNECT', 'PUBLISH', 'will', 'SUBSCRIBE', 'UNSUBSCRIBE', ...WITH_REASON],
    },
  ],
  [
    0x27,
    { name: 'Maximum Packet Size', kind: 'four', places: ['CONNECT', 'CONNACK'], unit: 'bytes' },
  ],
  [0x28, { name: 'Wildcard Subscription Available', kind: 'byte', places: ['CONNACK'] }],
  [0x29, { name: 'Subscription Identifiers Available', kind: 'byte', places: ['CONNACK'] }],
  [0x2a, { name: 'Shared Subscription Available', kind: 'byte', places: ['CONNACK'] }],
]);

/** Whether a property may stand more than once (§2.2.2.2): only these two, the second in a PUBLISH. */
export function mayRepeat(id: number, place: PropertyPlace): boolean {
  return id === 0x26 || (id === 0x0b && place === 'PUBLISH');
}
