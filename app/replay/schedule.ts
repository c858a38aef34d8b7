/** When each message of a replay is due. Pure: the clock is passed in, in ms of a monotonic clock. */

/** Times faster than it was; `max` is as fast as the broker takes it. */
export type ReplaySpeed = number | 'max';

export const MIN_SPEED = 0.1;
export const MAX_SPEED = 1_000;

/** Whether a speed can be asked for. */
export function isReplaySpeed(speed: ReplaySpeed): boolean {
  return speed === 'max' || (speed >= MIN_SPEED && speed <= MAX_SPEED);
}

export interface ScheduleOptions {
  readonly speed: ReplaySpeed;
  /** Longer pauses between two messages are taken to be so long; null keeps them. Source time, µs. */
  readonly maxPauseUs: number | null;
}

/**
 * The plan of a replay. Messages are planned one after the other: each is due so long after the first as it came after
 * it, divided by the speed. The plan is anchored, so that late messages never make later ones later: nothing adds up.
 */
export class Schedule {
  #speed: ReplaySpeed;
  readonly #maxPauseUs: number;
  /** The message planned last: its source time, and when it was due. */
  #lastUs: number | null = null;
  #dueMs = 0;

  constructor({ speed, maxPauseUs }: ScheduleOptions) {
    this.#speed = speed;
    this.#maxPauseUs = maxPauseUs ?? Infinity;
  }

  get speed(): ReplaySpeed {
    return this.#speed;
  }

  /** Source time (µs) of the message planned last; null before the first, and after `restart`. */
  get positionUs(): number | null {
    return this.#lastUs;
  }

  /** When the next message is due; it is planned only by `plan`. The first one is due at once. */
  dueMs(timeUs: number, nowMs: number): number {
    if (this.#speed === 'max') return nowMs;
    if (this.#lastUs === null) return nowMs;
    return this.#dueMs + this.#pauseUs(timeUs) / 1_000 / this.#speed;
  }

  /** The next message takes its place in the plan. Returns when it is due. */
  plan(timeUs: number, nowMs: number): number {
    const dueMs = this.dueMs(timeUs, nowMs);
    this.#dueMs = dueMs;
    this.#lastUs = timeUs;
    return dueMs;
  }

  /** A message that goes now, whenever it was due: the next one follows it. */
  jump(timeUs: number, nowMs: number): void {
    this.#lastUs = timeUs;
    this.#dueMs = nowMs;
  }

  /** What is still to come of the pause before the next message stays; what was late is no longer. */
  shift(byMs: number): void {
    this.#dueMs += byMs;
  }

  /** From now on at another speed. What is planned last counts as due now, unless it is due later. */
  setSpeed(speed: ReplaySpeed, nowMs: number): void {
    if (this.#lastUs !== null && this.#speed !== 'max' && speed !== 'max') {
      // The part of the pause that has passed has passed at the old speed.
      const passedUs = Math.max(0, nowMs - this.#dueMs) * 1_000 * this.#speed;
      this.#dueMs = nowMs - passedUs / 1_000 / speed;
    } else {
      this.#dueMs = nowMs;
    }
    this.#speed = speed;
  }

  /** The next message is the first one again: after a seek, and at the beginning of each loop. */
  restart(): void {
    this.#lastUs = null;
  }

  /** The wall clock can have been set back between two messages: these come without a pause. */
  #pauseUs(timeUs: number): number {
    const pauseUs = Math.max(0, timeUs - (this.#lastUs ?? timeUs));
    return Math.min(pauseUs, this.#maxPauseUs);
  }
}
