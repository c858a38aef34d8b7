import type { TimelineFrame } from '../contract-time';

/** The height of a step's bar as a share of the highest one: by the square root, so that quiet hours beside a burst still show. */
export function barShare(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : Math.sqrt(count / most);
}

/** The index of the step at a moment; null outside of what the frame holds. */
export function stepAt(frame: TimelineFrame, timeUs: number): number | null {
  const index = Math.floor((timeUs - frame.fromUs) / frame.stepUs);
  return index >= 0 && index < frame.counts.length ? index : null;
}
