import type { MqttClient } from 'mqtt';
import type { ServerSettings, SubscriptionOutcome } from '../../../app/connection';
import type { MqttVersion } from '../../../app/profile';
import { topicMatches } from '../../../app/topic';
import { isShared, subscriptionFilterProblem, type Subscription } from '../../../app/subscription';
import { outcomeOf, subscribeBatch, unsubscribeAll, type SubscribeOptions } from './subscriptions';

/** Keeps a SUBSCRIBE small enough for brokers that limit packets. */
const FILTERS_PER_PACKET = 100;

export interface SubscribingOptions {
  readonly client: MqttClient;
  readonly version: MqttVersion;
  readonly server: ServerSettings;
}

interface Asked {
  readonly options: SubscribeOptions;
  /** The same as text, to compare. */
  readonly key: string;
  readonly outcome: SubscriptionOutcome;
}

/**
 * What one session of a broker is subscribed to. It outlives the network connection as the session does: when the broker still
 * has the session, what is subscribed is not asked for again (and retained messages do not come once more).
 */
export class SubscriptionSet {
  /** Filters that the broker granted. */
  readonly #asked = new Map<string, Asked>();
  /** Filters of no use any more that the broker may still have. */
  readonly #left = new Set<string>();
  #work: Promise<unknown> = Promise.resolve();

  /** With which options a filter is subscribed; null when it is not. */
  optionsOf(filter: string): SubscribeOptions | null {
    return this.#asked.get(filter)?.options ?? null;
  }

  /** Whether what is published to a topic comes anyway. */
  brings(topic: string): boolean {
    for (const filter of this.#asked.keys())
      if (!isShared(filter) && topicMatches(filter, topic)) return true;
    return false;
  }

  /** The broker may still have a subscription that nobody wants: it is ended with the next `bring`. */
  leave(filter: string): void {
    this.#left.add(filter);
  }

  /** The broker has no session: nothing is subscribed any more. */
  clear(): void {
    this.#left.clear();
    this.#asked.clear();
  }

  /**
   * Makes the broker's subscriptions those that are wanted: unsubscribes what is gone or paused, subscribes what is new or
   * changed. Of a repeated filter the last one counts, as it does for a broker [MQTT-3.8.4-3]. Returns what the broker
   * said to each that is wanted, in their order; a refused filter is an outcome, not an error. One call waits for the one before;
   * rejects only when the connection closed or the SUBACK was not valid.
   */
  bring(
    wanted: readonly Subscription[],
    options: SubscribingOptions,
  ): Promise<readonly SubscriptionOutcome[]> {
    const work = this.#work.then(() => this.#bring(wanted, options));
    this.#work = work.catch(() => undefined);
    return work;
  }

  async #bring(
    wanted: readonly Subscription[],
    options: SubscribingOptions,
  ): Promise<readonly SubscriptionOutcome[]> {
    const active = new Map(
      wanted.filter(({ paused }) => paused !== true).map((one) => [one.filter, one]),
    );
    const known = new Set([...this.#asked.keys(), ...this.#left]);
    const gone = [...known].filter((filter) => !active.has(filter));
    this.#left.clear();
    const outcomes = new Map<string, SubscriptionOutcome>();
    const groups = new Map<string, { options: SubscribeOptions; filters: string[] }>();
    for (const [filter, subscription] of active) {
      const sendable = subscribeOptionsOf(subscription, options);
      const key = JSON.stringify(sendable);
      const before = this.#asked.get(filter);
      const problem = localProblem(filter, options);
      if (problem !== null) outcomes.set(filter, { filter, granted: null, reason: problem });
      else if (before?.key === key) outcomes.set(filter, before.outcome);
      else {
        const group = groups.get(key) ?? { options: sendable, filters: [] };
        groups.set(key, group);
        group.filters.push(filter);
      }
    }
    // All packets go out at once, and the answers are waited for together.
    const removing = this.#unsubscribe(gone, options.client);
    const adding = [...groups].map(([key, group]) =>
      this.#subscribe(key, group.filters, group.options, options, outcomes),
    );
    await Promise.all([removing, ...adding]);
    return [...active.keys()].flatMap((filter) => outcomes.get(filter) ?? []);
  }

  async #unsubscribe(filters: readonly string[], client: MqttClient): Promise<void> {
    for (const filter of filters) this.#asked.delete(filter);
    await Promise.all([...batches(filters)].map((batch) => unsubscribeAll(client, batch)));
  }

  async #subscribe(
    key: string,
    filters: readonly string[],
    options: SubscribeOptions,
    { client, version }: SubscribingOptions,
    outcomes: Map<string, SubscriptionOutcome>,
  ): Promise<void> {
    const requests = [...batches(filters)].map(async (batch) => {
      const codes = await subscribeBatch(client, batch, options);
      for (const [index, filter] of batch.entries()) {
        const outcome = outcomeOf(filter, codes[index], version);
        outcomes.set(filter, outcome);
        if (outcome.granted !== null) this.#asked.set(filter, { options, key, outcome });
      }
    });
    await Promise.all(requests);
  }
}

/** Subscription Options (MQTT 5.0 §3.8.3.1) and identifier; older versions have the QoS only. */
function subscribeOptionsOf(
  { qos, noLocal, retainAsPublished, retainHandling, identifier }: Subscription,
  { version, server }: SubscribingOptions,
): SubscribeOptions {
  if (version !== '5') return { qos };
  const sentIdentifier = server.subscriptionIdentifiers ? (identifier ?? null) : null;
  return {
    qos,
    // Retain As Published: a live message then still says whether the broker keeps it.
    rap: retainAsPublished ?? true,
    ...(noLocal === true ? { nl: true } : {}),
    ...(retainHandling === undefined || retainHandling === 0 ? {} : { rh: retainHandling }),
    ...(sentIdentifier === null ? {} : { properties: { subscriptionIdentifier: sentIdentifier } }),
  };
}

/** Why the broker need not be asked. */
function localProblem(filter: string, { server }: SubscribingOptions): string | null {
  const problem = subscriptionFilterProblem(filter);
  if (problem !== null) return problem;
  if (isShared(filter) && !server.sharedSubscriptions)
    return 'This broker has no shared subscriptions (MQTT 5.0 §3.2.2.3.13).';
  const hasWildcard = filter.split('/').some((level) => level === '+' || level === '#');
  if (hasWildcard && !server.wildcardSubscriptions)
    return 'This broker takes no wildcards + and # in topic filters (MQTT 5.0 §3.2.2.3.11).';
  return null;
}

function* batches(filters: readonly string[]): Generator<string[]> {
  for (let from = 0; from < filters.length; from += FILTERS_PER_PACKET) {
    yield filters.slice(from, from + FILTERS_PER_PACKET);
  }
}
