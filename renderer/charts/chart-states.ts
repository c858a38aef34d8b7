import type { AppState } from '../state/app.svelte';
import { ChartsState } from './charts-state.svelte';

const states = new Map<string, ChartsState>();

/** The charts of a profile: the time they show outlives a change of the page. */
export function chartsOf(app: AppState, profileId: string): ChartsState {
  const known = states.get(profileId);
  if (known) return known;
  const state = new ChartsState(app.engine, profileId, () => endOfTime(app, profileId));
  states.set(profileId, state);
  return state;
}

/** Where a profile's time ends: with the moment in view, or a recorded history's last message; null is now. */
export function endOfTime(app: AppState, profileId: string): number | null {
  const { atUs } = app.timeOf(profileId);
  return atUs ?? app.profiles.find(profileId)?.archive?.newestTimeUs ?? null;
}
