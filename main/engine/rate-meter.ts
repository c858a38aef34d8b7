/** Shorter than this, a difference of counts says little about a rate. */
const WINDOW_MS = 500;
const SMOOTHING = 0.5;

/** Messages per second from a counter that someone reads now and then: no timer and no work per message. */
export class RateMeter {
  /** Null until there is something to compare with. */
  perSecond: number | null = null;

  constructor(
    private count: number,
    private atMs: number,
  ) {}

  /** Begins anew: what was counted until now did not come in this time. */
  restart(count: number, nowMs: number): void {
    this.count = count;
    this.atMs = nowMs;
    this.perSecond = null;
  }

  /** Takes a reading; true when the rate changed. */
  read(count: number, nowMs: number): boolean {
    const elapsedMs = nowMs - this.atMs;
    if (elapsedMs < WINDOW_MS) return false;
    const now = ((count - this.count) * 1000) / elapsedMs;
    // After a pause (a hidden window) the old rate says nothing any more.
    const keep = this.perSecond === null || elapsedMs > 4 * WINDOW_MS ? 0 : SMOOTHING;
    const next = (this.perSecond ?? 0) * keep + now * (1 - keep);
    this.count = count;
    this.atMs = nowMs;
    const rounded = next < 0.05 ? 0 : next;
    const changed = rounded !== this.perSecond;
    this.perSecond = rounded;
    return changed;
  }
}
