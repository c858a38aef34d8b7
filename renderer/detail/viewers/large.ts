/** Texts that are longer are shown line by line as they come onto the screen, without an editor around them. */
export const LARGE_TEXT_CHARS = 1_000_000;
