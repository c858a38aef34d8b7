import type { DraftProblem } from '../../../app/contract-desk';
import { LoupeError } from '../../../app/errors';

const FIELD_NAMES = new Map([
  ['topic', 'Topic'],
  ['payload', 'Payload'],
  ['contentType', 'Content type'],
  ['responseTopic', 'Response topic'],
  ['correlationData', 'Correlation data'],
  ['messageExpiryInterval', 'Message expiry'],
]);

/** @throws LoupeError `invalid-argument` with the first thing that is wrong */
export function refuseProblems(problems: readonly DraftProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new LoupeError('invalid-argument', `Nothing was sent. ${problemWords(first)}`, {
    details: Object.fromEntries(problems.map(({ field, message }) => [field, message])),
  });
}

function problemWords({ field, message, line, column }: DraftProblem): string {
  const name = FIELD_NAMES.get(field) ?? 'User property';
  const place = line === null ? '' : `, line ${String(line)}, column ${String(column ?? 1)}`;
  return `${name}${place}: ${message}`;
}
