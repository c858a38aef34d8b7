import { hasForeignBytes } from './topic-bytes';

/** The largest topic name or filter in UTF-8 bytes [MQTT-4.7.3-3]. */
export const MAX_TOPIC_BYTES = 65_535;
/** The longest text that a topic can have here: a byte that is not UTF-8 takes two places; see `topic-bytes.ts`. */
export const MAX_TOPIC_LENGTH = 2 * MAX_TOPIC_BYTES;

const encoder = new TextEncoder();

/**
 * Says what is wrong with a topic name to publish to, or returns null.
 * Source: MQTT 5.0 §4.7 ([MQTT-4.7.1-1], [MQTT-4.7.3-1], [MQTT-4.7.3-2], [MQTT-4.7.3-3]).
 */
export function topicNameProblem(topic: string): string | null {
  if (topic === '') return 'Enter a topic name.';
  if (topic.includes('+') || topic.includes('#')) {
    return 'A topic name cannot contain the wildcards + and #; they belong in topic filters.';
  }
  return commonProblem(topic);
}

/**
 * Says what is wrong with a topic filter to subscribe to, or returns null.
 * Source: MQTT 5.0 §4.7.1 ([MQTT-4.7.1-1], [MQTT-4.7.1-2]).
 */
export function topicFilterProblem(filter: string): string | null {
  if (filter === '') return 'Enter a topic filter, for example plant/# or +/status.';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1)) {
      return 'The wildcard # must stand alone in the last level, as in plant/#.';
    }
    if (level.includes('+') && level !== '+') {
      return 'The wildcard + must stand alone in its level, as in plant/+/state.';
    }
  }
  return commonProblem(filter);
}

function commonProblem(text: string): string | null {
  if (hasForeignBytes(text))
    return 'A topic must be valid UTF-8; this one has bytes that a broker forwarded all the same.';
  if (text.includes('\u0000')) return 'The NUL character is not allowed in a topic.';
  if (encoder.encode(text).length > MAX_TOPIC_BYTES) {
    return `A topic may have at most ${MAX_TOPIC_BYTES.toLocaleString('en')} bytes.`;
  }
  return null;
}

/** Whether a text is meant as a topic filter: it has a wildcard in a level of its own and is valid. */
export function isTopicFilter(text: string): boolean {
  return (
    text.split('/').some((level) => level === '+' || level === '#') &&
    topicFilterProblem(text) === null
  );
}

/**
 * Whether a topic name matches a topic filter. A wildcard in the first level does not match names that begin
 * with `$` [MQTT-4.7.2-1]; `a/#` also matches `a` (§4.7.1.2).
 */
export function topicMatches(filter: string, topic: string): boolean {
  const want = filter.split('/');
  const have = topic.split('/');
  if (topic.startsWith('$') && (want[0] === '+' || want[0] === '#')) return false;
  for (const [index, level] of want.entries()) {
    if (level === '#') return true;
    if (index >= have.length) return false;
    if (level !== '+' && level !== have[index]) return false;
  }
  return want.length === have.length;
}
