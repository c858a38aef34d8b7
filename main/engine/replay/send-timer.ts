/** Below this a timer of 1 ms would be too late as often as not. */
const SPIN_BELOW_MS = 1;
/** Where messages come closer than this, the next one of many is always near: timers of 1 ms take them together. */
const SPIN_GAP_MS = 2;

/**
 * Calls back when a message is due: a timer for the whole milliseconds, and for the rest turns of the event loop, which
 * let everything else run in between. In a dense stream it does not spin: it would never rest.
 */
export class SendTimer {
  readonly #call: () => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #lastDueMs = -Infinity;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** In the next turn. */
  soon(): void {
    this.#clearTimer();
    this.#immediate ??= setImmediate(this.#fire);
  }

  after(ms: number): void {
    if (this.#immediate !== null) return;
    this.#clearTimer();
    this.#timer = setTimeout(this.#fire, ms);
  }

  /** At a time of the monotonic clock, or a little later. */
  at(dueMs: number, nowMs: number): void {
    const waitMs = dueMs - nowMs;
    const isSparse = dueMs - this.#lastDueMs >= SPIN_GAP_MS;
    if (waitMs < SPIN_BELOW_MS && isSparse) {
      this.soon();
      return;
    }
    this.#lastDueMs = waitMs < SPIN_BELOW_MS ? dueMs : this.#lastDueMs;
    // A timer cannot be longer than 2^31 - 1 ms; it is asked again then.
    this.after(Math.min(Math.max(1, Math.floor(waitMs)), 2_147_483_647));
  }

  clear(): void {
    this.#clearTimer();
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
  }

  readonly #fire = (): void => {
    this.#timer = null;
    this.#immediate = null;
    this.#call();
  };

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
