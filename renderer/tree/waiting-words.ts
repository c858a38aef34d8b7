import type { SubscriptionOutcome } from '../../app/connection';
import type { Subscription } from '../../app/subscription';

/** More would fill the pane. */
const MOST_NAMED = 5;

/** What a connection without a message waits for: only what the broker granted can bring one. */
export function waitingWords(
  subscriptions: readonly Subscription[],
  outcomes: readonly SubscriptionOutcome[],
): string {
  if (subscriptions.length === 0)
    return 'This connection has no subscriptions. Edit it and add one, for example #.';
  const active = subscriptions.filter(({ paused }) => paused !== true);
  if (active.length === 0) return 'All subscriptions are paused. Resume one under “Details”.';
  const refused = new Set(
    outcomes.flatMap(({ filter, granted }) => (granted === null ? [filter] : [])),
  );
  const heard = active.filter(({ filter }) => !refused.has(filter)).map(({ filter }) => filter);
  if (heard.length === 0) return 'The broker refused every subscription, so no messages arrive.';
  const more = heard.length - MOST_NAMED;
  const named = heard.slice(0, MOST_NAMED).join(', ');
  const rest = more > 0 ? ` and ${String(more)} more` : '';
  return `Subscribed to ${named}${rest}. Topics appear here with their first message.`;
}
