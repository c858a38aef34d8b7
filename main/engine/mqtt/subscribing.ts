import type { MqttClient } from 'mqtt';
import type { ServerSettings, SubscriptionOutcome } from '../../../app/connection';
import type { Subscription } from '../../../app/subscription';
import type { LinkOptions } from './link-opening';
import { unansweredOutcomes } from './subscriptions';

const SUBACK_WITHIN_MS = 15_000;

export interface SubscribingEvents {
  /** What the broker said to what was wanted last, or that it did not answer in time. */
  readonly onOutcomes: (outcomes: readonly SubscriptionOutcome[]) => void;
  /** Its answer cannot be used, or the connection closed meanwhile. */
  readonly onBroken: (error: unknown) => void;
}

/** Makes the subscriptions of one connection's session those that are wanted, within a time. */
export class Subscribing {
  /** What is to be subscribed; before the CONNACK it is only noted. */
  wanted: readonly Subscription[];
  readonly #options: Pick<LinkOptions, 'profile' | 'subscriptions'>;
  readonly #events: SubscribingEvents;
  #broker: { readonly client: MqttClient; readonly server: ServerSettings } | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Pick<LinkOptions, 'profile' | 'subscriptions'>, events: SubscribingEvents) {
    this.#options = options;
    this.#events = events;
    this.wanted = options.profile.subscriptions;
  }

  /** The broker let us in: from now on it can be asked. */
  accepted(client: MqttClient, server: ServerSettings): void {
    this.#broker = { client, server };
  }

  /** Subscribes what is new, unsubscribes what is gone, and tells what the broker said. Nothing before the CONNACK. */
  bring(): void {
    if (this.#broker === null) return;
    const { profile, subscriptions } = this.#options;
    const { wanted } = this;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const active = wanted.filter(({ paused }) => paused !== true);
      this.#told(unansweredOutcomes(active, 'The broker did not answer within 15 s.'));
    }, SUBACK_WITHIN_MS);
    subscriptions.bring(wanted, { ...this.#broker, version: profile.version }).then((outcomes) => {
      // Only what was wanted last is told: another answer is on its way.
      if (wanted === this.wanted) this.#told(outcomes);
    }, this.#events.onBroken);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #told(outcomes: readonly SubscriptionOutcome[]): void {
    clearTimeout(this.#timer);
    this.#events.onOutcomes(outcomes);
  }
}
