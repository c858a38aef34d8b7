/** The small line in a row of the tree: so many points, each so much later than the one before. */
export const TREND_POINTS = 24;
export const TREND_STEP_MS = 500;
