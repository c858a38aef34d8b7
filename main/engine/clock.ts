/** A wall clock that was changed by more than this is followed. */
const MAX_DRIFT_MS = 50;

/** Wall clock in µs with the resolution of the monotonic clock; `resync` follows changes of the system's clock. */
export class Clock {
  private offsetMs = Date.now() - performance.now();

  nowUs(): number {
    return Math.round((this.offsetMs + performance.now()) * 1000);
  }

  resync(): void {
    const offsetMs = Date.now() - performance.now();
    if (Math.abs(offsetMs - this.offsetMs) > MAX_DRIFT_MS) this.offsetMs = offsetMs;
  }
}
