import { setTimeout as wait } from 'node:timers/promises';
import type { IClientSubscribeOptions, MqttClient } from 'mqtt';
import type { SubscriptionOutcome } from '../../../app/connection';
import { LoupeError, messageOf } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { MqttVersion } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import type { Subscription } from '../../../app/subscription';
import { topicNameProblem } from '../../../app/topic';

const REFUSED = 0x80;

export type SubscribeOptions = Pick<IClientSubscribeOptions, 'nl' | 'rap' | 'rh' | 'properties'> & {
  readonly qos: QoS;
};

/** The reason codes of the SUBACK, one per filter in their order [MQTT-3.8.4-6]. */
export function subscribeBatch(
  client: MqttClient,
  filters: string[],
  options: SubscribeOptions,
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    client.subscribe(filters, options, (error, _granted, packet) => {
      const codes = packet?.granted as readonly unknown[] | undefined;
      if (codes?.length === filters.length) resolve(codes.map(Number));
      else reject(error ?? new Error('SUBACK without reason codes'));
    });
  });
}

/** Resolves when the broker answered; what it says of a filter changes nothing (MQTT 5.0 §3.11.3). */
export function unsubscribeAll(client: MqttClient, filters: string[]): Promise<void> {
  return new Promise((resolve) => {
    client.unsubscribe(filters, () => {
      resolve();
    });
  });
}

/** The retained message follows the SUBACK on its heels; where nothing comes for so long, there is none. */
const RETAINED_WITHIN_MS = 500;

/**
 * Makes the broker send the retained message of one topic, by subscribing to just that: a subscription that is made,
 * or made again, gets it (3.1.1 [MQTT-3.3.1-6], [MQTT-3.8.4-3]; 5 §3.8.3.1 Retain Handling 0).
 * @param own options of the session's own subscription to this very filter, which must stay as it is; null without one
 * @param arrived settles when the message came
 * @returns false when the broker can't be asked: the filter was refused, or the name is no filter for itself
 */
export async function askRetained(
  client: MqttClient,
  topic: string,
  own: SubscribeOptions | null,
  arrived: Promise<unknown>,
): Promise<boolean> {
  if (topicNameProblem(topic) !== null) return false;
  const options = own ?? { qos: 2 as const, rap: true };
  const [code = REFUSED] = await subscribeBatch(client, [topic], { ...options, rh: 0 });
  if (code >= REFUSED) return false;
  try {
    await Promise.race([arrived, wait(RETAINED_WITHIN_MS)]);
  } finally {
    if (own === null) client.unsubscribe(topic);
  }
  return true;
}

/** Subscribes to one topic for a while. @throws LoupeError `publish-refused` when the broker does not grant it */
export async function subscribeOnce(
  client: MqttClient,
  topic: string,
  version: MqttVersion,
): Promise<void> {
  const [code = REFUSED] = await subscribeBatch(client, [topic], { qos: 2, rap: true });
  const { granted, reason } = outcomeOf(topic, code, version);
  if (granted === null) {
    throw new LoupeError('publish-refused', `${topic} could not be subscribed. ${reason ?? ''}`);
  }
}

/** What a reason code of the SUBACK says. */
export function outcomeOf(
  filter: string,
  code: number | undefined,
  version: MqttVersion,
): SubscriptionOutcome {
  if (code === 0 || code === 1 || code === 2) return { filter, granted: code, reason: null };
  if (version !== '5' || code === undefined || code === REFUSED) {
    return { filter, granted: null, reason: 'The broker refused it and gave no reason.' };
  }
  return {
    filter,
    granted: null,
    reason: `The broker refused it: ${reasonWords(code)} (${hexCode(code)}).`,
  };
}

/** Every filter as not answered, for a SUBACK that does not come. */
export function unansweredOutcomes(
  subscriptions: readonly Subscription[],
  error: unknown,
): readonly SubscriptionOutcome[] {
  return subscriptions.map(({ filter }) => ({ filter, granted: null, reason: messageOf(error) }));
}
