import type { Backlog } from './history/history';

/** More than this is not given to the history before it has stored what it has: what a crash would take is this at most. */
export const MOST_WAITING_BYTES = 32 * 1024 * 1024;
export const MOST_WAITING_MESSAGES = 30_000;

/** All connections share the history: so often one that waits looks whether it may go on. */
const LOOK_MS = 100;

export interface ValveOptions {
  /** What was given to the history, by any connection, and is not stored yet. */
  readonly backlog: () => Backlog;
  /** How long the broker is kept waiting before messages are refused; well within a keep-alive. */
  readonly holdMs: number;
  /** Messages are refused from now on (true), or taken again (false). */
  readonly onRefusing: (refusing: boolean) => void;
}

/**
 * What happens when the history is slower than the broker. First the broker waits: a message is taken, but its
 * acknowledgement and everything behind it on the connection wait until the history has caught up, so that TCP slows
 * the sender down and nothing is lost. A connection that is not read for long dies, so after `holdMs` messages are
 * refused instead, and counted; the memory that waiting messages take stays the same in both cases.
 */
export class Valve {
  readonly #options: ValveOptions;
  readonly #held: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #refusing = false;

  constructor(options: ValveOptions) {
    this.#options = options;
  }

  /** Whether a message that arrives now is not to be stored. */
  get refusing(): boolean {
    return this.#refusing;
  }

  /** Whether the broker is kept waiting. */
  get holding(): boolean {
    return this.#held.length > 0;
  }

  /** Lets the connection go on, now or when there is room. */
  pass(done: () => void): void {
    if (this.#refusing || !this.#isFull(1)) {
      done();
      return;
    }
    this.#held.push(done);
    this.#timer ??= setTimeout(() => {
      this.#refuse();
    }, this.#options.holdMs);
    this.#looking ??= setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  /** To be called after the history stored something, or could not. */
  look(): void {
    // Half empty, so that the connection does not stop and go with every batch.
    if (!this.#isFull(2)) this.#open();
  }

  /** Nothing more will come: nobody is kept waiting, and what was refused can be noted. */
  close(): void {
    this.#open();
  }

  #open(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    this.#letGo();
    if (!this.#refusing) return;
    this.#refusing = false;
    this.#options.onRefusing(false);
  }

  #refuse(): void {
    this.#refusing = true;
    this.#options.onRefusing(true);
    this.#letGo();
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const done of this.#held.splice(0)) done();
  }

  #isFull(part: number): boolean {
    const { bytes, messages } = this.#options.backlog();
    return bytes > MOST_WAITING_BYTES / part || messages > MOST_WAITING_MESSAGES / part;
  }
}
