import { setTimeout as wait } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import type { SubscriptionOutcome } from '../../../app/connection';
import { messageOf } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import type { MqttVersion, Subscription } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import { topicFilterProblem, topicNameProblem } from '../../../app/topic';

/** Keeps a SUBSCRIBE small enough for brokers that limit packets. */
const FILTERS_PER_PACKET = 100;
const REFUSED = 0x80;

/**
 * Subscribes to every filter and says what the broker granted, in the order of `subscriptions` (of a repeated filter, the
 * last one counts, as it does for a broker [MQTT-3.8.4-3]). A refused filter is an outcome, not an error; rejects only when the
 * connection closed or the SUBACK was not valid.
 */
export async function subscribeAll(
  client: MqttClient,
  subscriptions: readonly Subscription[],
  version: MqttVersion,
): Promise<readonly SubscriptionOutcome[]> {
  const wanted = new Map(subscriptions.map(({ filter, qos }) => [filter, qos]));
  const outcomes = new Map<string, SubscriptionOutcome>();
  const requests: Promise<void>[] = [];
  for (const qos of [0, 1, 2] as const) {
    const filters = [...wanted]
      .filter(([, wantedQos]) => wantedQos === qos)
      .map(([filter]) => filter);
    for (const batch of batches(filters.filter((filter) => isSendable(filter, outcomes)))) {
      requests.push(
        subscribeBatch(client, batch, qos).then((codes) => {
          batch.forEach((filter, index) =>
            outcomes.set(filter, outcomeOf(filter, codes[index], version)),
          );
        }),
      );
    }
  }
  await Promise.all(requests);
  return [...wanted.keys()].flatMap((filter) => outcomes.get(filter) ?? []);
}

function isSendable(filter: string, outcomes: Map<string, SubscriptionOutcome>): boolean {
  const problem = topicFilterProblem(filter);
  if (problem !== null) outcomes.set(filter, { filter, granted: null, reason: problem });
  return problem === null;
}

function* batches(filters: readonly string[]): Generator<string[]> {
  for (let from = 0; from < filters.length; from += FILTERS_PER_PACKET) {
    yield filters.slice(from, from + FILTERS_PER_PACKET);
  }
}

/** The reason codes of the SUBACK, one per filter in their order [MQTT-3.8.4-6]. */
function subscribeBatch(
  client: MqttClient,
  filters: string[],
  qos: QoS,
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    // Retain As Published (MQTT 5.0 §3.8.3.1): a live message then still says whether the broker keeps it.
    client.subscribe(filters, { qos, rap: true }, (error, _granted, packet) => {
      const codes = packet?.granted as readonly unknown[] | undefined;
      if (codes?.length === filters.length) resolve(codes.map(Number));
      else reject(error ?? new Error('SUBACK without reason codes'));
    });
  });
}

/** The retained message follows the SUBACK on its heels; where nothing comes for so long, there is none. */
const RETAINED_WITHIN_MS = 500;

/**
 * Makes the broker send the retained message of one topic, by subscribing to just that: a subscription that is made,
 * or made again, gets it (3.1.1 [MQTT-3.3.1-6], [MQTT-3.8.4-3]; 5 §3.8.3.1 Retain Handling 0).
 * @param own the profile's own subscription to this very filter, which must stay as it is
 * @param arrived settles when the message came
 * @returns false when the broker can't be asked: the filter was refused, or the name is no filter for itself
 */
export async function askRetained(
  client: MqttClient,
  topic: string,
  own: Subscription | undefined,
  arrived: Promise<unknown>,
): Promise<boolean> {
  if (topicNameProblem(topic) !== null) return false;
  const [code = REFUSED] = await subscribeBatch(client, [topic], own?.qos ?? 2);
  if (code >= REFUSED) return false;
  try {
    await Promise.race([arrived, wait(RETAINED_WITHIN_MS)]);
  } finally {
    if (!own) client.unsubscribe(topic);
  }
  return true;
}

function outcomeOf(
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
