/** How a replay renames topics: a prefix by another one, or a pattern whose captured levels are put together anew. */
import { topicFilterProblem, topicMatches } from '../topic';

/** `plant` → `copy/plant` moves a branch; `plant/+/#` → `copy/$1/$2` puts together what the wildcards stand for. */
export interface TopicMapping {
  readonly from: string;
  readonly to: string;
}

const REFERENCE = /\$(\d+)/gu;

/** Reads `plant/+/# => copy/$1/$2`; null when there is no arrow. */
export function parseMapping(text: string): TopicMapping | null {
  const arrow = text.indexOf('=>');
  if (arrow < 0) return null;
  return { from: text.slice(0, arrow).trim(), to: text.slice(arrow + 2).trim() };
}

/** Says what is wrong with a mapping, or returns null. */
export function mappingProblem({ from, to }: TopicMapping): string | null {
  const problem = topicFilterProblem(from);
  if (problem !== null) return problem;
  if (to === '') return 'Say what the topic becomes, for example copy/$1/$2.';
  const captures = wildcards(from);
  for (const [reference, digits] of to.matchAll(REFERENCE)) {
    if (Number(digits) >= 1 && Number(digits) <= captures) continue;
    const has = captures === 1 ? '1 wildcard' : `${String(captures)} wildcards`;
    return `There is no ${reference}: the pattern has ${has}.`;
  }
  if (to.replaceAll(REFERENCE, '').match(/[+#]/u)) {
    return 'What the topic becomes cannot contain the wildcards + and #: write $1 for the first one, $2 for the second.';
  }
  return null;
}

/** What a topic becomes; null when the mapping is not meant for it. */
export function mapTopic({ from, to }: TopicMapping, topic: string): string | null {
  if (wildcards(from) > 0) {
    return topicMatches(from, topic) ? filledIn(to, captured(from, topic)) : null;
  }
  if (topic === from) return to;
  return topic.startsWith(`${from}/`) ? to + topic.slice(from.length) : null;
}

function wildcards(filter: string): number {
  return filter.split('/').filter((level) => level === '+' || level === '#').length;
}

/** What each wildcard stands for; null for a `#` that stands for nothing, as in `a/#` and `a` (MQTT 5.0 §4.7.1.2). */
function captured(filter: string, topic: string): (string | null)[] {
  const levels = topic.split('/');
  const captures: (string | null)[] = [];
  for (const [index, level] of filter.split('/').entries()) {
    if (level === '+') captures.push(levels[index] ?? '');
    if (level === '#') {
      captures.push(index < levels.length ? levels.slice(index).join('/') : null);
    }
  }
  return captures;
}

/** Where nothing was captured, the slash before it goes too. */
function filledIn(to: string, captures: readonly (string | null)[]): string {
  return to.replaceAll(/(\/?)\$(\d+)/gu, (_, slash: string, digits: string) => {
    const capture = captures[Number(digits) - 1] ?? null;
    return capture === null ? '' : slash + capture;
  });
}
