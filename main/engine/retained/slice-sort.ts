import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a slice of long work may take before everything else has its turn. */
export const SLICE_MS = 4;
const RUN = 32;
const COMPARISONS_A_LOOK = 1_024;

/**
 * Sorts in slices that let everything else go on: runs that are merged, stably.
 * @returns null when it is no longer wanted
 */
export async function sliceSorted(
  values: Int32Array<ArrayBuffer>,
  compare: (a: number, b: number) => number,
  isWanted: () => boolean,
): Promise<Int32Array<ArrayBuffer> | null> {
  const { length } = values;
  const clock = new SliceClock();
  for (let start = 0; start < length; start += RUN) {
    values.subarray(start, start + RUN).sort(compare);
    if (clock.isOver() && !(await clock.rest(isWanted))) return null;
  }
  let from: Int32Array<ArrayBuffer> = values;
  let to = new Int32Array(length);
  for (let width = RUN; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      let left = start;
      const middle = Math.min(start + width, length);
      let right = middle;
      const end = Math.min(start + 2 * width, length);
      for (let at = start; at < end; at += 1) {
        const one = from[left] ?? 0;
        const other = from[right] ?? 0;
        const useRight = left === middle || (right < end && compare(one, other) > 0);
        to[at] = useRight ? other : one;
        if (useRight) right += 1;
        else left += 1;
        if (at % COMPARISONS_A_LOOK !== 0 || !clock.isOver()) continue;
        if (!(await clock.rest(isWanted))) return null;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

class SliceClock {
  #endMs = performance.now() + SLICE_MS;

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Gives way; false when the work is no longer wanted. */
  async rest(isWanted: () => boolean): Promise<boolean> {
    await nextTurn();
    this.#endMs = performance.now() + SLICE_MS;
    return isWanted();
  }
}
