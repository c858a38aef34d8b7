import { randomUUID } from 'node:crypto';
import type { ConnectionState, SubscriptionOutcome } from '../../../app/connection';
import { LoupeError } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { AskSecret } from '../../../app/secret';
import type { Subscription } from '../../../app/subscription';
import { createConnection } from '../mqtt/mqtt-connection';
import type { Surroundings } from '../mqtt/surroundings';
import type { Arrived, BulkMessage, BulkOutcome, Connection } from '../mqtt/types';

export interface OwnConnectionOptions {
  readonly profile: Profile;
  readonly secret: AskSecret;
  readonly authorities: readonly string[];
  readonly surroundings: Surroundings | undefined;
  readonly knownVersion: () => MqttVersion | null;
}

/** How a message that a subscription brought is taken; it is acknowledged when this returns. */
export type TakeRetained = (message: Arrived) => void;

/**
 * A connection beside that of the profile, for a short while: with a client id of its own, a session that ends with it, no
 * will, and only those subscriptions that it is asked for. When it is lost it does not come back.
 */
export class OwnConnection {
  readonly #connection: Connection;
  readonly #profile: Profile;
  #state: ConnectionState = { kind: 'disconnected' };
  #take: TakeRetained = () => undefined;
  readonly #waiting = new Set<() => void>();
  /** Why it ended, in words; null while it is there, or when we closed it. */
  #lost: string | null = null;
  #isClosed = false;
  #refused = 0;

  private constructor(options: OwnConnectionOptions) {
    const { profile } = options;
    this.#profile = {
      ...profile,
      ...{ cleanStart: true, will: null, subscriptions: [] },
      // Behind a fixed client id two connections would throw each other out.
      connect: { ...profile.connect, clientIdSuffix: true, sessionExpirySeconds: 0 },
    };
    this.#connection = createConnection({
      ...options,
      profile: this.#profile,
      sink: {
        onMessage: (message, done) => {
          // What was retained when the subscription was made has the flag; what comes live does not [MQTT-3.3.1-12].
          if (message.retain) this.#take(message);
          done();
        },
        onState: (state) => {
          this.#changed(state);
        },
        onRefused: () => {
          this.#refused += 1;
        },
      },
    });
  }

  /** @throws LoupeError `not-connected` with the reason, or the reason of the abort */
  static async open(options: OwnConnectionOptions, signal: AbortSignal): Promise<OwnConnection> {
    const own = new OwnConnection(options);
    own.#connection.connect();
    try {
      await own.#until(() => own.#state.kind === 'connected', signal);
    } catch (error) {
      await own.close();
      throw error;
    }
    return own;
  }

  get maximumQoS(): QoS {
    return this.#connection.maximumQoS;
  }

  /** Why the connection ended by itself; null while it has not. */
  get lost(): string | null {
    return this.#lost;
  }

  /** Messages that were larger than the profile takes. */
  get refused(): number {
    return this.#refused;
  }

  get retainAvailable(): boolean {
    return this.#state.kind !== 'connected' || this.#state.server.retainAvailable;
  }

  /** Makes these the subscriptions; what is retained comes to `take` from now on, until the next ones. */
  async subscribe(
    subscriptions: readonly Subscription[],
    take: TakeRetained,
    signal: AbortSignal,
  ): Promise<readonly SubscriptionOutcome[]> {
    this.#take = take;
    const before = this.#state;
    this.#connection.useProfile({ ...this.#profile, subscriptions: [...subscriptions] });
    await this.#until(() => this.#state !== before && this.#state.kind === 'connected', signal);
    return this.#state.kind === 'connected' ? this.#state.subscriptions : [];
  }

  /** See `Connection`. */
  publishBulk(message: BulkMessage, done: (outcome: BulkOutcome) => void): boolean {
    return this.#connection.publishBulk(message, done);
  }

  /**
   * Resolves when the broker has handled what was published before: messages of QoS 0 have no answer of their own, but
   * brokers handle the packets of a connection in their order, and this one they answer, if only to refuse it.
   */
  async handled(signal: AbortSignal): Promise<void> {
    const filter = `mqtt-loupe/nothing/${randomUUID()}`;
    const nothing = { filter, qos: 0, retainAsPublished: false, retainHandling: 2 } as const;
    await this.subscribe([nothing], () => undefined, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#take = () => undefined;
    await this.#connection.disconnect();
  }

  #changed(state: ConnectionState): void {
    this.#state = state;
    const isOver = state.kind === 'failed' || state.kind === 'reconnecting';
    if (isOver && !this.#isClosed && this.#lost === null) {
      this.#lost = `${state.failure.title} ${state.failure.advice}`;
      void this.#connection.disconnect();
    }
    for (const look of [...this.#waiting]) look();
  }

  #until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => {
        end(() => {
          reject(signal.reason as Error);
        });
      };
      const look = (): void => {
        const lost = this.#lost;
        if (lost !== null) {
          end(() => {
            reject(new LoupeError('not-connected', lost));
          });
        } else if (isSo()) end(resolve);
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else look();
    });
  }
}
