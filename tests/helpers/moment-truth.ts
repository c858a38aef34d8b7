/** What a past looked like at a moment, worked out message by message: what the history answers is checked against it. */
import type { MomentDifferences, StepScope } from '../../app/contract-time';
import { FLAG_RETAIN } from '../../main/engine/history/history';
import type { StoredMessage } from './history-contents';

export interface TrueTopic {
  readonly topic: string;
  readonly count: number;
  readonly last: StoredMessage;
  readonly retained: boolean;
}

/** Topic key → what it had, of messages in the order of their ids. */
export function truthAt(messages: readonly StoredMessage[], atUs: number): Map<number, TrueTopic> {
  const topics = new Map<number, TrueTopic>();
  for (const message of messages) {
    if (message.timeUs > atUs) continue;
    const before = topics.get(message.topicKey);
    topics.set(message.topicKey, {
      topic: message.topic,
      count: (before?.count ?? 0) + 1,
      last: message,
      retained:
        message.payload.length > 0 &&
        ((before?.retained ?? false) || (message.flags & FLAG_RETAIN) !== 0),
    });
  }
  return topics;
}

export function isMeant(scope: StepScope, topic: string): boolean {
  if (scope.kind === 'all') return true;
  if (topic === scope.path) return true;
  return scope.kind === 'branch' && (scope.path === '' || topic.startsWith(`${scope.path}/`));
}

/** The message next to a moment; of those at the same time the one that came last. */
export function stepFrom(
  messages: readonly StoredMessage[],
  scope: StepScope,
  atUs: number,
  direction: 'previous' | 'next',
): { timeUs: number; id: number; topic: string } | null {
  let found: StoredMessage | null = null;
  for (const message of messages) {
    if (!isMeant(scope, message.topic)) continue;
    const isNext = direction === 'next';
    if (isNext ? message.timeUs <= atUs : message.timeUs >= atUs) continue;
    const isNearer =
      found === null || (isNext ? message.timeUs <= found.timeUs : message.timeUs >= found.timeUs);
    if (isNearer) found = message;
  }
  return found && { timeUs: found.timeUs, id: found.id, topic: found.topic };
}

/** Counts of differences, and each of them as a line. */
export function differencesOf(
  messages: readonly StoredMessage[],
  path: string,
  fromUs: number,
  toUs: number,
): Omit<MomentDifferences, 'differences'> & { readonly lines: readonly string[] } {
  const before = truthAt(messages, fromUs);
  const totals = { changed: 0, added: 0, vanished: 0, unchanged: 0 };
  const lines: { topic: string; line: string }[] = [];
  for (const [key, now] of truthAt(messages, toUs)) {
    if (!isMeant({ kind: 'branch', path }, now.topic)) continue;
    const was = before.get(key);
    const kind = kindOf(was, now);
    totals[kind] += 1;
    if (kind === 'unchanged') continue;
    const count = now.count - (was?.count ?? 0);
    const line = [kind, now.topic, was?.last.id ?? null, now.last.id, count].join(' ');
    lines.push({ topic: now.topic, line });
  }
  lines.sort((a, b) => (a.topic < b.topic ? -1 : 1));
  return { ...totals, lines: lines.map(({ line }) => line) };
}

function kindOf(
  was: TrueTopic | undefined,
  now: TrueTopic,
): 'changed' | 'added' | 'vanished' | 'unchanged' {
  if (!was) return 'added';
  if (was.last.payload.equals(now.last.payload)) return 'unchanged';
  return now.last.payload.length === 0 ? 'vanished' : 'changed';
}
