import type { Moment, TimelineFrame } from '../../../app/contract-time';
import { momentText } from '../../../app/time/time-words';

/** A moment on offer for a comparison. */
export interface MomentChoice {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
  readonly timeUs: Moment;
}

/** Stands for a moment that is typed. */
export const OTHER = 'other';
/** More sessions than this make a long list; the last ones are meant. */
const MOST_SESSIONS = 5;
const MOST_MARKS = 50;

export interface MomentSource {
  readonly frame: TimelineFrame | null;
  readonly atUs: Moment;
  readonly isRecorded: boolean;
  /** One that was chosen already. */
  readonly chosenUs: number | null;
}

/** The moments that a comparison offers: the end, the one in view, the marks, where sessions began. */
export function momentChoices(source: MomentSource, nowMs: number): readonly MomentChoice[] {
  const { frame, atUs, isRecorded, chosenUs } = source;
  const text = (timeUs: number): string => momentText(timeUs, nowMs);
  const marks = (frame?.marks ?? []).slice(-MOST_MARKS);
  const sessions = (frame?.sessions ?? []).slice(-MOST_SESSIONS);
  const isMark = marks.some(({ timeUs }) => timeUs === chosenUs);
  return [
    { key: 'end', label: isRecorded ? 'The end' : 'Now', timeUs: null },
    ...(atUs === null
      ? []
      : [{ key: 'view', label: 'The moment in view', hint: text(atUs), timeUs: atUs }]),
    ...(chosenUs === null || isMark || chosenUs === atUs
      ? []
      : [{ key: 'chosen', label: text(chosenUs), timeUs: chosenUs }]),
    ...marks.toReversed().map(({ id, label, timeUs }) => ({
      key: `mark-${id}`,
      label,
      hint: text(timeUs),
      timeUs,
    })),
    ...sessions.toReversed().map(({ key, startedUs }, index) => ({
      key: `session-${String(key)}`,
      label: index === 0 ? 'Start of the last session' : 'Start of a session',
      hint: text(startedUs),
      timeUs: startedUs,
    })),
    { key: OTHER, label: 'Another time…', timeUs: null },
  ];
}

/** What is compared before anybody chose: what was chosen, else what is in view, with now; else the last mark or session with now. */
export function firstChoice(
  choices: readonly MomentChoice[],
  { atUs, chosenUs }: MomentSource,
): { readonly from: string; readonly to: string } {
  const keyAt = (timeUs: number): string | undefined =>
    choices.find((one) => one.timeUs === timeUs)?.key;
  const view = atUs === null ? undefined : keyAt(atUs);
  const chosen = chosenUs === null ? undefined : keyAt(chosenUs);
  if (
    chosen !== undefined &&
    view !== undefined &&
    chosen !== view &&
    chosenUs !== null &&
    atUs !== null
  ) {
    return chosenUs < atUs ? { from: chosen, to: view } : { from: view, to: chosen };
  }
  const first = choices.find(({ key }) => key !== 'end' && key !== OTHER)?.key;
  return { from: chosen ?? view ?? first ?? OTHER, to: 'end' };
}
