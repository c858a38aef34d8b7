import type { Clock } from './clock';
import type { History } from './history/history';

interface Noted {
  readonly profileId: string;
  readonly history: Pick<History, 'beginSession' | 'endSession' | 'recordGap'>;
  readonly clock: Clock;
}

/** What the history says of a profile's connection beside its messages: sessions, and the gaps in them. */
export class SessionNotes {
  readonly #noted: Noted;
  /** Null while there is no session: one begins with the first that there is to note. */
  #key: number | null = null;
  #gapFromUs: number | null = null;

  constructor(noted: Noted) {
    this.#noted = noted;
  }

  /** The session's key; it begins now where there is none. */
  keyFrom(fromUs: number): number {
    const { history, profileId } = this.#noted;
    this.#key ??= history.beginSession(profileId, fromUs);
    return this.#key;
  }

  /** The connection was lost. @param silentMs how long nothing had come: what a network lost meanwhile is missing, too */
  lost(silentMs: number): void {
    this.#gapFromUs = this.#noted.clock.nowUs() - Math.round(silentMs * 1_000);
  }

  /** The connection is there; a gap ends where there was one. */
  connected(): void {
    this.#endGap('The connection was lost and came back.');
  }

  end(): void {
    this.#endGap('The connection was lost and did not come back.');
    this.#gapFromUs = null;
    const key = this.#key;
    this.#key = null;
    if (key !== null) this.#noted.history.endSession(key, this.#noted.clock.nowUs());
  }

  /** A packet was refused before it was a message. */
  refused(detail: string): void {
    const nowUs = this.#noted.clock.nowUs();
    const gap = { kind: 'refused', fromUs: nowUs, toUs: nowUs, messages: 1, detail } as const;
    this.#noted.history.recordGap(this.keyFrom(nowUs), gap);
  }

  #endGap(detail: string): void {
    const fromUs = this.#gapFromUs;
    if (fromUs === null || this.#key === null) return;
    this.#gapFromUs = null;
    const toUs = this.#noted.clock.nowUs();
    const gap = { kind: 'disconnected', fromUs, toUs, messages: 0, detail } as const;
    this.#noted.history.recordGap(this.#key, gap);
  }
}
