import type { ChartFrame } from '../../../app/contract';
import { thinOut } from '../../../app/series';

export interface ChartSeries {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Messages without a number. */
  readonly skipped: number;
}

/** What a chart shows of a series. @param endMs where its span ends, ms since 1970; null for now */
export function chartFrame(
  { times, values, skipped }: ChartSeries,
  endMs: number | null,
  maxPoints: number,
): ChartFrame {
  let minimum: number | null = null;
  let maximum: number | null = null;
  for (const value of values) {
    if (minimum === null || value < minimum) minimum = value;
    if (maximum === null || value > maximum) maximum = value;
  }
  return {
    ...thinOut(times, values, maxPoints),
    endMs,
    numeric: values.length,
    skipped,
    minimum,
    maximum,
    last: values.at(-1) ?? null,
  };
}
