import type { Packet } from 'mqtt';

export const MISSING_ID = 'a packet that ends before its packet identifier';

/**
 * False for a packet that is too short for the Packet Identifier it must have (MQTT 5.0 §2.2.1). mqtt.js gives it -1, and
 * would throw when it writes that into its answer: it is made 0, which nothing waits for.
 */
export function hasSoundId(packet: Packet): boolean {
  if (packet.messageId !== -1) return true;
  packet.messageId = 0;
  return false;
}
