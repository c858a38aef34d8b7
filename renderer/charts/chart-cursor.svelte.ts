/** The moment that is read off all charts of a page at once. */
export class ChartCursor {
  /** Null while nothing is read. */
  timeUs = $state.raw<number | null>(null);
}
