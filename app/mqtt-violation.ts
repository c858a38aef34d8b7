import { PACKET_TYPES } from './mqtt/packet-types';
import { hexCode, reasonWords } from './reason-codes';

/** Of a packet that broke a rule, so many bytes are shown: enough for the fixed header and what follows it. */
export const VIOLATION_BYTES_SHOWN = 32;

/** What a server sent against the specification, after which nothing that it sends is read any more. */
export interface Violation {
  readonly kind: 'malformed' | 'protocol-error' | 'too-large' | 'receive-maximum' | 'topic-alias';
  /** What a DISCONNECT of MQTT 5 says of it (§3.14.2.1). */
  readonly reasonCode: number;
  /** Where the specification says so: `MQTT-3.3.1-4`, or `§2.1.4` where there is no numbered statement. */
  readonly section: string;
  /** What came, in words: “a PUBLISH with QoS 3”. */
  readonly words: string;
  /** Upper half of the packet's first byte. */
  readonly packetType: number;
  /** Where the packet begins in what the server sent on this connection. */
  readonly offset: number;
  /** Its first bytes, as many as had come and at most 32. */
  readonly bytes: Uint8Array;
}

/** The name of a packet's type, as the specification writes it. */
export function packetName(type: number): string {
  return PACKET_TYPES[type - 1] ?? `reserved packet type ${String(type)}`;
}

/** On one line: the rule, and the bytes that broke it. */
export function violationText(violation: Violation): string {
  const { words, section, reasonCode, packetType, offset, bytes } = violation;
  const reason = `${hexCode(reasonCode)} ${reasonWords(reasonCode)}`;
  const at = `${packetName(packetType)} at byte ${String(offset)}`;
  return `${words} [${section}] (${reason}); ${at}: ${hexBytes(bytes)}`;
}

/** In hex, and behind that as text where it is one: `32 32 30 (“220”)`. */
export function bytesText(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes).trimEnd();
  return /^[\x20-\x7e]{3,}$/u.test(text) ? `${hexBytes(bytes)} (“${text}”)` : hexBytes(bytes);
}

/** Bytes as the hexadecimal pairs that people compare. */
export function hexBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
