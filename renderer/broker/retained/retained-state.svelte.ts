import type {
  CopyPlan,
  RetainedFrame,
  RetainedParams,
  RetainedRow,
  RetainedScope,
  RetainedSelection,
  RetainedSort,
} from '../../../app/contract-retained';
import { MOST_RETAINED_ROWS } from '../../../app/contract-retained-schemas';
import { messageOf } from '../../../app/errors';
import type { TopicMapping } from '../../../app/replay/topic-mapping';
import type { EngineClient, OpenView } from '../../../app/rpc/client';
import { VirtualScroller } from '../../ui/virtual-scroller.svelte';

export const ROW_HEIGHT = 25;
const OVERSCAN = 20;

export interface ShownRetained {
  readonly index: number;
  readonly row: RetainedRow | null;
}

/** What is asked before many messages are sent. */
export type RetainedAsking =
  | { readonly kind: 'clear'; readonly scope: RetainedScope; readonly messages: number }
  | { readonly kind: 'copy'; readonly scope: RetainedScope; readonly messages: number }
  | { readonly kind: 'undo'; readonly undoId: string };

/** The list of what one broker retains: its filter, what is found in it, and the job that goes over it. */
export class RetainedState {
  readonly scroller = new VirtualScroller(ROW_HEIGHT, OVERSCAN);
  /** The topic filter as it is typed. */
  filter = $state.raw('#');
  /** What is asked now; null for nothing. */
  asking = $state.raw<RetainedAsking | null>(null);
  /** Messages per second as it is typed; empty for as fast as the broker takes them. */
  rate = $state.raw('');
  #text = $state.raw('');
  #sort = $state.raw<RetainedSort>('arrival');
  #descending = $state.raw(false);
  #frame = $state.raw<RetainedFrame | null>(null);
  #failure = $state.raw<string | null>(null);
  #active = $state.raw<number | null>(null);
  /** A job that is over and was put aside. */
  #closedJob = $state.raw(0);
  #undoing: { readonly undoId: string; readonly confirmation: string | null } | null = null;
  #view: OpenView<RetainedParams> | null = null;
  #sent = '';

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
  ) {}

  get frame(): RetainedFrame | null {
    return this.#frame;
  }

  get failure(): string | null {
    return this.#failure;
  }

  get text(): string {
    return this.#text;
  }

  get sort(): RetainedSort {
    return this.#sort;
  }

  get descending(): boolean {
    return this.#descending;
  }

  /** The row number that the keys act on. */
  get active(): number | null {
    return this.#active;
  }

  get activeRow(): RetainedRow | null {
    return this.#active === null ? null : this.#rowAt(this.#active);
  }

  get isListing(): boolean {
    return this.#frame?.listing.kind === 'running';
  }

  /** The job under way, or the last one until it is put aside. */
  get job(): RetainedFrame['job'] {
    const job = this.#frame?.job ?? null;
    return job?.id === this.#closedJob ? null : job;
  }

  get isBusy(): boolean {
    const phase = this.#frame?.job?.phase;
    return phase !== undefined && !['done', 'cancelled', 'failed', 'asks'].includes(phase);
  }

  /** What the buttons act on: the selection where there is one, else all that is shown. */
  get scope(): { readonly scope: RetainedScope; readonly messages: number } {
    const frame = this.#frame;
    if (frame !== null && frame.selected > 0)
      return { scope: 'selected', messages: frame.selected };
    return { scope: 'shown', messages: frame?.total ?? 0 };
  }

  /** Null for as fast as it goes; NaN for what is no number. */
  get perSecond(): number | null {
    const text = this.rate.trim();
    if (text === '') return null;
    const number = Number(text);
    return Number.isInteger(number) && number >= 1 && number <= 1_000_000 ? number : Number.NaN;
  }

  get shownRows(): readonly ShownRetained[] {
    const { first, count } = this.scroller.range(10);
    return Array.from({ length: count }, (_, at) => ({
      index: first + at,
      row: this.#rowAt(first + at),
    }));
  }

  get params(): RetainedParams {
    const { first, count } = this.scroller.range();
    return {
      ...{ profileId: this.profileId, text: this.#text },
      ...{ sort: this.#sort, descending: this.#descending, first },
      count: Math.min(MOST_RETAINED_ROWS, Math.max(count, 60)),
    };
  }

  /** Opens the view; returns how to close it. */
  open(): () => void {
    this.#failure = null;
    this.#sent = JSON.stringify(this.params);
    this.#view = this.engine.open(
      'retained',
      this.params,
      (frame) => {
        this.#frame = frame;
        this.scroller.total = frame.total;
        if (this.#active !== null && this.#active >= frame.total) this.#active = null;
      },
      (error) => {
        this.#view = null;
        this.#failure = messageOf(error);
      },
    );
    return () => {
      this.#view?.close();
      this.#view = null;
    };
  }

  /** Tells the engine what is wanted now, if that is anything new. */
  update(params: RetainedParams): void {
    const sent = JSON.stringify(params);
    if (sent === this.#sent) return;
    this.#sent = sent;
    this.#view?.update(params);
  }

  find(text: string): void {
    this.#text = text;
    this.#active = null;
    this.scroller.scrollTo(0);
  }

  /** Puts the rows in another order; the same one again turns it round. */
  order(sort: RetainedSort): void {
    this.#descending = sort === this.#sort ? !this.#descending : false;
    this.#sort = sort;
    this.#active = null;
    this.scroller.scrollTo(0);
  }

  async list(): Promise<void> {
    this.#active = null;
    this.scroller.scrollTo(0);
    await this.engine.calls.listRetained({ profileId: this.profileId, filter: this.filter });
  }

  cancel(): Promise<void> {
    return this.engine.calls.cancelRetained({ profileId: this.profileId });
  }

  /** Makes a row the active one. */
  go(index: number): void {
    this.#active = index;
    this.scroller.show(index);
  }

  select(select: RetainedSelection): Promise<void> {
    return this.engine.calls.selectRetained({ profileId: this.profileId, select });
  }

  topics(): Promise<string> {
    return this.engine.calls.retainedTopics({ profileId: this.profileId });
  }

  /** Asks before the selected, or all shown, messages are cleared or copied. */
  ask(kind: 'clear' | 'copy'): void {
    const { scope, messages } = this.scope;
    if (messages > 0 && !this.isBusy && !this.isListing) this.asking = { kind, scope, messages };
  }

  clear(scope: RetainedScope, expected: number, confirmation: string | null): Promise<void> {
    const { profileId, perSecond } = this;
    return this.engine.calls.clearRetainedSet({
      ...{ profileId, scope, expected, perSecond, confirmation },
    });
  }

  plan(scope: RetainedScope, targetId: string, mapping: TopicMapping | null): Promise<CopyPlan> {
    const { profileId } = this;
    return this.engine.calls.planRetainedCopy({ profileId, scope, targetId, mapping });
  }

  copy(
    scope: RetainedScope,
    expected: number,
    confirmation: string | null,
    to: { readonly targetId: string; readonly mapping: TopicMapping | null },
  ): Promise<void> {
    const { profileId, perSecond } = this;
    return this.engine.calls.copyRetained({
      ...{ profileId, scope, expected, perSecond, confirmation, ...to },
    });
  }

  undo(undoId: string, confirmation: string | null): Promise<void> {
    this.#undoing = { undoId, confirmation };
    return this.#undo('ask');
  }

  /** Goes on with an undo that asked what becomes of topics that others have written to. */
  settle(conflicts: 'keep' | 'overwrite'): Promise<void> {
    return this.#undo(conflicts);
  }

  async forget(undoId: string): Promise<void> {
    await this.engine.calls.forgetUndo({ profileId: this.profileId, undoId });
  }

  /** Puts the result of a job aside. */
  closeJob(): void {
    this.#closedJob = this.#frame?.job?.id ?? 0;
  }

  async #undo(conflicts: 'ask' | 'keep' | 'overwrite'): Promise<void> {
    const undoing = this.#undoing;
    if (undoing === null) return;
    const { profileId, perSecond } = this;
    await this.engine.calls.undoRetainedSet({ profileId, ...undoing, conflicts, perSecond });
  }

  #rowAt(index: number): RetainedRow | null {
    const frame = this.#frame;
    return frame?.rows[index - frame.first] ?? null;
  }
}
