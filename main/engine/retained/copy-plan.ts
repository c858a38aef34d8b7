import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CopyPlan } from '../../../app/contract-retained';
import { mappingProblem, mapTopic, type TopicMapping } from '../../../app/replay/topic-mapping';
import { topicNameProblem } from '../../../app/topic';
import type { RetainedMessage } from './retained-list';
import { SLICE_MS } from './slice-sort';

const EXAMPLES = 5;
const MESSAGES_A_LOOK = 256;

export interface Mapped {
  readonly plan: CopyPlan;
  /** The messages with their new names, without those that have none. */
  readonly messages: readonly RetainedMessage[];
}

/**
 * What a copy would send, worked out in slices.
 * @param isSameBroker then a message must not come back where it came from
 */
export async function mapped(
  messages: readonly RetainedMessage[],
  mapping: TopicMapping | null,
  isSameBroker: boolean,
): Promise<Mapped> {
  const badRule = mapping === null ? null : mappingProblem(mapping);
  if (badRule !== null) return { plan: { ...NOTHING, problem: badRule }, messages: [] };
  const names = new Set<string>();
  const kept: RetainedMessage[] = [];
  const examples: { from: string; to: string }[] = [];
  const plan = { ...NOTHING };
  let stays = 0;
  let endMs = performance.now() + SLICE_MS;
  for (const [at, message] of messages.entries()) {
    const to = (mapping && mapTopic(mapping, message.topic)) ?? message.topic;
    if (to !== message.topic) plan.renamed += 1;
    else stays += 1;
    if (topicNameProblem(to) !== null) plan.invalid += 1;
    else {
      if (names.has(to)) plan.doubled += 1;
      names.add(to);
      kept.push({ ...message, topic: to });
      plan.bytes += message.payload.length;
      if (examples.length < EXAMPLES) examples.push({ from: message.topic, to });
    }
    if (at % MESSAGES_A_LOOK !== 0 || performance.now() < endMs) continue;
    await nextTurn();
    endMs = performance.now() + SLICE_MS;
  }
  const problem = problemOf(plan.doubled, isSameBroker ? stays : 0, kept.length);
  return { plan: { ...plan, examples, messages: kept.length, problem }, messages: kept };
}

const NOTHING = {
  ...{ messages: 0, bytes: 0, renamed: 0, doubled: 0, invalid: 0 },
  examples: [] as readonly { readonly from: string; readonly to: string }[],
  problem: null as string | null,
};

function problemOf(doubled: number, returning: number, kept: number): string | null {
  if (returning > 0)
    return `The target is the same broker, and ${returning.toLocaleString('en')} of the topics would keep their names. Rename all of them, or choose another connection.`;
  if (doubled > 0)
    return `${doubled.toLocaleString('en')} messages would have the topic of another one and replace it. Write a rule that keeps them apart.`;
  return kept === 0 ? 'There is nothing to copy.' : null;
}
