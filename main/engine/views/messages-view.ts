import type { MessagesFrame, MessagesParams } from '../../../app/contract-search';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';

const INTERVAL_MS = 100;

/** Messages of all topics: what a search finds, or all of them. The list itself is kept by the search's thread. */
export class MessagesView implements ViewSource<MessagesParams, MessagesFrame> {
  readonly intervalMs = INTERVAL_MS;
  private list: Promise<number> | null = null;
  private params: MessagesParams;
  /** Other parameters are to be answered even when nothing else changed. */
  private isAsked = true;

  constructor(
    private readonly runtime: ProfileRuntime,
    params: MessagesParams,
  ) {
    this.params = params;
  }

  update(params: MessagesParams): void {
    const isNew = params.run !== this.params.run;
    this.params = params;
    this.isAsked = true;
    if (isNew) this.closeList();
  }

  async next(): Promise<MessagesFrame | null> {
    const { params } = this;
    const { search, run, first, count, end, stopped } = params;
    // Before anything is waited for: what is asked meanwhile wants an answer of its own.
    const again = this.takeAsked();
    this.list ??= this.runtime.upToDate().openList(search.selection.profileId, search);
    const opened = this.list;
    const list = await opened;
    // Closed, or asked for another search, while it was opened.
    if (this.list !== opened) return null;
    const reply = await this.runtime.history.listRows({
      ...{ list, first, count, end, stopped },
      again,
    });
    // Rows of a search that is no longer asked for would be shown as those of the new one.
    return reply === null || this.list !== opened ? null : { run, list, ...reply };
  }

  close(): void {
    this.closeList();
  }

  private takeAsked(): boolean {
    const { isAsked } = this;
    this.isAsked = false;
    return isAsked;
  }

  private closeList(): void {
    const { list } = this;
    this.list = null;
    // One that could not be opened needs no closing; the view was told why.
    list?.then(
      (key) => {
        this.runtime.history.closeList(key);
      },
      () => undefined,
    );
  }
}
