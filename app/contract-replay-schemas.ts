/** What may enter the engine for a replay. What rules mean is checked by `ruleProblems`; here only their form. */
import * as v from 'valibot';
import { isReplaySpeed } from './replay/schedule';
import { selectionSchema } from './selection-schema';

const MAX_TEXT = 65_535;
const MAX_RULES = 200;

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const texts = v.pipe(v.array(text), v.maxLength(MAX_RULES));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const timeUs = v.pipe(v.number(), v.finite());
const limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
const nothing = v.undefined();

const rules = v.object({
  mappings: v.pipe(v.array(v.object({ from: text, to: text })), v.maxLength(MAX_RULES)),
  include: texts,
  exclude: texts,
  qos: v.picklist(['keep', 0, 1, 2]),
  retain: v.picklist(['keep', 'yes', 'no']),
  settings: v.pipe(
    v.array(v.object({ path: text, json: v.pipe(v.string(), v.maxLength(1024 * 1024)) })),
    v.maxLength(MAX_RULES),
  ),
  shiftTimes: texts,
  skipSystem: v.boolean(),
  skipOwn: v.boolean(),
  skipReplayed: v.boolean(),
});

const settings = v.object({
  targetId: v.nullable(id),
  speed: v.pipe(
    v.union([v.number(), v.literal('max')]),
    v.check(isReplaySpeed, 'The speed must be from 0.1 to 1,000, or as fast as possible.'),
  ),
  maxPauseMs: v.nullable(v.pipe(v.number(), v.minValue(0))),
  loops: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  fromUs: v.nullable(timeUs),
  toUs: v.nullable(timeUs),
  rules,
});

export const replayCallSchemas = {
  prepareReplay: v.object({
    selection: selectionSchema,
    title: v.pipe(v.string(), v.maxLength(MAX_TEXT + 100)),
  }),
  closeReplay: nothing,
  setReplay: v.object({ settings }),
  dryRunReplay: nothing,
  cancelDryRun: nothing,
  dryRunTopics: v.object({ limit }),
  previewReplay: v.object({
    rules,
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  }),
  startReplay: v.object({ confirmation: v.nullable(v.pipe(v.string(), v.maxLength(1_000))) }),
  pauseReplay: nothing,
  resumeReplay: nothing,
  stepReplay: nothing,
  seekReplay: v.object({ timeUs }),
  stopReplay: nothing,
};

export const replayViewSchemas = { replay: v.object({}) };
