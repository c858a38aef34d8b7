import type { Moment } from '../../app/contract-time';
import { EDGE } from './paint-timeline';
import type { TimeState } from './time-state.svelte';

/** So near to the end a drag is live again, px. */
const LIVE_PX = 4;
/** Two presses within this time are a double click, which must not leave the moment that was in view before it. */
const DOUBLE_MS = 500;
/** Px of one line, for wheels that count lines (`WheelEvent.deltaMode` 1). */
const LINE_PX = 25;
/** A notch of a mouse's wheel is about 100 px: that much zooms by a fifth. */
const ZOOM_PER_PX = 1.0019;
/** Fingers move less than a wheel does. */
const PINCH_PER_PX = 1.01;

/** What a pointer does on the strip: scrub, pan, zoom. */
export class StripPointer {
  #hoverX = $state.raw<number | null>(null);
  #drag = $state.raw<'scrub' | 'pan' | null>(null);
  #lastX = 0;
  #before: Moment = null;
  #downAtMs = -Infinity;

  constructor(private readonly time: () => TimeState) {}

  /** Where the pointer is on the strip, px; null when it is elsewhere. */
  get hoverX(): number | null {
    return this.#hoverX;
  }

  get isPanning(): boolean {
    return this.#drag === 'pan';
  }

  /** The moment under a place of the strip. */
  timeAt(x: number): number {
    const { timeline } = this.time();
    return timeline.timeAt(Math.max(0, Math.min(timeline.width, x - EDGE)));
  }

  down(event: PointerEvent): void {
    const isPan = event.button === 1 || (event.button === 0 && event.shiftKey);
    if (!isPan && event.button !== 0) return;
    const strip = stripOf(event);
    strip.setPointerCapture(event.pointerId);
    this.#drag = isPan ? 'pan' : 'scrub';
    this.#lastX = xOn(strip, event);
    if (event.timeStamp - this.#downAtMs > DOUBLE_MS) this.#before = this.time().atUs;
    this.#downAtMs = event.timeStamp;
    if (!isPan) this.#scrub(this.#lastX);
  }

  move(event: PointerEvent): void {
    const x = xOn(stripOf(event), event);
    this.#hoverX = x;
    if (this.#drag === 'scrub') this.#scrub(x);
    else if (this.#drag === 'pan') {
      const { timeline } = this.time();
      timeline.pan(-timeline.timeOf(x - this.#lastX));
      this.#lastX = x;
    }
  }

  up(): void {
    this.#drag = null;
  }

  leave(): void {
    if (this.#drag === null) this.#hoverX = null;
  }

  doubleClick(): void {
    const time = this.time();
    time.goTo(this.#before);
    time.timeline.fitAll();
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const { timeline } = this.time();
    const unit = event.deltaMode === 1 ? LINE_PX : 1;
    const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(across) > Math.abs(event.deltaY) || (event.shiftKey && across !== 0)) {
      timeline.pan(timeline.timeOf(across * unit));
      return;
    }
    // A pinch comes as a wheel with Ctrl down.
    const factor = (event.ctrlKey ? PINCH_PER_PX : ZOOM_PER_PX) ** (event.deltaY * unit);
    timeline.zoom(this.timeAt(xOn(stripOf(event), event)), factor);
  }

  #scrub(x: number): void {
    const time = this.time();
    const { timeline } = time;
    const isAtEnd = x - EDGE >= timeline.width - LIVE_PX && timeline.shown.toUs >= timeline.endUs;
    time.goTo(isAtEnd ? null : this.timeAt(x));
  }
}

function stripOf(event: Event): HTMLElement {
  return event.currentTarget as HTMLElement;
}

function xOn(strip: HTMLElement, event: MouseEvent): number {
  return event.clientX - strip.getBoundingClientRect().left;
}
