/** What may enter the engine with the views of `contract-broker.ts`. */
import * as v from 'valibot';
import { TRAFFIC_KINDS, TRAFFIC_SORTS } from './contract-broker';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

export const MOST_TRAFFIC_ROWS = 100;
export const MOST_SYSTEM_TOPICS = 1_000;
/** Deeper branches are looked at in the tree. */
export const DEEPEST_LEVEL = 32;

export const brokerViewSchemas = {
  system: v.object({ profileId: id }),
  traffic: v.object({
    profileId: id,
    kind: v.picklist(TRAFFIC_KINDS),
    sort: v.picklist(TRAFFIC_SORTS),
    level: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(DEEPEST_LEVEL)),
  }),
} as const;
