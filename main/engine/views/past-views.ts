import type { PastFrame, RecordingsFrame } from '../../../app/contract-manage';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';

const INTERVAL_MS = 500;
/** So many of the newest sessions are sent; the frame says how many there are in all. */
const MOST_SESSIONS = 2_000;

/** A profile's sessions, and what is being deleted of it. */
export class PastView implements ViewSource<{ readonly profileId: string }, PastFrame> {
  readonly intervalMs = INTERVAL_MS;
  readonly #runtime: ProfileRuntime;
  #sent = '';

  constructor(runtime: ProfileRuntime) {
    this.#runtime = runtime;
  }

  update(): void {
    this.#sent = '';
  }

  async next(): Promise<PastFrame | null> {
    const { history } = this.#runtime;
    const { id } = this.#runtime.profile;
    const { sessions, total } = await history.sessions(id, MOST_SESSIONS);
    const { stored, pruned, bytes, oldestTimeUs } = history.totals(id);
    const frame: PastFrame = {
      sessions,
      total,
      deletions: history.deletions
        .filter(({ profileId }) => profileId === id)
        .map(({ key, detail, expected, removed, done }) => ({
          key,
          detail,
          expected,
          removed,
          done,
        })),
      messages: stored - pruned,
      removed: pruned,
      bytes,
      oldestTimeUs,
    };
    const text = JSON.stringify(frame);
    if (text === this.#sent) return null;
    this.#sent = text;
    return frame;
  }

  close(): void {
    this.#sent = '';
  }
}

/** All recordings, and a damaged history that could be repaired. */
export class RecordingsView implements ViewSource<Record<never, never>, RecordingsFrame> {
  readonly intervalMs = INTERVAL_MS;
  readonly #list: () => RecordingsFrame;
  #sent = '';

  constructor(list: () => RecordingsFrame) {
    this.#list = list;
  }

  update(): void {
    this.#sent = '';
  }

  next(): RecordingsFrame | null {
    const frame = this.#list();
    const text = JSON.stringify(frame);
    if (text === this.#sent) return null;
    this.#sent = text;
    return frame;
  }

  close(): void {
    this.#sent = '';
  }
}
