import { lengthOf, type Span } from '../../app/time/span';
import type { ChartCursor } from './chart-cursor.svelte';
import type { ChartRange } from './chart-range.svelte';
import { timeArea } from './plot-scene';

const WHEEL_FACTOR = 1.0018;
const WHEEL_LINE_PX = 18;
/** A shorter stretch was a click. */
const LEAST_SELECTION_PX = 4;

/** What a pointer does over a plot: wheel zooms, drag pans, drag with Shift (or the right button) selects. */
export class PlotPointer {
  /** From which moment to which px: the plot moves on under the pointer, and what was begun with goes along. */
  #selection = $state.raw<{ readonly anchorUs: number; readonly x: number } | null>(null);
  #drag: {
    readonly x: number;
    readonly atUs: number;
    readonly span: Span;
    readonly selects: boolean;
  } | null = null;
  #isOver = $state.raw(false);
  #isPanning = $state.raw(false);

  constructor(
    private readonly range: () => ChartRange,
    private readonly cursor: () => ChartCursor,
    private readonly size: () => { readonly width: number; readonly hasRightAxis: boolean },
  ) {}

  /** The stretch that is being selected, px. */
  get selection(): { readonly from: number; readonly to: number } | null {
    if (!this.#selection) return null;
    const { anchorUs, x } = this.#selection;
    const { left } = this.#area;
    const anchorX = this.#clamped(left + (anchorUs - this.range().span.fromUs) / this.pixelUs);
    return { from: Math.min(anchorX, x), to: Math.max(anchorX, x) };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isPanning(): boolean {
    return this.#isPanning;
  }

  /** The time that a pixel covers. */
  get pixelUs(): number {
    const { left, right } = this.#area;
    return this.range().lengthUs / (right - left);
  }

  timeAt(x: number): number {
    return this.range().span.fromUs + (x - this.#area.left) * this.pixelUs;
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1;
    const { deltaX, deltaY } = event;
    const isSideways = event.shiftKey || Math.abs(deltaX) > Math.abs(deltaY);
    if (isSideways) this.range().pan((deltaX === 0 ? deltaY : deltaX) * unit * this.pixelUs);
    else
      this.range().zoom(this.timeAt(this.#clamped(event.offsetX)), WHEEL_FACTOR ** (deltaY * unit));
    this.#read(event.offsetX);
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const { offsetX: x, shiftKey: selects } = event;
    const atUs = this.timeAt(this.#clamped(x));
    this.#drag = { x, atUs, span: this.range().span, selects };
  }

  move(event: PointerEvent): void {
    this.#isOver = true;
    const { offsetX: x } = event;
    if (this.#drag?.selects) {
      this.#selection = { anchorUs: this.#drag.atUs, x: this.#clamped(x) };
    } else if (this.#drag && (this.#isPanning || Math.abs(x - this.#drag.x) > 2)) {
      this.#isPanning = true;
      const { span } = this.#drag;
      const byUs = (this.#drag.x - x) * (lengthOf(span) / (this.#area.right - this.#area.left));
      this.range().show({ fromUs: span.fromUs + byUs, toUs: span.toUs + byUs });
    }
    this.#read(x);
  }

  up(): void {
    const { selection } = this;
    if (selection && selection.to - selection.from >= LEAST_SELECTION_PX) {
      this.range().show({ fromUs: this.timeAt(selection.from), toUs: this.timeAt(selection.to) });
    }
    this.#drag = null;
    this.#selection = null;
    this.#isPanning = false;
  }

  leave(): void {
    this.#isOver = false;
    if (!this.#drag) this.cursor().timeUs = null;
  }

  #read(x: number): void {
    const { left, right } = this.#area;
    this.cursor().timeUs = x >= left && x <= right ? this.timeAt(x) : null;
  }

  #clamped(x: number): number {
    return Math.max(this.#area.left, Math.min(this.#area.right, x));
  }

  get #area(): { readonly left: number; readonly right: number } {
    const { width, hasRightAxis } = this.size();
    return timeArea(width, hasRightAxis);
  }
}
