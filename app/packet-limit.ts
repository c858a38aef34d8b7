import * as v from 'valibot';

/** The largest that MQTT can carry: a Remaining Length of 268,435,455 (MQTT 5.0 §2.1.4) and a fixed header of five bytes. */
export const LARGEST_PACKET_BYTES = 268_435_460;
export const MOST_PACKET_MEGABYTES = 256;
export const DEFAULT_PACKET_MEGABYTES = 64;
const BYTES_OF_MEGABYTE = 1024 * 1024;
const MESSAGE = 'The largest packet must be a whole number of megabytes from 1 to 256.';

/** What a server may send in one packet, in MB of 2^20 bytes; older settings have the default. */
export const maximumPacketSchema = v.optional(
  v.pipe(
    v.number(MESSAGE),
    v.integer(MESSAGE),
    v.minValue(1, MESSAGE),
    v.maxValue(MOST_PACKET_MEGABYTES, MESSAGE),
  ),
  DEFAULT_PACKET_MEGABYTES,
);

/** The limit in bytes of the whole packet; 256 MB is all that MQTT has. */
export function packetLimitBytes(megabytes: number): number {
  return megabytes >= MOST_PACKET_MEGABYTES ? LARGEST_PACKET_BYTES : megabytes * BYTES_OF_MEGABYTE;
}
