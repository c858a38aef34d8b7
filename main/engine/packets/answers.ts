import type { PacketSummary } from '../../../app/mqtt/packet-field';
import { PACKET_TYPES, type PacketType } from '../../../app/mqtt/packet-types';

/** What each packet answers (MQTT 5.0 §3.4 to §3.13, §4.3). */
const ANSWERS: ReadonlyMap<PacketType, PacketType> = new Map<PacketType, PacketType>([
  ['CONNACK', 'CONNECT'],
  ['PUBACK', 'PUBLISH'],
  ['PUBREC', 'PUBLISH'],
  ['PUBREL', 'PUBREC'],
  ['PUBCOMP', 'PUBREL'],
  ['SUBACK', 'SUBSCRIBE'],
  ['UNSUBACK', 'UNSUBSCRIBE'],
  ['PINGRESP', 'PINGREQ'],
]);
const ASKING: ReadonlySet<PacketType> = new Set(ANSWERS.values());

export interface Asked {
  readonly id: number;
  readonly timeUs: number;
}

/**
 * Finds which packet of a connection answers which: by type, direction and packet identifier. Its size is bounded by the
 * 65,535 identifiers of each.
 */
export class Answers {
  readonly #open = new Map<number, Asked>();

  /** Notes a packet that wants an answer, and returns the one that it answers itself. */
  note({ type, packetId, flags }: PacketSummary, isIncoming: boolean, packet: Asked): Asked | null {
    if (type === null) return null;
    const answered = ANSWERS.get(type);
    const asked =
      answered === undefined ? null : this.#take(keyOf(answered, !isIncoming, packetId));
    if (ASKING.has(type) && flags?.qos !== 0) {
      this.#open.set(keyOf(type, isIncoming, packetId), packet);
    }
    return asked;
  }

  #take(key: number): Asked | null {
    const asked = this.#open.get(key) ?? null;
    this.#open.delete(key);
    return asked;
  }
}

function keyOf(type: PacketType, isIncoming: boolean, packetId: number | null): number {
  return (PACKET_TYPES.indexOf(type) * 2 + (isIncoming ? 1 : 0)) * 65_536 + (packetId ?? 0);
}
