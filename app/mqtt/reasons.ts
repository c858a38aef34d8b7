import type { MqttVersion } from '../profile';
import { hexCode, reasonWords } from '../reason-codes';
import type { PacketReason, PacketSummary } from './packet-field';
import type { PacketType } from './packet-types';

/** CONNACK return codes of MQTT 3.1.1 §3.2.2.3. */
const RETURN_CODES: readonly string[] = [
  'accepted',
  'unacceptable protocol version',
  'client identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorised',
];

/** A reason code of a packet in words; code 0 means another thing in each (MQTT 5.0 §2.4). */
export function packetReason(type: PacketType, code: number, version: MqttVersion): PacketReason {
  return { code, words: wordsOf(type, code, version) };
}

function wordsOf(type: PacketType, code: number, version: MqttVersion): string {
  if (type === 'SUBACK' && code <= 2) return `granted QoS ${String(code)}`;
  if (type === 'DISCONNECT' && code === 0) return 'normal disconnection';
  if (type === 'AUTH' && code === 0x18) return 'continue authentication';
  if (type === 'AUTH' && code === 0x19) return 're-authenticate';
  if (version === '5') return reasonWords(code);
  if (type === 'SUBACK' && code === 0x80) return 'failure';
  return RETURN_CODES[code] ?? `reserved code ${hexCode(code)}`;
}

const PUBLISH_CODES = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99] as const;
const RELEASE_CODES = [0x00, 0x92] as const;

/** Which codes a packet may carry in MQTT 5: tables 3-1, 3-4 to 3-7, 3-8, 3-9, 3-10 and 3-13 of the specification. */
const CODES: ReadonlyMap<PacketType, ReadonlySet<number>> = new Map<
  PacketType,
  ReadonlySet<number>
>([
  [
    'CONNACK',
    new Set([
      0, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97,
      0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
    ]),
  ],
  ['PUBACK', new Set(PUBLISH_CODES)],
  ['PUBREC', new Set(PUBLISH_CODES)],
  ['PUBREL', new Set(RELEASE_CODES)],
  ['PUBCOMP', new Set(RELEASE_CODES)],
  ['SUBACK', new Set([0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2])],
  ['UNSUBACK', new Set([0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91])],
  [
    'DISCONNECT',
    new Set([
      0, 4, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95,
      0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
    ]),
  ],
  ['AUTH', new Set([0, 0x18, 0x19])],
]);

/** Whether a packet may carry the code; what a version leaves open counts as yes. */
export function isKnownReason(type: PacketType, code: number, version: MqttVersion): boolean {
  if (version === '5') return CODES.get(type)?.has(code) ?? true;
  if (type === 'SUBACK') return code <= 2 || code === 0x80;
  return type !== 'CONNACK' || code < RETURN_CODES.length;
}

/** Whether a packet breaks the specification, or refuses something. */
export function isWrong({ type, reason, problem }: PacketSummary): boolean {
  if (problem !== null) return true;
  if (reason === null) return false;
  // Return codes before MQTT 5 begin at 1; SUBACK grants with 0, 1 and 2.
  return reason.code >= 0x80 || (type === 'CONNACK' && reason.code > 0);
}
