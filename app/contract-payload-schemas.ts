/** What may enter the engine with the calls of `contract-payload.ts`. */
import * as v from 'valibot';
import { PAYLOAD_PART_BYTES } from './contract-payload';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const payloadCallSchemas = {
  payloadPart: v.object({
    profileId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    id: count,
    start: count,
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAYLOAD_PART_BYTES)),
  }),
} as const;
