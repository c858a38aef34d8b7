import { untrack } from 'svelte';
import {
  positionShowing,
  scrollScale,
  spacerHeight,
  visibleRange,
  type ScrollMetrics,
} from './scroll-window';

/** Px of one line, for wheels that count lines (`WheelEvent.deltaMode` 1). */
const LINE_PX = 25;

/** Where a scrolled list of fixed-height rows stands. Bind `viewport` and `attach` to the scrolling element. */
export class VirtualScroller {
  #total = $state.raw(0);
  #viewport = $state.raw(0);
  /** Px from the beginning of the unscaled list. */
  #position = $state.raw(0);
  #element: HTMLElement | null = null;
  /** The scrollTop that was set here: its event says nothing new. */
  #ownScrollTop: number | null = null;
  /** The element was not yet long enough to stand where it should: its spacer grows after the rows are known. */
  #isBehind = false;

  constructor(
    readonly rowHeight: number,
    readonly overscan = 8,
  ) {}

  get viewport(): number {
    return this.#viewport;
  }

  set viewport(height: number) {
    this.#viewport = height;
  }

  get total(): number {
    return this.#total;
  }

  set total(total: number) {
    if (total === this.#total) return;
    this.#total = total;
    this.#position = Math.max(0, Math.min(this.#position, total * this.rowHeight - this.#viewport));
  }

  get position(): number {
    return this.#position;
  }

  // Getters, not `$derived`: those belong to the component that first makes them, and a scroller may outlive it.
  get #metrics(): ScrollMetrics {
    return { total: this.#total, rowHeight: this.rowHeight, viewport: this.#viewport };
  }

  get scale(): number {
    return scrollScale(this.#metrics);
  }

  get spacerHeight(): number {
    return spacerHeight(this.#metrics);
  }

  /** The rows on the screen with `overscan` of them before and after. */
  range(overscan = this.overscan): { readonly first: number; readonly count: number } {
    return visibleRange(this.#metrics, this.#position, overscan);
  }

  /** The first of the rows that should be rendered: those on the screen, with some before and after. */
  get first(): number {
    return this.range().first;
  }

  /** How many rows should be rendered. */
  get count(): number {
    return this.range().count;
  }

  /** The first row that can be seen, if only in part. */
  get topRow(): number {
    return Math.floor(this.#position / this.rowHeight);
  }

  /** Whole rows that fit: a page for PageUp and PageDown. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewport / this.rowHeight) - 1);
  }

  /** Where a row stands inside the spacer, px. */
  top(row: number): number {
    if (this.scale === 1) return row * this.rowHeight;
    return row * this.rowHeight - this.#position + this.#position / this.scale;
  }

  /** Takes over the scrolling element; returns how to let it go. */
  attach(element: HTMLElement): () => void {
    this.#element = element;
    $effect(() => {
      // Read, so that this runs once more when the element has become longer.
      const isLong = this.spacerHeight > 0;
      untrack(() => {
        if (isLong && this.#isBehind) this.#scrollElement();
      });
    });
    untrack(() => {
      this.#scrollElement();
    });
    const onScroll = (): void => {
      this.#readElement(element);
    };
    const onWheel = (event: WheelEvent): void => {
      this.#wheel(event);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      this.#element = null;
    };
  }

  /** Scrolls just as far as needed to see a row. */
  show(row: number): void {
    this.scrollTo(positionShowing(this.#metrics, this.#position, row));
  }

  /** As `show`, for a row that the list may have gained since its length was last heard of. */
  reach(row: number): void {
    if (row >= this.#total) this.#total = row + 1;
    this.show(row);
  }

  /** Follows the rows on the screen when others came or went above them. */
  shift(rows: number): void {
    this.scrollTo(this.#position + rows * this.rowHeight);
  }

  /** Whether `shift` can follow that far in a list that is `total` rows long by now. */
  canShift(rows: number, total: number): boolean {
    const limit = Math.max(0, total * this.rowHeight - this.#viewport);
    const position = this.#position + rows * this.rowHeight;
    return rows === 0 || (position >= 0 && position <= limit);
  }

  /** Goes to a position: px from the beginning of the unscaled list. */
  scrollTo(position: number): void {
    const limit = this.#total * this.rowHeight - this.#viewport;
    this.#position = Math.max(0, Math.min(position, limit));
    this.#scrollElement();
  }

  #scrollElement(): void {
    if (!this.#element) return;
    const wanted = this.#position / this.scale;
    this.#isBehind = false;
    if (Math.abs(this.#element.scrollTop - wanted) < 0.5) return;
    this.#element.scrollTop = wanted;
    this.#ownScrollTop = this.#element.scrollTop;
    this.#isBehind = wanted - this.#ownScrollTop > 1;
  }

  #readElement(element: HTMLElement): void {
    const own = this.#ownScrollTop;
    this.#ownScrollTop = null;
    if (own !== null && Math.abs(element.scrollTop - own) < 1) return;
    this.#isBehind = false;
    this.#position = element.scrollTop * this.scale;
  }

  /** In a scaled list a wheel notch must still move by rows, not by `scale` times as much. */
  #wheel(event: WheelEvent): void {
    if (this.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? this.#viewport : 1;
    this.scrollTo(this.#position + event.deltaY * unit);
  }
}
