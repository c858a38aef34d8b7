/** How long a piece of work may hold up the window, ms: less than a frame, with room for the frame itself. */
const PIECE_MS = 8;

/**
 * Does long work in pieces, between which the window answers and paints.
 * @param work does a little of it; false when all is done
 * @returns how to leave the rest undone
 */
export function inPieces(work: () => boolean): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    const end = performance.now() + PIECE_MS;
    while (performance.now() < end) if (!work()) return;
    timer = setTimeout(run);
  };
  timer = setTimeout(run);
  return () => {
    clearTimeout(timer);
  };
}
