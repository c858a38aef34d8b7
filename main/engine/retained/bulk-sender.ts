import type { FailureGroup } from '../../../app/contract-retained';
import type { BulkMessage, BulkOutcome } from '../mqtt/types';
import { SendTimer } from '../replay/send-timer';

/** A turn of sending gives way to everything else after so long. */
const TURN_MS = 5;
const TURN_MESSAGES = 32;
/** Where only others' publishes fill the window, nobody says when there is room again. */
const LOOK_AGAIN_MS = 20;
/** After a cancel the answers to what is under way are waited for so long. */
const ANSWERS_MS = 2_000;
const EXAMPLES = 5;
const MOST_REASONS = 20;

export interface BulkTarget {
  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean;
}

export interface SenderOptions {
  /** Null while there is no connection: then it ends. */
  readonly target: () => BulkTarget | null;
  readonly messages: readonly BulkMessage[];
  /** Null for as fast as the broker takes them. */
  readonly perSecond: number | null;
  readonly signal: AbortSignal;
  /** Why a message cannot be sent, in words; null when it can. */
  readonly problemOf: (message: BulkMessage) => string | null;
  /** After something was sent or answered. */
  readonly onChange: () => void;
  readonly onDone?: (message: BulkMessage) => void;
}

/** Sends a known number of messages to a broker, at most so many a second, and counts what became of them. */
export class BulkSender {
  sent = 0;
  done = 0;
  failed = 0;
  readonly #failures = new Map<string, { messages: number; topics: string[] }>();
  readonly #options: SenderOptions;
  readonly #timer = new SendTimer(() => {
    this.#pump();
  });
  readonly #startedMs = performance.now();
  #next = 0;
  #pumping = false;
  #end: () => void = () => undefined;
  #isOver = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get failures(): readonly FailureGroup[] {
    return [...this.#failures].map(([reason, group]) => ({ reason, ...group }));
  }

  /** Resolves when all is answered, when the connection is gone, or soon after the abort; never rejects. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#options;
      this.#end = resolve;
      const onAbort = (): void => {
        this.#timer.clear();
        if (this.#underWay === 0) this.#finish();
        else setTimeout(this.#finish, ANSWERS_MS).unref();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else this.#pump();
    });
  }

  get #underWay(): number {
    return this.sent - this.done - this.failed;
  }

  #pump(): void {
    if (this.#isOver || this.#options.signal.aborted) return;
    this.#pumping = true;
    const endMs = performance.now() + TURN_MS;
    for (let count = 1; this.#next < this.#options.messages.length; count += 1) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#timer.after(waitMs);
        break;
      }
      if (!this.#send()) {
        this.#timer.after(LOOK_AGAIN_MS);
        break;
      }
      if (count % TURN_MESSAGES !== 0 || performance.now() < endMs) continue;
      this.#timer.soon();
      break;
    }
    this.#pumping = false;
    this.#look();
  }

  /** How long the next message has to wait for its rate. */
  #waitMs(): number {
    const { perSecond } = this.#options;
    if (perSecond === null) return 0;
    return this.#startedMs + (this.#next * 1_000) / perSecond - performance.now();
  }

  /** False when the connection takes no more now. */
  #send(): boolean {
    const message = this.#options.messages[this.#next];
    const target = this.#options.target();
    if (message === undefined) return true;
    const problem = this.#options.problemOf(message);
    if (target === null || problem !== null) {
      this.#fail(message.topic, problem ?? 'The connection was closed before it was sent.');
      return this.#taken();
    }
    let isTold = false;
    const isTaken = target.publishBulk(message, (outcome) => {
      isTold = true;
      this.#settle(message, outcome);
    });
    return isTaken || isTold ? this.#taken() : false;
  }

  #taken(): true {
    this.#next += 1;
    this.sent += 1;
    return true;
  }

  #settle(message: BulkMessage, outcome: BulkOutcome): void {
    switch (outcome.kind) {
      case 'sent':
      case 'acknowledged':
        this.done += 1;
        this.#options.onDone?.(message);
        break;
      case 'refused':
        this.#fail(message.topic, outcome.reason);
        break;
      case 'lost':
        this.#fail(
          message.topic,
          'The connection was lost before the broker answered; it may have arrived.',
        );
    }
    this.#look();
  }

  #fail(topic: string, reason: string): void {
    this.failed += 1;
    const isNamed = this.#failures.has(reason) || this.#failures.size < MOST_REASONS;
    const key = isNamed ? reason : 'For other reasons.';
    const group = this.#failures.get(key) ?? { messages: 0, topics: [] };
    group.messages += 1;
    if (group.topics.length < EXAMPLES) group.topics.push(topic);
    this.#failures.set(key, group);
  }

  #look(): void {
    this.#options.onChange();
    if (this.#pumping || this.#isOver) return;
    const isAll = this.#next >= this.#options.messages.length || this.#options.signal.aborted;
    if (isAll && this.#underWay <= 0) this.#finish();
    else if (!this.#options.signal.aborted && this.#options.perSecond === null) this.#timer.soon();
  }

  readonly #finish = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.clear();
    this.#end();
  };
}
