/** A span of time on a strip of pixels: where a moment stands, and what zooming and panning make of the span. µs since 1970. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Zooming in ends here: ten milliseconds over the whole strip. */
export const SHORTEST_SPAN_US = 10_000;

export function lengthOf({ fromUs, toUs }: Span): number {
  return toUs - fromUs;
}

/** Where a moment stands on a strip that is so wide, px. */
export function xOf(span: Span, width: number, timeUs: number): number {
  return ((timeUs - span.fromUs) / lengthOf(span)) * width;
}

/** The moment at a pixel, whole µs. */
export function timeAt(span: Span, width: number, x: number): number {
  return Math.round(span.fromUs + (x / width) * lengthOf(span));
}

/** The span `factor` times as long around a moment that stays where it is; within `whole`, and not shorter than the eye can use. */
export function zoomed(span: Span, whole: Span, aroundUs: number, factor: number): Span {
  const longest = Math.max(SHORTEST_SPAN_US, lengthOf(whole));
  const length = Math.min(longest, Math.max(SHORTEST_SPAN_US, lengthOf(span) * factor));
  const share = (aroundUs - span.fromUs) / lengthOf(span);
  const fromUs = Math.round(aroundUs - share * length);
  return within({ fromUs, toUs: fromUs + Math.round(length) }, whole);
}

/** The span moved in time, within `whole`. */
export function panned(span: Span, whole: Span, byUs: number): Span {
  const by = Math.round(byUs);
  return within({ fromUs: span.fromUs + by, toUs: span.toUs + by }, whole);
}

/** The span moved so that a moment outside of it stands at a tenth from the edge it left by; the same span when it is inside. */
export function revealing(span: Span, whole: Span, timeUs: number): Span {
  if (timeUs >= span.fromUs && timeUs <= span.toUs) return span;
  const length = lengthOf(span);
  const fromUs = timeUs > span.toUs ? timeUs - length * 0.1 : timeUs - length * 0.9;
  return panned(span, whole, fromUs - span.fromUs);
}

function within(span: Span, whole: Span): Span {
  const length = Math.min(lengthOf(span), Math.max(SHORTEST_SPAN_US, lengthOf(whole)));
  const latest = Math.max(whole.fromUs, whole.toUs - length);
  const fromUs = Math.max(whole.fromUs, Math.min(latest, span.fromUs));
  return { fromUs, toUs: fromUs + length };
}
