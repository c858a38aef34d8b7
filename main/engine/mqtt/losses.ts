import { usesToken } from '../../../app/authentication';
import type { ConnectionFailure } from '../../../app/connection';
import { repeatedFailure } from '../../../app/connection-failure';
import type { RawFailure } from '../../../app/raw-failure';
import type { Profile } from '../../../app/profile';
import { MOST_VIOLATIONS, reconnectDelayMs, STABLE_AFTER_MS } from './reconnect-policy';

/** A connection that two clients with one id fight for lasts no longer than this… */
const SHORT_LIVED_MS = 3_000;
/** …and after so many in a row another try only throws the other one out. */
const MOST_SHORT_LIVED = 2;

const NOT_AUTHORISED = 0x87;

/** What to do when a connection was lost, or did not come about. */
export type AfterLoss =
  | { readonly kind: 'failed'; readonly failure: ConnectionFailure }
  | {
      readonly kind: 'retry';
      /** 1 is the first after a sound connection. */
      readonly attempt: number;
      readonly delayMs: number;
    };

/** Counts what went wrong since a connection was last sound, and decides whether and when it is tried again. */
export class Losses {
  readonly #delayMs: (attempt: number) => number;
  /** Losses and failed tries. */
  #attempt = 0;
  #wasConnected = false;
  /** How many times the server broke the protocol. */
  #violations = 0;
  /** Connections in a row that were accepted and closed without a word at once. */
  #shortLived = 0;

  constructor(delayMs?: (attempt: number) => number) {
    this.#delayMs = delayMs ?? ((attempt) => reconnectDelayMs(attempt, Math.random()));
  }

  /** A person wants the connection: what was before is forgotten. */
  begin(): void {
    this.#attempt = 0;
    this.#shortLived = 0;
    this.#violations = 0;
    this.#wasConnected = false;
  }

  connected(): void {
    this.#wasConnected = true;
  }

  /**
   * Whether another client must have the same client id. A broker of MQTT 3 says nothing when one takes over: it only
   * closes, again and again. `lastedMs` is null when there was no connection.
   */
  isClientIdInUse(
    failure: RawFailure,
    { clientId }: Pick<Profile, 'clientId'>,
    lastedMs: number | null,
  ): boolean {
    const isShort = failure.kind === 'closed' && (lastedMs ?? Infinity) < SHORT_LIVED_MS;
    this.#shortLived = isShort && clientId !== '' ? this.#shortLived + 1 : 0;
    return this.#shortLived >= MOST_SHORT_LIVED;
  }

  /** A first try that fails is told at once; a connection that was there is brought back, where that can help. */
  next(failure: ConnectionFailure, lastedMs: number | null): AfterLoss {
    if (!this.#wasConnected || !failure.retryable) return { kind: 'failed', failure };
    this.#count(failure, lastedMs ?? 0);
    if (this.#violations >= MOST_VIOLATIONS)
      return { kind: 'failed', failure: repeatedFailure(failure, this.#violations) };
    const delayMs = failure.code === 'sign-in-renewed' ? 0 : this.#delayMs(this.#attempt);
    return { kind: 'retry', attempt: this.#attempt, delayMs };
  }

  /** However often it comes back, a connection that soon ends again is not a sound one. */
  #count({ code }: ConnectionFailure, lastedMs: number): void {
    const wasSound = lastedMs >= STABLE_AFTER_MS;
    this.#attempt = wasSound ? 1 : this.#attempt + 1;
    if (wasSound) this.#violations = 0;
    if (code === 'protocol-error' || code === 'packet-too-large') this.#violations += 1;
  }
}

/**
 * Brokers that watch how long a token is good close the connection when it ends, as if it was never allowed. What was allowed
 * for a while is worth another token; a refusal of that one is told as it is.
 */
export function isEndedToken(
  failure: RawFailure,
  { authentication }: Pick<Profile, 'authentication'>,
  lastedMs: number,
): boolean {
  const isRefusal = failure.kind === 'server-disconnect' && failure.code === NOT_AUTHORISED;
  return isRefusal && lastedMs >= STABLE_AFTER_MS && usesToken(authentication);
}
