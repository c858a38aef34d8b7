/** The part of the contract about the retained messages of a broker: listed, cleared, put back and copied. */
import type { ValueKind } from './contract';
import type { QoS } from './message';
import type { TopicMapping } from './replay/topic-mapping';

export const RETAINED_SORTS = ['arrival', 'topic', 'size', 'qos'] as const;
export type RetainedSort = (typeof RETAINED_SORTS)[number];

export interface RetainedParams {
  readonly profileId: string;
  /** Text in the topic, any case; empty for all. */
  readonly text: string;
  readonly sort: RetainedSort;
  readonly descending: boolean;
  readonly first: number;
  readonly count: number;
}

export interface RetainedRow {
  /** Stays the same in one listing. */
  readonly id: number;
  readonly topic: string;
  readonly sizeBytes: number;
  /** Null until it is known. */
  readonly qos: QoS | null;
  readonly preview: string;
  readonly kind: ValueKind;
  /** When this connection last saw a message of the topic, wall clock in ms; null when it never did. */
  readonly seenMs: number | null;
  /** Seconds until the broker throws it away, when it was listed; null for never. */
  readonly expirySeconds: number | null;
  readonly hasProperties: boolean;
  readonly isSelected: boolean;
}

/** How far the list of what the broker keeps has come. */
export type ListingState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly step: 'connecting' | 'receiving' | 'levels' }
  /** `note` says why it may not be all; null when it is. */
  | { readonly kind: 'done'; readonly endedMs: number; readonly note: string | null }
  | { readonly kind: 'failed'; readonly message: string };

export type RetainedJobKind = 'clear' | 'undo' | 'copy';

export interface FailureGroup {
  readonly reason: string;
  readonly messages: number;
  /** At most five of the topics. */
  readonly topics: readonly string[];
}

export interface RetainedJob {
  readonly kind: RetainedJobKind;
  readonly id: number;
  /** `asks`: somebody else has written to some of the topics since; nothing was sent. */
  readonly phase:
    'checking' | 'saving' | 'sending' | 'verifying' | 'done' | 'cancelled' | 'failed' | 'asks';
  /** Messages in all, once they are known. */
  readonly total: number;
  readonly sent: number;
  /** The broker said that it took them, or for QoS 0 they were sent. */
  readonly done: number;
  readonly failed: number;
  readonly failures: readonly FailureGroup[];
  /** Topics that needed nothing: gone already, or as they should be. */
  readonly skipped: number;
  /** For `asks`: topics that hold something else now. */
  readonly conflicts: number;
  readonly conflictTopics: readonly string[];
  /** What the broker itself said afterwards: how many of the cleared topics still hold something; null before. */
  readonly left: number | null;
  readonly elapsedMs: number;
  /** Why it ended early, in words. */
  readonly problem: string | null;
  /** For `clear`: what `undoRetainedSet` takes. */
  readonly undoId: string | null;
  /** The connection that gets them. */
  readonly targetName: string;
}

/** A set of messages that was cleared, and can be put back. */
export interface UndoSet {
  readonly id: string;
  readonly timeMs: number;
  readonly filter: string;
  readonly messages: number;
  readonly bytes: number;
}

export interface RetainedFrame {
  readonly listing: ListingState;
  /** The filter of the list. */
  readonly filter: string;
  /** Rows that the text lets through, and their payload bytes. */
  readonly total: number;
  /** The same of the whole list. */
  readonly all: number;
  readonly bytes: number;
  readonly selected: number;
  readonly selectedBytes: number;
  readonly first: number;
  readonly rows: readonly RetainedRow[];
  /** The rows are being put in another order: what is shown is as before. */
  readonly isArranging: boolean;
  readonly job: RetainedJob | null;
  readonly undos: readonly UndoSet[];
}

/** `selected`, or all rows that the text lets through. */
export type RetainedScope = 'selected' | 'shown';

export type RetainedSelection =
  | {
      /**
       * `only`: this row alone, and the next range begins here. `range`: from where the last one began to this row.
       */
      readonly kind: 'only' | 'toggle' | 'range';
      readonly row: number;
      /** Of the row as it was seen: rows that came meanwhile do not make it another one. */
      readonly topic?: string | undefined;
    }
  | { readonly kind: 'all' }
  | { readonly kind: 'none' };

export interface CopyPlan {
  readonly messages: number;
  readonly bytes: number;
  readonly renamed: number;
  /** Topics that two of the messages would have. */
  readonly doubled: number;
  /** Names that are not valid topics. */
  readonly invalid: number;
  /** The first ones, as they are and as they would be. */
  readonly examples: ReadonlyArray<{ readonly from: string; readonly to: string }>;
  /** Why it cannot be done, in words. */
  readonly problem: string | null;
}

/** What a job over many messages is asked with. */
export interface RetainedOrder {
  readonly profileId: string;
  readonly scope: RetainedScope;
  /** The number of messages that was shown when it was confirmed. */
  readonly expected: number;
  /** Messages per second; null for as fast as the broker takes them. */
  readonly perSecond: number | null;
  /** The name that was typed, where the broker is marked as production. */
  readonly confirmation: string | null;
}

export interface RetainedCalls {
  /** Asks the broker for its retained messages, over a connection of its own. */
  listRetained(arg: { readonly profileId: string; readonly filter: string }): void;
  /** Ends the list, or the job, that is under way. */
  cancelRetained(arg: { readonly profileId: string }): void;
  /** Row numbers are those of the last frame. */
  selectRetained(arg: { readonly profileId: string; readonly select: RetainedSelection }): void;
  /** The topics of the selected rows, one a line; at most 10,000. */
  retainedTopics(arg: { readonly profileId: string }): string;
  clearRetainedSet(arg: RetainedOrder): void;
  undoRetainedSet(arg: {
    readonly profileId: string;
    readonly undoId: string;
    readonly conflicts: 'ask' | 'keep' | 'overwrite';
    readonly perSecond: number | null;
    readonly confirmation: string | null;
  }): void;
  forgetUndo(arg: { readonly profileId: string; readonly undoId: string }): void;
  planRetainedCopy(arg: {
    readonly profileId: string;
    readonly scope: RetainedScope;
    readonly targetId: string;
    readonly mapping: TopicMapping | null;
  }): CopyPlan;
  copyRetained(
    arg: RetainedOrder & { readonly targetId: string; readonly mapping: TopicMapping | null },
  ): void;
}

export interface RetainedViews {
  retained: { readonly params: RetainedParams; readonly frame: RetainedFrame };
}
