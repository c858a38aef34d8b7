import type {
  ListEnd,
  ListRow,
  MessagesFrame,
  MessagesParams,
  SessionChoice,
} from '../../app/contract-search';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { isSearch, type MessageSearch } from '../../app/search/message-search';
import { parseQuery } from '../../app/search/parse-query';
import type { QueryProblem } from '../../app/search/query';
import { toaster } from '../ui/toaster.svelte';
import { VirtualScroller } from '../ui/virtual-scroller.svelte';
import { EMPTY_FORM, filterProblem, searchOf, type SearchForm } from './search-form';

export const ROW_HEIGHT = 25;
const OVERSCAN = 24;
const MOST_ROWS = 300;
/** What is typed is searched for when no letter came for so long. */
const TYPING_MS = 350;

const TYPED: ReadonlySet<string> = new Set<keyof SearchForm>(['text', 'filter', 'from', 'to']);

export type ShownRow = { readonly index: number; readonly row: ListRow | null };

/** One profile's list of messages: the fields above it, what the engine lists for them, where a person reads. */
export class MessagesState {
  readonly scroller = new VirtualScroller(ROW_HEIGHT, OVERSCAN);
  #form = $state.raw<SearchForm>(EMPTY_FORM);
  #search = $state.raw<MessageSearch>();
  #problem = $state.raw<QueryProblem | null>(null);
  #failure = $state.raw<string | null>(null);
  #frame = $state.raw<MessagesFrame | null>(null);
  #end = $state.raw<ListEnd | null>(null);
  #isPaused = $state.raw(false);
  #stopped = $state.raw(false);
  #active = $state.raw<number | null>(null);
  #activeRow = $state.raw<ListRow | null>(null);
  #sessions = $state.raw<readonly SessionChoice[]>([]);
  #view: OpenView<MessagesParams> | null = null;
  /** Whether the list is on the screen; before that, a search has no view. */
  #isOpen = false;
  #run = $state.raw(0);
  #sent = '';
  #onListed: (() => void) | null = null;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
    private readonly remember: (query: string) => void,
  ) {
    this.#search = searchOf(EMPTY_FORM, profileId, Date.now());
  }

  get form(): SearchForm {
    return this.#form;
  }

  /** What is listed; the fields may be ahead of it while somebody types. */
  get search(): MessageSearch {
    return this.#search ?? searchOf(EMPTY_FORM, this.profileId, Date.now());
  }

  /** Whether messages are searched, and not all of them listed. */
  get isSearch(): boolean {
    return isSearch(this.search);
  }

  /** What is wrong with the query, in words. */
  get problem(): QueryProblem | null {
    return this.#problem;
  }

  get filterProblem(): string | null {
    return filterProblem(this.#form);
  }

  /** Why there is no list, in words. */
  get failure(): string | null {
    return this.#failure;
  }

  get frame(): MessagesFrame | null {
    return this.#frame;
  }

  get active(): number | null {
    return this.#active;
  }

  get activeRow(): ListRow | null {
    return this.#activeRow;
  }

  get sessions(): readonly SessionChoice[] {
    return this.#sessions;
  }

  /** Whether what comes is shown as it comes. */
  get isFollowing(): boolean {
    return this.#end === null && !this.#isPaused;
  }

  get isSearching(): boolean {
    return this.#frame?.progress.state === 'searching';
  }

  get shownRows(): readonly ShownRow[] {
    const { first, count } = this.scroller.range(10);
    const frame = this.#frame;
    return Array.from({ length: count }, (_, at) => {
      const index = first + at;
      return { index, row: frame?.rows[index - frame.first] ?? null };
    });
  }

  get params(): MessagesParams {
    const { first, count } = this.scroller.range();
    return {
      search: this.search,
      run: this.#run,
      first,
      count: Math.min(MOST_ROWS, Math.max(count, 60)),
      end: this.#end,
      stopped: this.#stopped,
    };
  }

  /** Opens the view; returns how to close it. */
  open(): () => void {
    this.#isOpen = true;
    this.#openView();
    void this.#loadSessions();
    return () => {
      clearTimeout(this.#typing);
      this.#isOpen = false;
      // It may be another one by now.
      this.#view?.close();
      this.#view = null;
    };
  }

  #openView(): void {
    this.#failure = null;
    const { params } = this;
    this.#sent = JSON.stringify(params);
    this.#view = this.engine.open(
      'messages',
      params,
      (frame) => {
        this.#show(frame);
      },
      (error) => {
        this.#view = null;
        this.#failure = messageOf(error);
      },
    );
  }

  /** Tells the engine what is wanted now, if that is anything new. */
  update(params: MessagesParams): void {
    const sent = JSON.stringify(params);
    if (sent === this.#sent) return;
    this.#sent = sent;
    this.#view?.update(params);
  }

  /** Changes the fields; what is typed is searched for a moment later, all else at once. */
  change(change: Partial<SearchForm>): void {
    this.#form = { ...this.#form, ...change };
    const isTyped = Object.keys(change).every((key) => TYPED.has(key));
    clearTimeout(this.#typing);
    if (!isTyped) this.run();
    else {
      this.#typing = setTimeout(() => {
        this.run();
      }, TYPING_MS);
    }
  }

  /** Searches for what stands in the fields; the list stays as it is when that is not understood. */
  run(): void {
    clearTimeout(this.#typing);
    const parsed = parseQuery(this.#form.text);
    this.#problem = parsed.ok ? null : parsed.problem;
    if (!parsed.ok || this.filterProblem !== null) return;
    const search = searchOf(this.#form, this.profileId, Date.now());
    if (JSON.stringify(search) === JSON.stringify(this.#search) && this.#failure === null) return;
    this.#search = search;
    this.#begin();
  }

  /** As `run`, and the query is remembered. */
  submit(): void {
    this.run();
    if (this.#problem === null && this.#form.text.trim() !== '')
      this.remember(this.#form.text.trim());
  }

  /** Stops a search; what it found stays. */
  stop(): void {
    this.#stopped = true;
  }

  /** Holds the list as it is; what comes is stored and counted meanwhile. */
  pause(): void {
    this.#isPaused = true;
    this.#hold();
  }

  /** Goes back to the newest messages, and shows what comes. */
  follow(): void {
    this.#isPaused = false;
    this.choose(null);
    this.#end = null;
    this.scroller.scrollTo(this.search.newestFirst ? 0 : Infinity);
  }

  /** While the newest row is in sight, and none is chosen, what comes is shown. */
  settle(isAtNewest: boolean): void {
    if (this.#isPaused || this.#active !== null || !isAtNewest) this.#hold();
    else this.#end = null;
  }

  /** Whether a hand aims at a row: while the list follows, it stands still for that. */
  aim(isAimed: boolean): void {
    this.#view?.hold(isAimed && this.isFollowing && !this.isSearching);
  }

  choose(index: number | null): void {
    if (index !== null) this.#hold();
    this.#active = index;
    this.#activeRow = index === null ? null : this.#rowAt(index);
    if (index !== null) this.scroller.show(index);
  }

  /** Goes to where a moment begins. @returns whether there is such a row */
  async goTo(at: { readonly timeUs: number } | { readonly id: number }): Promise<boolean> {
    const frame = this.#frame;
    if (frame === null) return false;
    this.#isPaused = true;
    this.#hold();
    const { profileId } = this;
    const request = { profileId, list: frame.list, at, end: this.#end };
    const row = await this.engine.calls.messageRow(request);
    if (row === null) return false;
    this.scroller.reach(row);
    this.choose(row);
    return true;
  }

  /** As `goTo`, once the list has its rows. */
  async goToWhenListed(at: { readonly id: number }): Promise<boolean> {
    await new Promise<void>((resolve) => {
      this.#onListed = resolve;
      if (this.#frame !== null) resolve();
    });
    return this.goTo(at);
  }

  #begin(): void {
    this.#failure = null;
    this.#run += 1;
    this.#frame = null;
    this.#end = null;
    this.#isPaused = false;
    this.#stopped = false;
    this.choose(null);
    this.scroller.total = 0;
    if (this.#isOpen && this.#view === null) this.#openView();
  }

  #hold(): void {
    this.#end ??= this.#frame?.newest ?? null;
  }

  #rowAt(index: number): ListRow | null {
    const frame = this.#frame;
    return frame?.rows[index - frame.first] ?? null;
  }

  #show(frame: MessagesFrame): void {
    // Another search was asked for meanwhile.
    if (frame.run !== this.#run) return;
    this.#frame = frame;
    // Paused before there was anything to hold.
    if (this.#isPaused) this.#hold();
    this.scroller.total = frame.total;
    if (frame.progress.state !== 'counting') this.#onListed?.();
    if (this.#end === null && !this.search.newestFirst) this.scroller.scrollTo(Infinity);
    if (this.#active !== null) this.#activeRow = this.#rowAt(this.#active) ?? this.#activeRow;
  }

  async #loadSessions(): Promise<void> {
    try {
      this.#sessions = await this.engine.calls.sessionChoices({ profileId: this.profileId });
    } catch (error) {
      toaster.problem(messageOf(error));
    }
  }
}
