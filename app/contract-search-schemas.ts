/** What may enter the engine with the calls and views of `contract-search.ts`. */
import * as v from 'valibot';
import { MAX_QUERY_CHARS } from './search/query';
import { matchingEntries } from './selection-schema';
import { MAX_TOPIC_LENGTH, topicFilterProblem } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const timeUs = v.pipe(v.number(), v.integer());
const end = v.nullable(v.object({ id: whole, timeUs }));

const MOST_FILTERS = 50;
const MOST_ROWS = 300;

const filter = v.pipe(
  v.string(),
  v.maxLength(MAX_TOPIC_LENGTH),
  v.check(
    (text) => topicFilterProblem(text) === null,
    (issue) => `The topic filter is not valid. ${topicFilterProblem(issue.input) ?? ''}`,
  ),
);

const selection = v.object({
  profileId: id,
  filters: v.pipe(v.array(filter), v.maxLength(MOST_FILTERS)),
  fromUs: v.nullable(timeUs),
  toUs: v.nullable(timeUs),
  sessionKey: v.nullable(whole),
});

export const messageSearchSchema = v.object({
  selection,
  ...matchingEntries,
  newestFirst: v.boolean(),
});

export const searchCallSchemas = {
  messageRow: v.object({
    profileId: id,
    list: whole,
    end,
    at: v.union([v.object({ timeUs }), v.object({ id: whole })]),
  }),
  sessionChoices: v.object({ profileId: id }),
} as const;

export const searchViewSchemas = {
  messages: v.object({
    search: messageSearchSchema,
    run: whole,
    first: whole,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_ROWS)),
    end,
    stopped: v.boolean(),
  }),
} as const;

export const MOST_RECENT_QUERIES = 20;

/** Profile id → queries. */
export const recentQueriesSchema = v.pipe(
  v.array(
    v.tuple([
      id,
      v.pipe(
        v.array(v.pipe(v.string(), v.maxLength(MAX_QUERY_CHARS))),
        v.maxLength(MOST_RECENT_QUERIES),
      ),
    ]),
  ),
  v.maxLength(1000),
);
