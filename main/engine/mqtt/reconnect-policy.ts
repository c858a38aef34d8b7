const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/** A connection that lasted this long was sound: the next loss starts with the shortest delay again. */
export const STABLE_AFTER_MS = 30_000;

/**
 * A server that broke the protocol so many times in a row, without a sound connection between, will do so again: then a
 * person decides whether to try.
 */
export const MOST_VIOLATIONS = 5;

/**
 * How long to wait before the given attempt (1 is the first after a loss): doubling from 1 s to 30 s, and up to a quarter
 * less or more, so that many clients do not come back in the same instant. `random` is in [0, 1).
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const delay = FIRST_DELAY_MS * 2 ** Math.min(Math.max(attempt, 1) - 1, 10);
  const jittered = Math.min(delay, LONGEST_DELAY_MS) * (0.75 + random / 2);
  return Math.round(Math.min(Math.max(jittered, FIRST_DELAY_MS), LONGEST_DELAY_MS));
}
