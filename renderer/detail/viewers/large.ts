/** Texts that are longer are shown line by line as they come onto the screen, without an editor around them. */
export const LARGE_TEXT_CHARS = 1_000_000;
/** An editor lays a line out as a whole: half a second for the 256 KB of a document without line breaks. */
const LONG_LINE_CHARS = 20_000;

/** Whether a text, or one line of it, is more than an editor can lay out at once. */
export function isLargeText(text: string): boolean {
  if (text.length > LARGE_TEXT_CHARS) return true;
  for (let start = 0; text.length - start > LONG_LINE_CHARS;) {
    const end = text.indexOf('\n', start);
    if (end < 0 || end - start > LONG_LINE_CHARS) return true;
    start = end + 1;
  }
  return false;
}
