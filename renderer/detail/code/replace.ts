import type { ChangeSpec } from '@codemirror/state';

/**
 * The change that turns one text into another and leaves what they share at both ends: folds, scroll position and
 * selection there survive a live update. Null when they are equal.
 */
export function changeBetween(before: string, after: string): ChangeSpec | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  return {
    from: start,
    to: before.length - tail,
    insert: after.slice(start, after.length - tail),
  };
}
