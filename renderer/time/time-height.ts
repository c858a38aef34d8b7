import type { AppState } from '../state/app.svelte';

export const TIMELINE_HEIGHT = 56;
export const PAST_BAR_HEIGHT = 34;

/** Whether the timeline is there: while nothing is stored there is no past to go to. */
export function showsTimeline(app: AppState): boolean {
  const timeline = app.time?.timeline;
  if (!timeline || !app.ui.timelineOpen) return false;
  return timeline.hasPast || timeline.problem !== null;
}

/** How much of the window's bottom the time machine takes, px. */
export function timeHeight(app: AppState): number {
  const bar = app.time?.isPast ? PAST_BAR_HEIGHT : 0;
  return bar + (showsTimeline(app) ? TIMELINE_HEIGHT : 0);
}
