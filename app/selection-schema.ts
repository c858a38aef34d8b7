/** What of a selection may enter a process. */
import * as v from 'valibot';
import { qosSchema } from './profile-fields';
import { parseQuery } from './search/parse-query';
import { MAX_QUERY_CHARS } from './search/query';
import { MAX_TOPIC_LENGTH } from './topic';

const MOST_FILTERS = 1_000;

const timeUs = v.pipe(v.number(), v.integer(), v.safeInteger());
const either = v.nullable(v.boolean());

/** The fields of a search that say what a message must be. */
export const matchingEntries = {
  text: v.pipe(v.string(), v.maxLength(MAX_QUERY_CHARS)),
  matchCase: v.boolean(),
  qos: v.pipe(v.array(qosSchema), v.maxLength(3)),
  retain: either,
  dup: either,
  direction: v.nullable(v.picklist(['in', 'out'])),
} as const;

/** Filters are not checked for being some: a name that MQTT forbids stands here as it is. */
export const selectionEntries = {
  profileId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  filters: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH))),
    v.maxLength(MOST_FILTERS),
  ),
  fromUs: v.nullable(timeUs),
  toUs: v.nullable(timeUs),
  sessionKey: v.nullable(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  ),
  matching: v.optional(
    v.pipe(
      v.object(matchingEntries),
      v.check(({ text }) => parseQuery(text).ok, 'The query is not understood.'),
    ),
  ),
} as const;

export const selectionSchema = v.object(selectionEntries);
