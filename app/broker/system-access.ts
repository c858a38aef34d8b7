/** Why a broker's `$SYS` topics come, or do not. */
import type { ConnectionState } from '../connection';
import { matchedFilter, type Subscription } from '../subscription';
import { topicMatches } from '../topic';

export const SYSTEM_FILTER = '$SYS/#';

export type SystemAccess =
  | { readonly kind: 'not-connected' }
  | { readonly kind: 'not-subscribed' }
  | { readonly kind: 'refused'; readonly filter: string; readonly reason: string }
  /** Granted, or not yet answered: what the broker lets this client see, it sends. */
  | { readonly kind: 'subscribed'; readonly filter: string };

/** Whether a filter lets topics below `$SYS` through; `#` and `+/…` do not [MQTT-4.7.2-1]. */
export function coversSystem(filter: string): boolean {
  const matched = matchedFilter(filter);
  return matched.startsWith('$SYS/') || topicMatches(matched, '$SYS');
}

export function systemAccess(
  state: ConnectionState,
  subscriptions: readonly Subscription[],
): SystemAccess {
  if (state.kind !== 'connected') return { kind: 'not-connected' };
  const wanted = subscriptions.filter(
    ({ filter, paused }) => paused !== true && coversSystem(filter),
  );
  const first = wanted[0];
  if (!first) return { kind: 'not-subscribed' };
  const outcomes = wanted.map(({ filter }) =>
    state.subscriptions.find((outcome) => outcome.filter === filter),
  );
  const refused = outcomes.find((outcome) => outcome?.granted === null);
  const isRefused = outcomes.every((outcome) => outcome?.granted === null);
  if (refused && isRefused)
    return { kind: 'refused', filter: refused.filter, reason: refused.reason ?? '' };
  return { kind: 'subscribed', filter: first.filter };
}

/** The subscriptions with all of `$SYS` among them: resumed where it was paused, else added. */
export function withSystem(subscriptions: readonly Subscription[]): readonly Subscription[] {
  if (!subscriptions.some(({ filter }) => filter === SYSTEM_FILTER))
    return [...subscriptions, { filter: SYSTEM_FILTER, qos: 0 }];
  return subscriptions.map((one) =>
    one.filter === SYSTEM_FILTER ? { ...one, paused: false } : one,
  );
}
