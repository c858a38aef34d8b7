/** The parent of the root. */
export const NONE = 0xffff_ffff;
/** The node that holds the first level. */
export const ROOT = 0;

// Bits of a node's state.
/** As the person left it; it comes back when a filter is taken off. */
export const EXPANDED = 1;
/** As it is shown now: the person's own, or the filter's while one is on. */
export const OPEN = 2;
/** The filter lets it through. */
export const SHOWN = 4;
/** It has a value. */
export const TOPIC = 8;
/** It has children. */
export const BRANCH = 16;

/** Among the marks: whether the broker is thought to keep a retained message. */
export const RETAINED_BIT = 0x100;

/** Rows that a node in a state takes, with so many rows below it. */
export function weightOf(state: number, rows: number): number {
  if ((state & SHOWN) === 0) return 0;
  return (state & OPEN) === 0 ? 1 : 1 + rows;
}
