/**
 * Which rows of a long list are visible, and where they stand. Chromium caps an element's height at about
 * 33.5 million px; above `MAX_HEIGHT` the scroll bar stands for a shorter, scaled list.
 */
export const MAX_HEIGHT = 16_000_000;

export interface ScrollMetrics {
  readonly total: number;
  readonly rowHeight: number;
  /** Height of what is visible, px. */
  readonly viewport: number;
}

/** Height of the element that makes the scroll bar as long as it should be, px. */
export function spacerHeight(metrics: ScrollMetrics): number {
  return Math.min(MAX_HEIGHT, metrics.total * metrics.rowHeight);
}

/** How many px of the list one px of the scroll bar's way stands for; 1 unless the list is huge. */
export function scrollScale(metrics: ScrollMetrics): number {
  const full = metrics.total * metrics.rowHeight;
  if (full <= MAX_HEIGHT) return 1;
  return (full - metrics.viewport) / (MAX_HEIGHT - metrics.viewport);
}

/** The rows that a position (px from the beginning of the unscaled list) shows, with some before and after. */
export function visibleRange(
  metrics: ScrollMetrics,
  position: number,
  overscan: number,
): { readonly first: number; readonly count: number } {
  const first = Math.max(0, Math.floor(position / metrics.rowHeight) - overscan);
  const end = Math.ceil((position + metrics.viewport) / metrics.rowHeight) + overscan;
  return { first, count: Math.max(0, Math.min(metrics.total, end) - first) };
}

/** The nearest position that shows a row whole, keeping `margin` rows of context where there is room. */
export function positionShowing(
  metrics: ScrollMetrics,
  position: number,
  row: number,
  margin = 1,
): number {
  const { rowHeight, viewport, total } = metrics;
  const context = margin * rowHeight;
  const top = row * rowHeight;
  const bottom = top + rowHeight;
  let next = position;
  if (top - context < position) next = top - context;
  else if (bottom + context > position + viewport) next = bottom + context - viewport;
  return Math.max(0, Math.min(next, total * rowHeight - viewport));
}
