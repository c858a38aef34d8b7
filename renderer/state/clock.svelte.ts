/** The wall clock, a second at a time, for everything that shows how long ago something was. */
class Clock {
  #nowMs = $state.raw(Date.now());

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.#nowMs = Date.now();
    }, 1000);
    document.addEventListener('visibilitychange', () => {
      this.#nowMs = Date.now();
    });
  }

  /** Milliseconds since 1970; changes once a second while the window is visible. */
  get nowMs(): number {
    return this.#nowMs;
  }
}

export const clock = new Clock();
