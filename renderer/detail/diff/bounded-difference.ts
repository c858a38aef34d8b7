/** Lines between the common beginning and the common end: an editor makes an element of each that is gone. */
const MOST_LINES = 3_000;
/** One line can be as long as the text. */
const MOST_CHARS = 100_000;

export interface BoundedDifference {
  readonly before: string;
  readonly after: string;
  /** Whether the end of what differs was left out. */
  readonly isCut: boolean;
}

/**
 * Two texts as they are where little differs, else what they have in common at their beginnings and so many lines of each
 * from there on. Equal lines cost nothing, however many; tens of thousands that are gone would hold up the window for seconds.
 */
export function bounded(before: string, after: string, most = MOST_LINES): BoundedDifference {
  const start = commonStart(before, after);
  const ends = [before, after].map((text) => afterLines(text, start, most));
  const rest = commonEnd(before, after, start);
  const isMore = [before, after].some((text, at) => (ends[at] ?? 0) < text.length - rest);
  if (!isMore) return { before, after, isCut: false };
  return { before: before.slice(0, ends[0]), after: after.slice(0, ends[1]), isCut: true };
}

/** Where the first line begins that is not the same in both. */
function commonStart(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  let index = 0;
  while (index < end && one.charCodeAt(index) === other.charCodeAt(index)) index++;
  return index === 0 ? 0 : one.lastIndexOf('\n', index - 1) + 1;
}

/** How many characters at the ends are the same, those of the common beginning not counted again. */
function commonEnd(one: string, other: string, start: number): number {
  const most = Math.min(one.length, other.length) - start;
  let count = 0;
  while (
    count < most &&
    one.charCodeAt(one.length - 1 - count) === other.charCodeAt(other.length - 1 - count)
  )
    count++;
  return count;
}

/** Where so many lines from a place end, their last break left out; sooner where they are long. */
function afterLines(text: string, start: number, lines: number): number {
  let end = start - 1;
  for (let count = 0; count < lines; count++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return Math.min(text.length, start + MOST_CHARS);
  }
  return Math.min(end, start + MOST_CHARS);
}
