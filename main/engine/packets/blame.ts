import { Buffer } from 'node:buffer';
import type { Violation } from '../../../app/mqtt-violation';
import type { PacketProblem } from '../../../app/mqtt/packet-field';
import type { MqttVersion } from '../../../app/profile';
import type { KeptPacket } from './kept';
import type { PacketRing } from './packet-ring';

/** So far back is looked: a server sends little behind what ends its connection. */
const MOST_LOOKED_AT = 1_000;

/** The packet of a connection that ended it: the newest of the server's that begins with the bytes of the violation. */
export function blamed(
  ring: PacketRing,
  connection: number,
  { bytes }: Violation,
): KeptPacket | null {
  const oldest = Math.max(ring.firstId, ring.nextId - MOST_LOOKED_AT);
  for (let id = ring.nextId - 1; id >= oldest; id -= 1) {
    const entry = ring.get(id);
    if (entry?.kind !== 'packet' || entry.connection !== connection) continue;
    if (!entry.options.isFromServer || bytes.length === 0) continue;
    const beginning = entry.bytes.subarray(0, bytes.length);
    const length = Math.min(beginning.length, bytes.length);
    if (Buffer.compare(beginning.subarray(0, length), bytes.subarray(0, length)) === 0)
      return entry;
  }
  return null;
}

/** What is wrong with a packet that is sound by itself: it broke what both sides had agreed on, or a limit. */
export function problemOf({ words, section }: Violation, version: MqttVersion): PacketProblem {
  const specification = version === '5' ? 'MQTT 5.0' : 'MQTT 3.1.1';
  const at = section.startsWith('MQTT-') ? `[${section}]` : section;
  return {
    words: `The connection was closed because of it: ${words}.`,
    section: `${specification} ${at}`,
  };
}
