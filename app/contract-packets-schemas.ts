/** What may enter the engine with the calls and the view of `contract-packets.ts`. */
import * as v from 'valibot';
import { PACKET_TYPES } from './mqtt/packet-types';
import { MAX_TOPIC_BYTES } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const profileOnly = v.object({ profileId: id });

export const MOST_PACKET_ROWS = 300;

export const packetCallSchemas = {
  setCapture: v.object({ profileId: id, mode: v.picklist(['off', 'on', 'paused']) }),
  clearPackets: profileOnly,
  packet: v.object({ profileId: id, id: whole }),
  packetFile: v.object({ profileId: id, format: v.picklist(['jsonl', 'pcap']) }),
} as const;

export const packetViewSchemas = {
  packets: v.object({
    profileId: id,
    filter: v.object({
      direction: v.nullable(v.picklist(['in', 'out'])),
      types: v.pipe(v.array(v.picklist(PACKET_TYPES)), v.maxLength(PACKET_TYPES.length)),
      topic: v.pipe(v.string(), v.maxLength(MAX_TOPIC_BYTES)),
      errorsOnly: v.boolean(),
    }),
    run: whole,
    first: whole,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_PACKET_ROWS)),
    follow: v.boolean(),
    selected: v.nullable(whole),
  }),
} as const;
