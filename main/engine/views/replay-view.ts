import type { ReplayFrame } from '../../../app/contract-replay';
import type { ViewSource } from '../../../app/rpc/server';
import type { ReplayDesk } from '../replay/replay-desk';

/** While messages go, their numbers are shown ten times a second. */
const RUNNING_INTERVAL_MS = 100;

/** The replay page and the status bar. */
export class ReplayView implements ViewSource<Record<never, never>, ReplayFrame> {
  readonly intervalMs = RUNNING_INTERVAL_MS;
  private sentVersion = -1;
  private wasRunning = false;

  constructor(private readonly desk: ReplayDesk) {}

  update(): void {
    this.sentVersion = -1;
  }

  next(nowMs: number): ReplayFrame | null {
    const isRunning = this.desk.running !== null;
    const isSame = this.desk.version === this.sentVersion && !isRunning && !this.wasRunning;
    if (isSame) return null;
    this.sentVersion = this.desk.version;
    this.wasRunning = isRunning;
    return this.desk.frame(nowMs);
  }

  close(): void {
    this.sentVersion = -1;
  }
}
