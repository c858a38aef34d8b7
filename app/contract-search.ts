/** The part of the contract that lists messages of all topics: what a search found, or all in the order of arrival. */
import type { GapKind } from './gap';
import type { MessageHead } from './message';
import type { MessageSearch } from './search/message-search';

/** Where a list ends that does not follow: the newest message in it, and when that was. */
export interface ListEnd {
  readonly id: number;
  readonly timeUs: number;
}

export interface MessagesParams {
  readonly search: MessageSearch;
  /** Counted up with each search, so that a frame says which one it belongs to; another number searches anew. */
  readonly run: number;
  /** The rows that are wanted. */
  readonly first: number;
  readonly count: number;
  /** Null follows: what comes is listed. */
  readonly end: ListEnd | null;
  /** The search goes no further; what it found stays. */
  readonly stopped: boolean;
}

export interface MessagesFrame {
  readonly run: number;
  /** Names the list in `messageRow`. */
  readonly list: number;
  /** Rows up to the end: messages, and what stands between them. */
  readonly total: number;
  readonly first: number;
  readonly rows: readonly ListRow[];
  /** Messages that came after the end. */
  readonly newer: number;
  /** Where a list that follows would end now; null while there is nothing. */
  readonly newest: ListEnd | null;
  readonly progress: ListProgress;
}

export interface ListProgress {
  /** `counting`: all are listed, but how many they are is not known yet. */
  readonly state: 'searching' | 'counting' | 'done' | 'stopped' | 'full';
  /** Messages that were looked at, or of which it is known that they are not meant, and how many there are. */
  readonly searched: number;
  readonly messages: number;
  readonly found: number;
  readonly elapsedMs: number;
  /** Messages whose payloads could not be looked into: damaged, or JSON beyond `MOST_JSON_BYTES`. */
  readonly unreadable: number;
  readonly tooLarge: number;
}

export type ListRow =
  | {
      readonly kind: 'message';
      readonly topic: string;
      readonly head: MessageHead;
      /** A part of the payload, from `previewAt` on: of a match that is further back, what is around it. */
      readonly preview: Uint8Array;
      readonly previewAt: number;
    }
  /** A message that cannot be shown: it was removed since, or a part of the file is damaged. */
  | { readonly kind: 'missing'; readonly id: number; readonly isDamaged: boolean }
  /** A connection began or ended. */
  | {
      readonly kind: 'session';
      readonly key: number;
      readonly begins: boolean;
      readonly timeUs: number;
    }
  | {
      readonly kind: 'gap';
      readonly key: number;
      readonly gap: GapKind;
      readonly fromUs: number;
      readonly toUs: number;
      /** Messages known to be missing. */
      readonly messages: number;
      readonly detail: string;
    };

/** One run of a connection, for a choice of them. */
export interface SessionChoice {
  readonly key: number;
  readonly startedUs: number;
  /** Null while it runs. */
  readonly endedUs: number | null;
  readonly messages: number;
}

export interface SearchCalls {
  /**
   * The row of a list where a moment begins (the first message at or after it), or where a message stands; null where the
   * list has none.
   */
  messageRow(arg: {
    readonly profileId: string;
    readonly list: number;
    readonly end: ListEnd | null;
    readonly at: { readonly timeUs: number } | { readonly id: number };
  }): number | null;
  /** The newest sessions of a profile, at most 200. */
  sessionChoices(arg: { readonly profileId: string }): readonly SessionChoice[];
}

export interface SearchViews {
  messages: { readonly params: MessagesParams; readonly frame: MessagesFrame };
}
