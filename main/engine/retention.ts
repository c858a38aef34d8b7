import type { History } from './history/history';

/** What a profile's history may take. */
export const DEFAULT_MAX_BYTES = 1_000_000_000;

const STEP_MESSAGES = 2_000;
const STEP_PAUSE_MS = 5;

/** Keeps a profile's history within its limit, oldest messages first, in steps that never hold up a packet. */
export class Retention {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly profileId: string,
    private readonly history: History,
    private readonly maxBytes = DEFAULT_MAX_BYTES,
  ) {}

  check(): void {
    if (this.timer !== null || this.history.totals(this.profileId).bytes <= this.maxBytes) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.history.prune(this.profileId, this.maxBytes, STEP_MESSAGES) > 0) this.check();
    }, STEP_PAUSE_MS);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
