import type {
  TopicPath,
  TreeFrame,
  TreeParams,
  TreePosition,
  TreeRow,
  TreeSort,
  TreeStep,
} from '../../app/contract';
import type { Moment } from '../../app/contract-time';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { toaster } from '../ui/toaster.svelte';
import { VirtualScroller } from '../ui/virtual-scroller.svelte';
import { shiftOfRow, TreePointer } from './tree-pointer.svelte';

export const ROW_HEIGHT = 25;
/** Rows asked for beyond the edges, so that ordinary scrolling finds them there. */
const OVERSCAN = 24;
/** Rows in the page beyond the edges: those that a turn of the wheel shows before the next paint. */
const OVERSCAN_SHOWN = 10;
/** The engine's limit for one frame. */
const MOST_ROWS = 500;
/** After a key moved the selection the order rests for this long. */
const KEY_HOLD_MS = 3000;
/** Letters typed within this time make one word of the type-ahead. */
const TYPE_AHEAD_MS = 900;

/** What a tree needs from the window it is shown in. */
export interface TreeHost {
  selected(): TopicPath | null;
  select(path: TopicPath | null): void;
  sort(): TreeSort;
  /** The moment in view; null is live. */
  atUs(): Moment;
}

/** One profile's topic tree: the frame on the screen, the scroll position, the filter, and the keyboard's verbs. */
export class TreeState {
  readonly scroller = new VirtualScroller(ROW_HEIGHT, OVERSCAN);
  readonly pointer = new TreePointer();
  #frame = $state.raw<TreeFrame | null>(null);
  #filter = $state.raw('');
  #problem = $state.raw<string | null>(null);
  #keyHold = $state.raw(false);
  /** News that would have moved the row that is aimed at, though no scrolling can make up for it. */
  #late: TreeFrame | null = null;
  #view: OpenView<TreeParams> | null = null;
  #wanted: TreeParams | null = null;
  #keyTimer: ReturnType<typeof setTimeout> | null = null;
  #typed = '';
  #typedAt = 0;
  /** Keys wait for each other: each step starts where the one before ended. */
  #steps: Promise<void> = Promise.resolve();
  #waitingSteps = 0;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
    private readonly host: TreeHost,
  ) {}

  get frame(): TreeFrame | null {
    return this.#frame;
  }

  /** Whether stored topics are still being read: what is not there yet may come. */
  get isLoading(): boolean {
    return this.#frame?.loading ?? false;
  }

  /** What is typed; the tree follows as fast as the engine can filter it. */
  get filter(): string {
    return this.#filter;
  }

  set filter(text: string) {
    if (text === this.#filter) return;
    this.#filter = text;
    this.pointer.letGo();
    this.scroller.scrollTo(0);
    const selected = this.selected;
    // Back in the whole tree, the person wants to see where the found topic stands.
    if (this.#filter === '' && selected !== null) this.#run(this.reveal(selected));
  }

  /** The rows of the frame that stand in the page: what can be seen, and a little more. */
  get shownRows(): { readonly first: number; readonly rows: readonly TreeRow[] } {
    const frame = this.#frame;
    if (!frame) return { first: 0, rows: [] };
    const { first, count } = this.scroller.range(OVERSCAN_SHOWN);
    const from = Math.max(0, first - frame.first);
    const end = Math.max(from, first + count - frame.first);
    return { first: frame.first + from, rows: frame.rows.slice(from, end) };
  }

  /** Why there are no frames, in words; null when all is well. */
  get problem(): string | null {
    return this.#problem;
  }

  get selected(): TopicPath | null {
    return this.host.selected();
  }

  /** The selected row, while it is among the rows of the frame. */
  get selectedRow(): TreeRow | null {
    const path = this.selected;
    return this.#frame?.rows.find((row) => row.path === path) ?? null;
  }

  /** What the engine should send now. */
  get params(): TreeParams {
    return {
      profileId: this.profileId,
      first: this.scroller.first,
      count: Math.min(MOST_ROWS, Math.ceil(this.scroller.viewport / ROW_HEIGHT) + 2 * OVERSCAN + 1),
      sort: this.host.sort(),
      filter: this.#filter,
      selected: this.selected,
      holdOrder: this.pointer.isInside || this.#keyHold,
      atUs: this.host.atUs(),
    };
  }

  /** Opens the view; returns how to close it. The last frame stays, to be there at once the next time. */
  open(): () => void {
    this.#problem = null;
    this.#wanted = this.params;
    const view = this.engine.open(
      'tree',
      this.#wanted,
      (frame) => {
        this.#show(frame);
      },
      (error) => {
        this.#problem = messageOf(error);
      },
    );
    this.#view = view;
    return () => {
      view.close();
      this.#view = null;
    };
  }

  /** Tells the engine what is wanted now, if that is anything new. */
  update(params: TreeParams): void {
    if (this.#wanted && isSame(this.#wanted, params)) return;
    if (this.#wanted?.sort !== params.sort || this.#wanted.atUs !== params.atUs)
      this.pointer.letGo();
    this.#wanted = params;
    this.#view?.update(params);
  }

  /** The pointer rests: what came too late for the hand may come now. */
  pointerRests(): void {
    this.pointer.rest();
    if (this.#late) this.#show(this.#late);
  }

  select(path: TopicPath): void {
    this.host.select(path);
  }

  toggle(row: TreeRow): void {
    if (row.expandable) this.setExpanded(row.path, !row.expanded, false);
  }

  setExpanded(path: TopicPath, expanded: boolean, deep: boolean): void {
    const { profileId } = this;
    const atUs = this.host.atUs();
    this.#run(this.engine.calls.setExpanded({ profileId, path, expanded, deep, atUs }));
  }

  setAllExpanded(expanded: boolean): void {
    this.pointer.letGo();
    const { profileId } = this;
    const atUs = this.host.atUs();
    this.#run(this.engine.calls.setAllExpanded({ profileId, expanded, atUs }));
  }

  /** Expands what hides a topic and scrolls to it. */
  async reveal(path: TopicPath): Promise<void> {
    const { profileId } = this;
    const atUs = this.host.atUs();
    this.#go(await this.engine.calls.revealTopic({ profileId, path, atUs }));
  }

  /** Moves the selection as a key asks. Held keys do not pile up. */
  step(step: TreeStep): void {
    this.#enqueue(() =>
      this.engine.calls.treeStep({
        profileId: this.profileId,
        from: this.selected,
        step,
        pageRows: this.scroller.pageRows,
        atUs: this.host.atUs(),
      }),
    );
  }

  /** Selects the next row that begins with what is being typed. */
  typeAhead(letter: string): void {
    const now = Date.now();
    const goesOn = now - this.#typedAt < TYPE_AHEAD_MS;
    this.#typedAt = now;
    // The same letter again and again goes from one match to the next.
    const repeats = goesOn && this.#typed === letter;
    if (!repeats) this.#typed = goesOn ? this.#typed + letter : letter;
    const text = this.#typed;
    this.#enqueue(() =>
      this.engine.calls.treeTypeAhead({
        profileId: this.profileId,
        from: this.selected,
        text,
        includeFrom: goesOn && !repeats,
        atUs: this.host.atUs(),
      }),
    );
  }

  /** Whether the next letter (a space, say) belongs to a word that is being typed. */
  get isTyping(): boolean {
    return Date.now() - this.#typedAt < TYPE_AHEAD_MS;
  }

  #show(frame: TreeFrame): void {
    const { scroller, pointer } = this;
    const before = this.#frame;
    const shift = before ? this.#shiftOfAnchor(before, frame) : 0;
    this.#late = pointer.isAiming && !scroller.canShift(shift, frame.total) ? frame : null;
    if (this.#late) return;
    const position = scroller.position + shift * ROW_HEIGHT;
    this.#frame = frame;
    scroller.total = frame.total;
    if (!before) {
      if (frame.selectedIndex !== null) scroller.reach(frame.selectedIndex);
    } else if (shift !== 0) scroller.scrollTo(position);
  }

  /** By how many rows that one moves that is to stay where it is: what a hand aims at, or a person reads. */
  #shiftOfAnchor(before: TreeFrame, after: TreeFrame): number {
    const { position, topRow } = this.scroller;
    const read = position > 0 && this.host.sort() === 'name' ? topRow : null;
    const anchor = this.pointer.rowAt(position, ROW_HEIGHT) ?? read;
    return anchor === null ? 0 : shiftOfRow(before, after, anchor);
  }

  #enqueue(ask: () => Promise<TreePosition | null>): void {
    if (this.#waitingSteps > 1) return;
    this.#waitingSteps++;
    this.#holdForKeys();
    const work = async (): Promise<void> => {
      try {
        this.#go(await ask());
      } catch (error) {
        toaster.problem(messageOf(error));
      } finally {
        this.#waitingSteps--;
      }
    };
    this.#steps = this.#steps.then(work);
  }

  #go(position: TreePosition | null): void {
    if (!position) return;
    this.pointer.letGo();
    this.host.select(position.path);
    this.scroller.reach(position.index);
  }

  #holdForKeys(): void {
    this.#keyHold = true;
    if (this.#keyTimer !== null) clearTimeout(this.#keyTimer);
    this.#keyTimer = setTimeout(() => {
      this.#keyHold = false;
    }, KEY_HOLD_MS);
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      toaster.problem(messageOf(error));
    });
  }
}

function isSame(one: TreeParams, other: TreeParams): boolean {
  return (Object.keys(one) as (keyof TreeParams)[]).every((key) => one[key] === other[key]);
}
