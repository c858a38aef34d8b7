import type { JsonPath } from '../../../app/payload/numbers';
import { ChartRange } from '../../charts/chart-range.svelte';
import { endOfTime } from '../../charts/chart-states';
import { app } from '../../state/app.svelte';

/** The spans on offer, by milliseconds as text. */
export const SPANS = [
  { value: '60000', label: '1 min' },
  { value: '900000', label: '15 min' },
  { value: '3600000', label: '1 h' },
  { value: '86400000', label: '24 h' },
] as const;
export type Span = (typeof SPANS)[number]['value'];

/** What was chosen for the charts: the span for all, the number per topic. The window remembers it. */
export const chartChoices = {
  get span(): Span {
    const remembered = String(app.ui.chartSpanMs);
    return SPANS.find(({ value }) => value === remembered)?.value ?? '900000';
  },

  set span(span: Span) {
    app.updateUi({ chartSpanMs: Number(span) });
  },

  pathOf(profileId: string, topic: string): JsonPath | undefined {
    const ruled = app.decoding.ruleOf(topic)?.chartPath;
    return app.chartPathOf(profileId, topic) ?? ruled ?? undefined;
  },

  setPath(profileId: string, topic: string, path: JsonPath): void {
    app.setChartPath(profileId, topic, path);
  },
};

const ranges = new Map<string, ChartRange>();

/** The time that the chart of a profile's selected topic shows: as long as was chosen for all of them. */
export function topicRange(profileId: string): ChartRange {
  const known = ranges.get(profileId);
  if (known) {
    known.follow(false);
    return known;
  }
  const range = new ChartRange({
    endUs: () => endOfTime(app, profileId),
    lengthUs: () => app.ui.chartSpanMs * 1000,
    setLength: (lengthUs) => {
      const chartSpanMs = Math.min(LONGEST_MS, Math.max(1000, Math.round(lengthUs / 1000)));
      app.updateUi({ chartSpanMs });
    },
  });
  ranges.set(profileId, range);
  return range;
}

const LONGEST_MS = 366 * 86_400_000;
