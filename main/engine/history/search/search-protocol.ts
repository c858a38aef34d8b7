import type { ListEnd } from '../../../../app/contract-search';
import type { MessageSearch } from '../../../../app/search/message-search';
import type { Place, RowsReply, RowsRequest } from './message-list';

/** What the search's thread answers. A list is known by its key until it is closed. */
export interface SearchThreadCalls {
  openList(arg: { readonly profileId: string; readonly search: MessageSearch }): number;
  closeList(arg: { readonly list: number }): void;
  /** Null when nothing changed since the last reply to the same request. */
  listRows(arg: ListRequest): RowsReply | null;
  listRowAt(arg: {
    readonly list: number;
    readonly place: Place;
    readonly end: ListEnd | null;
  }): number | null;
}

export interface ListRequest extends RowsRequest {
  readonly list: number;
  /** The search goes no further. */
  readonly stopped: boolean;
  /** A reply is wanted even if it is the same as the last one. */
  readonly again: boolean;
}
