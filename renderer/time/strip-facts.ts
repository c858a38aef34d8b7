import type { TimelineFrame, TimelineGap, TimeMark } from '../../app/contract-time';
import { stepAt } from '../../app/time/density';
import { durationText, gapWords, momentText, silenceWords } from '../../app/time/time-words';
import { unrecorded } from '../../app/time/unrecorded';
import type { Span } from '../../app/time/span';
import { formatCountOf } from '../../app/payload/format';

/** What is known of a place on the timeline, in words. */
export interface StripFacts {
  /** When. */
  readonly time: string;
  /** How many messages, in how long. */
  readonly count: string;
  readonly mark: string | null;
  /** What is missing there. */
  readonly gaps: ReadonlyArray<{ readonly title: string; readonly text: string }>;
}

/** Says what stands at a moment of the timeline, and within `nearUs` of it. */
export function stripFacts(
  frame: TimelineFrame,
  recorded: Span,
  timeUs: number,
  nearUs: number,
  nowMs: number,
): StripFacts {
  const step = stepAt(frame, timeUs);
  const count = step === null ? 0 : (frame.counts[step] ?? 0);
  const mark = nearestMark(frame.marks, timeUs, nearUs);
  return {
    time: momentText(timeUs, nowMs),
    count: `${formatCountOf(count, 'message', 'messages')} in ${durationText(frame.stepUs)}`,
    mark: mark?.label ?? null,
    gaps: [
      ...frame.gaps.filter((gap) => isAt(gap, timeUs, nearUs)).map((gap) => gapWords(gap, nowMs)),
      ...unrecorded(recorded, frame.sessions)
        .filter((part) => timeUs >= part.fromUs && timeUs <= part.toUs)
        .map((part) => silenceWords(part, nowMs)),
    ],
  };
}

function isAt({ fromUs, toUs }: TimelineGap, timeUs: number, nearUs: number): boolean {
  return timeUs >= fromUs - nearUs && timeUs <= toUs + nearUs;
}

function nearestMark(
  marks: readonly TimeMark[],
  timeUs: number,
  nearUs: number,
): TimeMark | undefined {
  return marks.find((mark) => Math.abs(mark.timeUs - timeUs) <= nearUs);
}
