import type { ChartRange } from './chart-range.svelte';

/** A chart moves on when that is something to see. */
const STEP_PX = 1;

/** Moves a live range on with the clock, a frame at a time and not for less than can be seen. Returns how to stop. */
export function followClock(range: ChartRange, width: () => number): () => void {
  let handle = 0;
  const step = (): void => {
    const nowUs = Date.now() * 1000;
    const pixelUs = range.lengthUs / Math.max(1, width());
    if (range.isLive && Math.abs(nowUs - range.nowUs) >= pixelUs * STEP_PX) range.tick(nowUs);
    handle = requestAnimationFrame(step);
  };
  step();
  return () => {
    cancelAnimationFrame(handle);
  };
}
