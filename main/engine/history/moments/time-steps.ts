const MILLISECOND_US = 1_000;
const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;

/** What people count time in, from a thousandth of a second on. */
const DURATIONS_US: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((one) => one * MILLISECOND_US),
  ...[1, 2, 5, 10, 15, 30].map((one) => one * SECOND_US),
  ...[1, 2, 5, 10, 15, 30].map((one) => one * MINUTE_US),
  ...[1, 2, 3, 6, 12].map((one) => one * HOUR_US),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000].map((one) => one * DAY_US),
];

/** Steps of equal length; the first one begins at a multiple of it since 1970. */
export interface TimeSteps {
  readonly fromUs: number;
  readonly stepUs: number;
  readonly length: number;
}

/** The shortest steps that cover a span, its end included, with at most so many of them. */
export function stepsOf(fromUs: number, toUs: number, most: number): TimeSteps {
  let steps = stepsOfLength(fromUs, toUs, DAY_US * 1_000_000);
  for (const stepUs of DURATIONS_US.toReversed()) {
    const finer = stepsOfLength(fromUs, toUs, stepUs);
    if (finer.length > most) break;
    steps = finer;
  }
  return steps;
}

function stepsOfLength(fromUs: number, toUs: number, stepUs: number): TimeSteps {
  const begin = Math.floor(fromUs / stepUs) * stepUs;
  return { fromUs: begin, stepUs, length: Math.floor((toUs - begin) / stepUs) + 1 };
}

/** The step that a time falls into; below 0 or beyond the last one outside of them. */
export function stepAt({ fromUs, stepUs }: TimeSteps, timeUs: number): number {
  return Math.floor((timeUs - fromUs) / stepUs);
}
