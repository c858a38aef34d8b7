import type { ProfilesFrame, RecentPublish, StatusFrame } from '../../../app/contract';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';

const STATUS_INTERVAL_MS = 200;
const LIST_INTERVAL_MS = 50;
/** How often the list is looked through for what changes without a word: its numbers of stored messages. */
const NUMBERS_INTERVAL_MS = 1_000;

/** The status bar of one profile. */
export class StatusView implements ViewSource<{ readonly profileId: string }, StatusFrame> {
  readonly intervalMs = STATUS_INTERVAL_MS;
  private sent = '';

  constructor(private readonly runtime: ProfileRuntime) {}

  update(): void {
    this.sent = '';
  }

  next(nowMs: number): StatusFrame | null {
    const status = this.runtime.status(nowMs);
    const text = JSON.stringify(status);
    if (text === this.sent) return null;
    this.sent = text;
    return status;
  }

  close(): void {
    this.sent = '';
  }
}

/** The profile list with the state of every connection. */
export class ProfilesView implements ViewSource<Record<never, never>, ProfilesFrame> {
  readonly intervalMs = LIST_INTERVAL_MS;
  private sentVersion = -1;
  private sent = '';
  private lookedAtMs = -Infinity;

  constructor(
    private readonly version: () => number,
    private readonly list: () => ProfilesFrame,
  ) {}

  update(): void {
    this.sentVersion = -1;
    this.sent = '';
  }

  next(nowMs: number): ProfilesFrame | null {
    const version = this.version();
    const looksAgain = nowMs - this.lookedAtMs >= NUMBERS_INTERVAL_MS;
    if (version === this.sentVersion && !looksAgain) return null;
    this.sentVersion = version;
    this.lookedAtMs = nowMs;
    const frame = this.list();
    const text = JSON.stringify(frame);
    if (text === this.sent) return null;
    this.sent = text;
    return frame;
  }

  close(): void {
    this.sent = '';
  }
}

/** The last publishes of a profile. */
export class PublishesView implements ViewSource<
  { readonly profileId: string },
  { readonly publishes: readonly RecentPublish[] }
> {
  readonly intervalMs = LIST_INTERVAL_MS;
  private sentVersion = -1;

  constructor(private readonly runtime: ProfileRuntime) {}

  update(): void {
    this.sentVersion = -1;
  }

  next(): { readonly publishes: readonly RecentPublish[] } | null {
    const { publishLog } = this.runtime;
    if (publishLog.version === this.sentVersion) return null;
    this.sentVersion = publishLog.version;
    return { publishes: publishLog.all };
  }

  close(): void {
    this.sentVersion = -1;
  }
}
