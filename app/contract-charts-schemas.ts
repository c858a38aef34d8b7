/** What may enter the engine with the calls and views of `contract-charts.ts`, and from the file of panels. */
import * as v from 'valibot';
import { MOST_BUCKETS, MOST_PANELS, MOST_PANEL_SERIES } from './contract-charts';
import { stepsSchema } from './contract-decoding-schemas';
import { PROFILE_COLOURS } from './profile-colours';
import { MAX_TOPIC_LENGTH } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const topic = v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH));
const shortText = v.pipe(v.string(), v.maxLength(200));
const moment = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(8.64e18));
const filePath = v.pipe(v.string(), v.minLength(1), v.maxLength(32_767));

const what = v.variant('kind', [
  v.object({
    kind: v.literal('value'),
    path: v.pipe(v.array(v.union([v.string(), v.number()])), v.maxLength(200)),
  }),
  v.object({ kind: v.literal('metric'), name: v.pipe(v.string(), v.maxLength(10_000)) }),
  v.object({ kind: v.literal('rate'), below: v.boolean() }),
]);

const source = v.object({ profileId: id, topic, what, steps: v.nullable(stepsSchema) });

const panelSchema = v.object({
  id,
  title: shortText,
  series: v.pipe(
    v.array(
      v.object({
        id,
        profileId: v.nullable(id),
        topic,
        what,
        steps: v.nullable(stepsSchema),
        colour: v.nullable(v.picklist(PROFILE_COLOURS)),
        unit: v.nullable(shortText),
        axis: v.picklist(['left', 'right']),
        isHidden: v.boolean(),
      }),
    ),
    v.maxLength(MOST_PANEL_SERIES),
  ),
});
export const panelsSchema = v.pipe(v.array(panelSchema), v.maxLength(MOST_PANELS));

const span = { fromUs: moment, toUs: moment };

export const chartCallSchemas = {
  saveCharts: v.object({ profileId: id, panels: panelsSchema }),
  chartCandidates: v.object({ profileId: id, topic, steps: v.nullable(stepsSchema) }),
  startChartExport: v.object({
    ...span,
    series: v.pipe(
      v.array(v.object({ source, connection: shortText, unit: shortText })),
      v.minLength(1),
      v.maxLength(MOST_PANEL_SERIES),
    ),
    path: filePath,
  }),
} as const;

export const chartViewSchemas = {
  series: v.pipe(
    v.object({
      source,
      fromUs: moment,
      toUs: v.nullable(moment),
      bucketUs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e15)),
    }),
    v.check(
      ({ fromUs, toUs, bucketUs }) => toUs === null || (toUs - fromUs) / bucketUs <= MOST_BUCKETS,
      `A chart has ${MOST_BUCKETS.toLocaleString('en')} buckets at the most.`,
    ),
  ),
  charts: v.object({ profileId: id }),
} as const;
