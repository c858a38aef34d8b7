import { escapeHidden } from './payload/escape';
import type { Matching, Selection } from './selection';

/** Filters that are named in a sentence; of more it says how many. */
const NAMED = 3;

/** What a selection means, as the rest of a sentence: `plant/line1/# from … to …`, `session 7`, `all topics`. */
export function selectionWords({ filters, fromUs, toUs, sessionKey, matching }: Selection): string {
  const parts = [
    filters.length === 0 ? 'all topics' : filterWords(filters),
    ...(sessionKey === null ? [] : [`of session ${String(sessionKey)}`]),
    ...(fromUs === null ? [] : [`from ${timeWords(fromUs)}`]),
    ...(toUs === null ? [] : [`until ${timeWords(toUs)}`]),
    ...(matching === undefined ? [] : [matchingWords(matching)]),
  ];
  return parts.join(' ');
}

function filterWords(filters: readonly string[]): string {
  const named = filters.slice(0, NAMED).map(escapeHidden).join(', ');
  const more = filters.length - NAMED;
  return more > 0 ? `${named} and ${String(more)} more filters` : named;
}

/** What a search asks of messages, as the rest of a sentence. */
export function matchingWords({ text, qos, retain, dup, direction }: Matching): string {
  const flags = [
    ...(qos.length > 0 ? [`QoS ${qos.join(', ')}`] : []),
    ...(retain === null ? [] : [retain ? 'retained' : 'not retained']),
    ...(dup === null ? [] : [dup ? 'sent again' : 'not sent again']),
    ...(direction === null ? [] : [direction === 'in' ? 'received' : 'published']),
  ];
  const query = text.trim() === '' ? [] : [`with “${escapeHidden(text.trim())}”`];
  return [...query, ...flags].join(', ');
}

function timeWords(timeUs: number): string {
  return `${new Date(timeUs / 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
