import type { ChartCursor } from './chart-cursor.svelte';
import type { ChartRange } from './chart-range.svelte';

const CURSOR_SHARE = 0.01;
const PAN_SHARE = 0.2;
const PAGE_SHARE = 0.9;
const ZOOM_FACTOR = 0.7;

/** What a key does on a plot; whether it did anything. */
export function pressPlotKey(
  event: KeyboardEvent,
  range: ChartRange,
  cursor: ChartCursor,
  oldestUs: number | null,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { span, lengthUs } = range;
  const aroundUs = cursor.timeUs ?? span.toUs;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const sign = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.shiftKey) range.pan(sign * PAN_SHARE * lengthUs);
      else moveCursor(range, cursor, sign * CURSOR_SHARE * lengthUs);
      return true;
    }
    case 'PageUp':
    case 'PageDown':
      range.pan((event.key === 'PageUp' ? -PAGE_SHARE : PAGE_SHARE) * lengthUs);
      return true;
    case '+':
    case '=':
      range.zoom(aroundUs, ZOOM_FACTOR);
      return true;
    case '-':
      range.zoom(aroundUs, 1 / ZOOM_FACTOR);
      return true;
    case 'Home':
      if (oldestUs !== null) range.show({ fromUs: oldestUs, toUs: oldestUs + lengthUs });
      return oldestUs !== null;
    case 'End':
    case '0':
      range.follow();
      return true;
    case 'Escape':
      cursor.timeUs = null;
      return true;
    default:
      return false;
  }
}

/** Moves the cursor; at an edge the chart moves along. */
function moveCursor(range: ChartRange, cursor: ChartCursor, byUs: number): void {
  const { fromUs, toUs } = range.span;
  const next = (cursor.timeUs ?? (fromUs + toUs) / 2) + byUs;
  if (next < fromUs) range.pan(next - fromUs);
  else if (next > toUs) range.pan(next - toUs);
  const after = range.span;
  cursor.timeUs = Math.max(after.fromUs, Math.min(after.toUs, next));
}
