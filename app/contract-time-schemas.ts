/** What may enter the engine of the time machine's part of the contract. */
import * as v from 'valibot';
import { MAX_MARK_LABEL, MAX_TIMELINE_STEPS } from './contract-time';
import { MAX_TOPIC_LENGTH } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const path = v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH));
/** Wall clock µs since 1970. */
const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const moment = v.nullable(time);
const scope = v.variant('kind', [
  v.object({ kind: v.literal('topic'), path }),
  v.object({ kind: v.literal('branch'), path }),
  v.object({ kind: v.literal('all') }),
]);

/** Of calls and views that are live unless they are told a moment. */
export const atUs = v.optional(moment);

export const timeCallSchemas = {
  stepMessage: v.object({
    profileId: id,
    scope,
    atUs: moment,
    direction: v.picklist(['previous', 'next']),
  }),
  setMark: v.object({
    profileId: id,
    mark: v.object({
      id,
      timeUs: time,
      label: v.pipe(v.string(), v.maxLength(MAX_MARK_LABEL)),
    }),
  }),
  removeMark: v.object({ profileId: id, markId: id }),
};

export const timeViewSchemas = {
  comparison: v.pipe(
    v.object({
      profileId: id,
      path,
      fromUs: time,
      toUs: moment,
      limit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
      previewBytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64 * 1024)),
    }),
    v.check(
      ({ fromUs, toUs }) => toUs === null || fromUs <= toUs,
      'The first moment must not be after the second one.',
    ),
  ),
  timeline: v.pipe(
    v.object({
      profileId: id,
      fromUs: moment,
      toUs: moment,
      steps: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TIMELINE_STEPS)),
    }),
    v.check(
      ({ fromUs, toUs }) => fromUs === null || toUs === null || fromUs < toUs,
      'The span must begin before it ends.',
    ),
  ),
};
