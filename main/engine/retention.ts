import { messageOf } from '../../app/errors';
import type { History } from './history/history';

/** What a profile's history may take. */
export const DEFAULT_MAX_BYTES = 1_000_000_000;

const STEP_MESSAGES = 2_000;
const STEP_PAUSE_MS = 5;

export interface RetentionOptions {
  readonly profileId: string;
  readonly history: History;
  readonly maxBytes?: number;
  /** Old messages could not be removed, and why. */
  readonly onProblem: (message: string) => void;
}

/** Keeps a profile's history within its limit, oldest messages first, in steps that never hold up a packet. */
export class Retention {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: RetentionOptions) {}

  /** To be called after something was stored; costs a look at a counter while all is well. */
  check(): void {
    const { profileId, history, maxBytes = DEFAULT_MAX_BYTES } = this.options;
    if (this.timer !== null || history.totals(profileId).bytes <= maxBytes) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      try {
        if (history.prune(profileId, maxBytes, STEP_MESSAGES) > 0) this.check();
      } catch (error) {
        this.options.onProblem(messageOf(error));
      }
    }, STEP_PAUSE_MS);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
