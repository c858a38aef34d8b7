import type { DraftProblem } from '../../../app/contract-desk';

/** What is wrong with a field as a whole. */
export function problemOf(field: string, message: string): DraftProblem {
  return { field, message, start: null, end: null, line: null, column: null };
}

/** What is wrong at a place of a field's text. */
export function problemAt(
  field: string,
  text: string,
  {
    message,
    start,
    end,
  }: { readonly message: string; readonly start: number; readonly end: number },
): DraftProblem {
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return { field, message, start, end, line, column: start - lineStart + 1 };
}
