/** What the calls of `contract-manage.ts` take. */
import * as v from 'valibot';
import { MAX_NAME_LENGTH } from './profile';
import { selectionEntries } from './selection-schema';
import { MAX_TOPIC_LENGTH, topicFilterProblem } from './topic';

export const MAX_NOTE_LENGTH = 2_000;
const MOST_FILTERS = 1_000;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const recordingName = v.pipe(v.string(), v.trim(), v.maxLength(MAX_NAME_LENGTH));
const note = v.pipe(v.string(), v.maxLength(MAX_NOTE_LENGTH));
const filters = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.maxLength(MAX_TOPIC_LENGTH),
      v.check((text) => topicFilterProblem(text) === null, 'That is no topic filter.'),
    ),
  ),
  v.maxLength(MOST_FILTERS),
);
const selection = v.object({ ...selectionEntries, filters });
/** Nothing is deleted by what it says. */
const part = v.pipe(
  selection,
  v.check(({ matching }) => matching === undefined, 'A search cannot be deleted.'),
);
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(32_767));
const recordingOnly = v.object({ recordingId: id });

export const manageCallSchemas = {
  changeSession: v.object({
    profileId: id,
    sessionKey: count,
    name: v.optional(recordingName),
    note: v.optional(note),
    kept: v.optional(v.boolean()),
  }),
  countSelection: v.object({ selection }),
  deleteSelection: v.object({ selection: part, upToId: count, messages: count }),
  startRecording: v.object({ profileId: id, filters, name: recordingName }),
  stopRecording: recordingOnly,
  recordSelection: v.object({ selection, name: recordingName, note }),
  repairHistory: v.object({ path }),
  cancelRecording: recordingOnly,
  changeRecording: v.object({
    recordingId: id,
    name: v.optional(v.pipe(recordingName, v.nonEmpty('Give the recording a name.'))),
    note: v.optional(note),
  }),
  deleteRecording: recordingOnly,
  restoreRecording: recordingOnly,
  dismissDamage: v.object({ path }),
};

export const manageViewSchemas = {
  past: v.object({ profileId: id }),
  recordings: v.object({}),
};
