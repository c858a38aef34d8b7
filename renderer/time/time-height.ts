import type { AppState } from '../state/app.svelte';

export const TIMELINE_HEIGHT = 56;
export const PAST_BAR_HEIGHT = 34;

/** Whether the timeline is there: while nothing is stored there is no past to go to. */
export function showsTimeline(app: AppState): boolean {
  const timeline = app.time?.timeline;
  if (!timeline || !app.ui.timelineOpen) return false;
  return timeline.hasPast || timeline.problem !== null;
}
