import { assertNever } from '../errors';
import { foldText } from './fold';
import type { Comparison } from './query';

/** Whether a comparison is true of a parsed JSON value; false where there is nothing at its path. */
export function isTrueOf(comparison: Comparison, json: unknown): boolean {
  const found = valueAt(json, comparison.path);
  return found !== undefined && compares(comparison, found);
}

/** Undefined where there is nothing; JSON itself has no such value. */
function valueAt(json: unknown, path: Comparison['path']): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    // An index belongs to an array and a key to an object; the length of an array is no part of the payload.
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function compares({ operator, value: wanted }: Comparison, found: unknown): boolean {
  switch (operator) {
    case '==':
      return found === wanted;
    case '!=':
      return found !== wanted;
    case '~':
      return typeof found === 'string' && foldText(found).includes(foldText(String(wanted)));
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (typeof found === 'number' && typeof wanted === 'number') {
        return isOrdered(operator, found, wanted);
      }
      return (
        typeof found === 'string' &&
        typeof wanted === 'string' &&
        isOrdered(operator, found, wanted)
      );
    default:
      return assertNever(operator);
  }
}

/** Texts by their UTF-16 units. */
export function isOrdered<Value extends number | string>(
  operator: '<' | '<=' | '>' | '>=',
  found: Value,
  wanted: Value,
): boolean {
  switch (operator) {
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
  }
}
