import * as v from 'valibot';
import { qosSchema, singleLine, wholeNumber, without } from './profile-fields';
import { PROFILE_COLOURS } from './profile-colours';
import type { QoS } from './message';
import { topicFilterProblem } from './topic';

/** The largest that a Variable Byte Integer can say (MQTT 5.0 §3.8.2.1.2). */
export const MAX_SUBSCRIPTION_IDENTIFIER = 268_435_455;

/** `$share/{ShareName}/{filter}` (MQTT 5.0 §4.8.2). */
const SHARED = /^\$share\/([^/+#]+)\/(.+)$/su;

export const isShared = (filter: string): boolean => filter.startsWith('$share/');

/** The filter that the topics of the messages match: of a shared subscription the part behind its group. */
export function matchedFilter(filter: string): string {
  return SHARED.exec(filter)?.[2] ?? filter;
}

/** Says what is wrong with a filter to subscribe to, or returns null. */
export function subscriptionFilterProblem(filter: string): string | null {
  if (!isShared(filter)) return topicFilterProblem(filter);
  const inner = SHARED.exec(filter)?.[2];
  if (inner === undefined)
    return 'A shared subscription is written $share/group/filter, for example $share/loupe/plant/#.';
  return topicFilterProblem(inner) ?? topicFilterProblem(filter);
}

/** Options of MQTT 5 that are not set are as the protocol has them, but Retain As Published, which is on. */
export const subscriptionSchema = v.pipe(
  v.object({
    filter: v.pipe(v.string(), without(subscriptionFilterProblem)),
    qos: qosSchema,
    /** What this client publishes does not come back (MQTT 5.0 §3.8.3.1). */
    noLocal: v.optional(v.boolean()),
    retainAsPublished: v.optional(v.boolean()),
    /** Retained messages: 0 at each subscribe, 1 only when the subscription is new, 2 never. */
    retainHandling: v.optional(v.picklist([0, 1, 2])),
    /** Comes back with each message that matches (MQTT 5.0 §3.8.2.1.2); null for none. */
    identifier: v.optional(
      v.nullable(wholeNumber('The subscription identifier', 1, MAX_SUBSCRIPTION_IDENTIFIER)),
    ),
    /** Kept in the profile, but not asked of the broker. */
    paused: v.optional(v.boolean()),
    colour: v.optional(v.nullable(v.picklist(PROFILE_COLOURS))),
    note: v.optional(singleLine('The note', 500)),
  }),
  v.forward(
    v.check(
      ({ filter, noLocal }) => !(noLocal === true && isShared(filter)),
      'No local cannot be asked of a shared subscription [MQTT-3.8.3-4].',
    ),
    ['filter'],
  ),
);

export type Subscription = v.InferOutput<typeof subscriptionSchema>;

/** What a person should know of a subscription that was granted; null when all is as it was asked for. */
export function grantedReason(
  { filter, qos }: Subscription,
  granted: QoS,
  version: string,
): string | null {
  // Mosquitto shares; NATS, RabbitMQ and aedes take the whole filter for a topic (docs/brokers.md).
  if (isShared(filter) && version !== '5')
    return `Shared subscriptions belong to MQTT 5. With MQTT ${version} it depends on the broker: Mosquitto shares, others grant one and send nothing.`;
  return granted < qos ? `QoS ${String(qos)} was asked for.` : null;
}
