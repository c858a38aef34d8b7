/** What may enter the engine with the calls and the view of `contract-retained.ts`. */
import * as v from 'valibot';
import { RETAINED_SORTS } from './contract-retained';
import { MAX_TOPIC_LENGTH } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const text = v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH));
const profileOnly = v.object({ profileId: id });
const scope = v.picklist(['selected', 'shown']);
/** Also a part of a file's name. */
const undoId = v.pipe(v.string(), v.regex(/^[0-9a-z-]{1,64}$/u));
const perSecond = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)));
const confirmation = v.nullable(v.pipe(v.string(), v.maxLength(1_000)));
const mapping = v.nullable(v.object({ from: text, to: text }));
const order = { profileId: id, scope, expected: whole, perSecond, confirmation };

export const MOST_RETAINED_ROWS = 300;

export const retainedCallSchemas = {
  listRetained: v.object({ profileId: id, filter: text }),
  cancelRetained: profileOnly,
  selectRetained: v.object({
    profileId: id,
    select: v.variant('kind', [
      v.object({
        kind: v.picklist(['only', 'toggle', 'range']),
        row: whole,
        topic: v.optional(v.string()),
      }),
      v.object({ kind: v.picklist(['all', 'none']) }),
    ]),
  }),
  retainedTopics: profileOnly,
  clearRetainedSet: v.object(order),
  undoRetainedSet: v.object({
    ...{ profileId: id, undoId, perSecond, confirmation },
    conflicts: v.picklist(['ask', 'keep', 'overwrite']),
  }),
  forgetUndo: v.object({ profileId: id, undoId }),
  planRetainedCopy: v.object({ profileId: id, scope, targetId: id, mapping }),
  copyRetained: v.object({ ...order, targetId: id, mapping }),
} as const;

export const retainedViewSchemas = {
  retained: v.object({
    profileId: id,
    text,
    sort: v.picklist(RETAINED_SORTS),
    descending: v.boolean(),
    first: whole,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_RETAINED_ROWS)),
  }),
} as const;
