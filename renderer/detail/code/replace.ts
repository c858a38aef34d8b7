import type { ChangeSpec } from '@codemirror/state';

interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Of more lines that differ, no line is looked at by itself. */
const MOST_LINES = 5000;

/**
 * The change that turns one text into another and leaves what they share: at both ends, and in between line by line.
 * Folds, scroll position and selection survive a live update wherever their line does. Null when they are equal.
 */
export function changeBetween(before: string, after: string): ChangeSpec | null {
  const whole = differenceOf(before, after, 0);
  if (!whole) return null;
  const removed = before.slice(whole.from, whole.to).split('\n');
  const inserted = whole.insert.split('\n');
  const paired = Math.min(removed.length, inserted.length);
  return paired < 2 || paired > MOST_LINES ? whole : lineByLine(removed, inserted, whole.from);
}

/** Lines are paired in their order; what one text has more of stands at the end of the last pair. */
function lineByLine(
  removed: readonly string[],
  inserted: readonly string[],
  start: number,
): Change[] {
  const last = Math.min(removed.length, inserted.length) - 1;
  const changes: Change[] = [];
  let at = start;
  for (let line = 0; line <= last; line += 1) {
    const isLast = line === last;
    const old = isLast ? removed.slice(line).join('\n') : (removed[line] ?? '');
    const now = isLast ? inserted.slice(line).join('\n') : (inserted[line] ?? '');
    const change = differenceOf(old, now, at);
    if (change) changes.push(change);
    at += old.length + 1;
  }
  return changes;
}

/** @param at where the earlier text stands in its document */
function differenceOf(before: string, after: string, at: number): Change | null {
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
    from: at + start,
    to: at + before.length - tail,
    insert: after.slice(start, after.length - tail),
  };
}
