import type { StepScope } from '../../app/contract-time';

/** What a step can go along, in the order they are offered. */
export const STEP_SCOPES: ReadonlyArray<{
  readonly kind: StepScope['kind'];
  readonly label: string;
  /** As in "the next message of this topic". */
  readonly words: string;
}> = [
  { kind: 'topic', label: 'This topic', words: 'of this topic' },
  { kind: 'branch', label: 'This branch', words: 'of this branch' },
  { kind: 'all', label: 'All topics', words: 'of any topic' },
];

export function scopeWords({ kind }: StepScope): string {
  return STEP_SCOPES.find((one) => one.kind === kind)?.words ?? '';
}

/** Why a step led nowhere. */
export function stepProblem(scope: StepScope, direction: 'previous' | 'next'): string {
  return `There is no ${direction === 'next' ? 'later' : 'earlier'} message ${scopeWords(scope)}`;
}
