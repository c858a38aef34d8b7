import type { TimelineSession } from '../contract-time';
import type { Span } from './span';

/** The parts of a span in which no session ran: what was sent then was never received. Sessions come oldest first. */
export function unrecorded(span: Span, sessions: readonly TimelineSession[]): readonly Span[] {
  const parts: Span[] = [];
  let recordedUs = span.fromUs;
  for (const { startedUs, endedUs } of sessions) {
    if (startedUs > recordedUs)
      parts.push({ fromUs: recordedUs, toUs: Math.min(startedUs, span.toUs) });
    recordedUs = Math.max(recordedUs, endedUs ?? Infinity);
    if (recordedUs >= span.toUs) return parts;
  }
  return [...parts, { fromUs: recordedUs, toUs: span.toUs }];
}
