/** Speeds at which the past can be played: how many seconds pass in one. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 100, 300, 1000] as const;

/** A window that was hidden or stood still does not make up for it: so much of the clock counts for one step. */
const LONGEST_STEP_MS = 250;

/**
 * Where the playhead stands after a step of the window's clock. At the end of the past there is nothing more to play:
 * `ended`, at the end itself.
 */
export function played(
  atUs: number,
  elapsedMs: number,
  speed: number,
  endUs: number,
): { readonly atUs: number; readonly ended: boolean } {
  const stepMs = Math.max(0, Math.min(LONGEST_STEP_MS, elapsedMs));
  const nextUs = atUs + stepMs * 1000 * speed;
  return nextUs >= endUs ? { atUs: endUs, ended: true } : { atUs: nextUs, ended: false };
}

/** `×0.1`, `×60`. */
export function speedText(speed: number): string {
  return `×${String(speed)}`;
}

/** The speed on offer that is nearest to a remembered one. */
export function nearestSpeed(speed: number): number {
  const distance = (one: number): number => Math.abs(Math.log(one / speed));
  return speed > 0
    ? SPEEDS.reduce<number>((best, one) => (distance(one) < distance(best) ? one : best), 1)
    : 1;
}
