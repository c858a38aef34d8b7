import type { ListEnd, MessagesFrame } from '../../../../app/contract-search';

/** Which rows of a list are wanted. */
export interface RowsRequest {
  readonly first: number;
  readonly count: number;
  readonly end: ListEnd | null;
}

/** What a list answers; it is named by who keeps it. */
export type RowsReply = Omit<MessagesFrame, 'list' | 'run'>;

/** A moment or a message that is looked for in a list. */
export type Place = { readonly timeUs: number } | { readonly id: number };

/** Messages in an order, of any number: found by a search, or all of a profile. Lives in the search's thread. */
export interface MessageList {
  /** Goes on in the background for a moment; whether there is more to do. */
  work(isOver: () => boolean): boolean;
  /** Looks for what was stored since the last call. @returns whether `work` has something to do */
  refresh(): boolean;
  /** Goes no further; what was found stays. */
  stop(): void;
  rows(request: RowsRequest): RowsReply;
  /** Null where the list has no such row. */
  rowAt(place: Place, end: ListEnd | null): number | null;
}
