/** What changes by itself is painted together, and not more often than this; faster than that nobody reads. */
const NEWS_MS = 100;
/** So long after a key, a press or a turn of the wheel, everything is shown as it comes. */
const ACTING_MS = 300;
const INPUTS = ['keydown', 'pointerdown', 'wheel'] as const;

/** What the queue needs of a window. */
export interface PaintClock {
  nowMs(): number;
  /** Runs once before the next paint. */
  nextPaint(run: () => void): void;
  /** Runs after a while, ms. */
  later(run: () => void, delayMs: number): void;
}

const windowClock: PaintClock = {
  nowMs: () => performance.now(),
  nextPaint: (run) => {
    requestAnimationFrame(run);
  },
  later: (run, delayMs) => {
    setTimeout(run, delayMs);
  },
};

/**
 * Gathers what is to be shown. The first news after a rest, and all that somebody waits for, is shown with the next
 * paint; news that follows on its heels waits until `NEWS_MS` are over and is then shown together: laying out and painting
 * a window costs about the same for one change as for many.
 */
export class PaintQueue {
  #waiting: (() => void)[] = [];
  #isAsked = false;
  #isTimed = false;
  #shownAtMs = -Infinity;
  #actedAtMs = -Infinity;

  constructor(private readonly clock: PaintClock = windowClock) {
    if (typeof document === 'undefined') return;
    const acted = (event: Event): void => {
      if (event.isTrusted) this.acted();
    };
    for (const name of INPUTS)
      document.addEventListener(name, acted, { capture: true, passive: true });
  }

  /** A person has done something, and what waits is shown. */
  acted(): void {
    this.#actedAtMs = this.clock.nowMs();
    if (this.#waiting.length > 0) this.#ask();
  }

  /** Runs `show` before a paint, in the order of adding. */
  add(show: () => void, urgent: boolean): void {
    this.#waiting.push(show);
    const now = this.clock.nowMs();
    const restMs = this.#shownAtMs + NEWS_MS - now;
    if (urgent || restMs <= 0 || now - this.#actedAtMs < ACTING_MS) this.#ask();
    else this.#wait(restMs);
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.clock.nextPaint(() => {
      this.#isAsked = false;
      this.#show();
    });
  }

  #wait(restMs: number): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.clock.later(() => {
      this.#isTimed = false;
      if (this.#waiting.length > 0) this.#ask();
    }, restMs);
  }

  #show(): void {
    this.#shownAtMs = this.clock.nowMs();
    for (const show of this.#waiting.splice(0)) {
      try {
        show();
      } catch (error) {
        // One that fails must not keep the others from the screen.
        reportError(error);
      }
    }
  }
}
