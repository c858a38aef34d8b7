/** The time machine's part of the contract: a profile as it was at a moment, and the timeline that leads there. */
import type { GapKind } from './gap';
import type { Message } from './message';

/**
 * A moment of the past, wall clock µs since 1970. What is shown at a moment is the last message of each topic at or before it, in the order
 * of arrival. Null is now: live.
 */
export type Moment = number | null;

/** What a step goes along: one topic's messages, a branch's (the node and all below), or all. */
export type StepScope =
  | { readonly kind: 'topic'; readonly path: string }
  | { readonly kind: 'branch'; readonly path: string }
  | { readonly kind: 'all' };

export interface TimeCalls {
  /**
   * The next message after the moment, or the last one before it, by its time; null when there is none. Of several
   * with the same time it is the one that came last: the state at its time shows it. A live moment has only a past.
   */
  stepMessage(arg: {
    readonly profileId: string;
    readonly scope: StepScope;
    readonly atUs: Moment;
    readonly direction: 'previous' | 'next';
  }): { readonly timeUs: number; readonly id: number; readonly topic: string } | null;

  setMark(arg: { readonly profileId: string; readonly mark: TimeMark }): void;
  removeMark(arg: { readonly profileId: string; readonly markId: string }): void;
}

export interface MomentDifferences {
  /** True counts, also beyond the limit. Vanished: its retained message was cleared (an empty payload). */
  readonly changed: number;
  readonly added: number;
  readonly vanished: number;
  readonly unchanged: number;
  readonly differences: readonly MomentDifference[];
}

export interface MomentDifference {
  readonly kind: 'changed' | 'added' | 'vanished';
  readonly topic: string;
  readonly before: Message | null;
  readonly after: Message | null;
  /** Messages between the two moments. */
  readonly messages: number;
}

/** The longest text of a mark, in characters, and how many marks a profile can have. */
export const MAX_MARK_LABEL = 200;
export const MAX_MARKS = 1_000;
/** Steps of a timeline at the most. */
export const MAX_TIMELINE_STEPS = 4_000;

export interface TimeViews {
  timeline: { readonly params: TimelineParams; readonly frame: TimelineFrame };
  /** A comparison goes on while its view is open; closing it ends it. */
  comparison: { readonly params: ComparisonParams; readonly frame: ComparisonFrame };
}

/**
 * What changed in a branch between two moments, the earlier first: topics whose last payload is another one. An empty
 * path means all topics.
 */
export interface ComparisonParams {
  readonly profileId: string;
  readonly path: string;
  readonly fromUs: number;
  /** Null is when it begins. */
  readonly toUs: Moment;
  /** Differences are sent up to so many, in the order of topic names. */
  readonly limit: number;
  /** The first so many bytes of each payload. */
  readonly previewBytes: number;
}

export type ComparisonFrame =
  | {
      readonly state: 'running';
      /** From 0 to 1. */
      readonly share: number;
    }
  | { readonly state: 'done'; readonly result: MomentDifferences };

/** A moment that a person marked. */
export interface TimeMark {
  readonly id: string;
  readonly timeUs: number;
  readonly label: string;
}

export interface TimelineParams {
  readonly profileId: string;
  /** The span that is shown; null: all that is stored, until now, and growing. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** How many steps of density are wanted at the most: one for each few pixels. */
  readonly steps: number;
}

export interface TimelineFrame {
  /** All that is stored; null when nothing is. */
  readonly oldestUs: number | null;
  readonly newestUs: number | null;
  /** The engine's clock. */
  readonly nowUs: number;
  /**
   * Where the first step begins, and how long each is: a duration that people count in (1, 2, 5 … of a unit), and the
   * first step begins at a multiple of it since 1970, so that steps stay what they are while the span moves.
   */
  readonly fromUs: number;
  readonly stepUs: number;
  /** Messages in each step. */
  readonly counts: Float64Array;
  /** Gaps and sessions that touch the span, oldest first; near ones that would fall into one step are joined. */
  readonly gaps: readonly TimelineGap[];
  readonly sessions: readonly TimelineSession[];
  readonly marks: readonly TimeMark[];
}

export interface TimelineGap {
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  /** Messages known to be missing. */
  readonly messages: number;
  readonly detail: string;
  /** How many gaps it stands for. */
  readonly joined: number;
}

export interface TimelineSession {
  readonly key: number;
  readonly startedUs: number;
  /** Null while it runs. */
  readonly endedUs: number | null;
}
