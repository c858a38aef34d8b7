/** What changes by itself is painted together, and not more often than this; faster than that nobody reads. */
const NEWS_MS = 100;
/** So long after a key, a click or a turn of the wheel, everything is shown as it comes. */
const ACTING_MS = 300;
/** A press that lasts longer is no click. */
const LONGEST_CLICK_MS = 1000;
const INPUTS = ['keydown', 'wheel'] as const;
const RELEASES = ['pointerup', 'pointercancel'] as const;

/** What the queue needs of a window. */
export interface PaintClock {
  nowMs(): number;
  /** Runs once before the next paint. */
  nextPaint(run: () => void): void;
  /** Runs after a while, ms. */
  later(run: () => void, delayMs: number): void;
}

/** What is to be shown, and whether somebody waits for it. */
interface Waiting {
  readonly show: () => void;
  readonly urgent: boolean;
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
 * a window costs about the same for one change as for many. While a button of the pointer is down nothing changes by
 * itself: what it went down on is still there when it comes up, and the click means that.
 */
export class PaintQueue {
  #waiting: Waiting[] = [];
  #isAsked = false;
  #isTimed = false;
  #shownAtMs = -Infinity;
  #actedAtMs = -Infinity;
  #pressedAtMs = -Infinity;

  constructor(private readonly clock: PaintClock = windowClock) {
    if (typeof document === 'undefined') return;
    const listen = (names: readonly string[], heard: () => void): void => {
      const trusted = (event: Event): void => {
        if (event.isTrusted) heard();
      };
      for (const name of names)
        document.addEventListener(name, trusted, { capture: true, passive: true });
    };
    listen(INPUTS, () => {
      this.acted();
    });
    listen(['pointerdown'], () => {
      this.pressed();
    });
    listen(RELEASES, () => {
      this.released();
    });
  }

  /** A person has done something, and what waits is shown. */
  acted(): void {
    this.#actedAtMs = this.clock.nowMs();
    if (this.#waiting.length > 0) this.#ask();
  }

  /** A button of the pointer went down. */
  pressed(): void {
    this.#pressedAtMs = this.clock.nowMs();
  }

  /** It came up, or what it did has become a drag. */
  released(): void {
    // The click that it makes comes right behind it.
    this.clock.later(() => {
      this.#pressedAtMs = -Infinity;
      this.acted();
    }, 0);
  }

  /** Runs `show` before a paint, in the order of adding; what is urgent may overtake the rest. */
  add(show: () => void, urgent: boolean): void {
    this.#waiting.push({ show, urgent });
    const now = this.clock.nowMs();
    const heldMs = this.#heldMs(now);
    if (!urgent && heldMs > 0) {
      this.#wait(heldMs);
      return;
    }
    const restMs = this.#shownAtMs + NEWS_MS - now;
    if (urgent || restMs <= 0 || now - this.#actedAtMs < ACTING_MS) this.#ask();
    else this.#wait(restMs);
  }

  /** How much longer the window stands still for a press, ms. */
  #heldMs(now: number): number {
    return this.#pressedAtMs + LONGEST_CLICK_MS - now;
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
    const now = this.clock.nowMs();
    this.#shownAtMs = now;
    const heldMs = this.#heldMs(now);
    const all = this.#waiting;
    this.#waiting = heldMs > 0 ? all.filter(({ urgent }) => !urgent) : [];
    if (this.#waiting.length > 0) this.#wait(heldMs);
    for (const { show, urgent } of all) {
      if (heldMs > 0 && !urgent) continue;
      try {
        show();
      } catch (error) {
        // One that fails must not keep the others from the screen.
        reportError(error);
      }
    }
  }
}
