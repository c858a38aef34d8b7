import type { MomentDifferences, StepScope } from '../../../../app/contract-time';
import type { GapKind } from '../../../../app/gap';

/** Which topics had a message at a moment, in no order; one entry of each column per topic. */
export interface MomentTopics {
  readonly keys: Uint32Array;
  /** Messages at or before the moment that are stored. */
  readonly counts: Uint32Array;
  /** The last message of each; null when it was not asked for. */
  readonly lastIds: Float64Array | null;
}

/** A topic's last message at a moment. */
export interface MomentValue {
  readonly key: number;
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly sizeBytes: number;
  /** Its beginning, as much as was asked for and stands with the message. */
  readonly payload: Uint8Array;
  /** Whether the broker was thought to keep a retained message; null when that takes longer to find out: ask again. */
  readonly retained: boolean | null;
  /** The numbers that led to it, as `TREND_POINTS` says; null when that takes longer to find out: ask again. */
  readonly trend: readonly number[] | null;
}

export interface DensityRequest {
  /** Null: from the oldest message, until the newest one or now, whichever is later. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** Null where nothing is recorded any more: time ends with the newest message. */
  readonly nowUs: number | null;
  /** How many steps at the most. */
  readonly steps: number;
  /** Whether somebody records: a session without an end runs then; else its program was killed. */
  readonly isRecording: boolean;
}

/** Messages in steps of time, and what else a timeline shows of a span. */
export interface Density {
  readonly oldestUs: number | null;
  readonly newestUs: number | null;
  readonly fromUs: number;
  readonly stepUs: number;
  readonly counts: Float64Array;
  /** Whether the counts are exact; else parts of them are spread evenly, and asking again brings them nearer. */
  readonly isExact: boolean;
  readonly gaps: readonly DensityGap[];
  readonly sessions: readonly DensitySession[];
}

export interface DensityGap {
  readonly kind: GapKind;
  readonly fromUs: number;
  readonly toUs: number;
  readonly messages: number;
  readonly detail: string;
  readonly joined: number;
}

export interface DensitySession {
  readonly key: number;
  readonly startedUs: number;
  readonly endedUs: number | null;
}

export interface StepRequest {
  readonly scope: StepScope;
  /** Infinity is after all messages. */
  readonly atUs: number;
  readonly direction: 'previous' | 'next';
}

export interface CompareRequest {
  /** Which one: the first request with a number begins it, those after it go on. */
  readonly comparison: number;
  /** For about so long the thread is taken up. */
  readonly budgetMs: number;
  readonly path: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly limit: number;
  readonly previewBytes: number;
}

export type CompareAnswer =
  | { readonly kind: 'more'; readonly share: number }
  | { readonly kind: 'done'; readonly result: MomentDifferences };

/** What the thread for the past answers, of one profile. */
export interface MomentQuestions {
  topicsAt(arg: { readonly atUs: number; readonly withIds: boolean }): MomentTopics;
  /** Of topics that had no message yet there is no value. */
  valuesAt(arg: {
    readonly atUs: number;
    readonly topics: readonly number[];
    readonly headBytes: number;
  }): readonly MomentValue[];
  /** How many messages there are at or before a moment: another number means another state. */
  messagesAt(arg: { readonly atUs: number }): number;
  density(arg: DensityRequest): Density;
  step(
    arg: StepRequest,
  ): { readonly timeUs: number; readonly id: number; readonly topic: string } | null;
  /** Goes on with a comparison. */
  compare(arg: CompareRequest): CompareAnswer;
}

export type MomentQuestion = keyof MomentQuestions;

/** A profile's past at any moment. Reads see what was stored; `settled` first waits for all that was appended. */
export interface Moments {
  ask<Question extends MomentQuestion>(
    question: Question,
    argument: Parameters<MomentQuestions[Question]>[0],
    settled: boolean,
  ): Promise<ReturnType<MomentQuestions[Question]>>;
}
