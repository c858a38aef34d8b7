import type { JsonPath } from '../payload/numbers';

const STEP = /\.?([\p{L}\p{N}_$-]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/uy;

/**
 * Reads what `pathText` writes: `value`, `motor.temperature`, `readings[2]`, `["odd name"].x`; a leading `$` stands for
 * the document, so `$` alone (or nothing) is the whole payload. Null when it is no path.
 */
export function parseJsonPath(text: string): JsonPath | null {
  const path: (string | number)[] = [];
  const trimmed = text.trim();
  const isRooted = /^\$(?:$|[.[])/u.test(trimmed);
  const steps = isRooted ? trimmed.slice(1) : trimmed;
  for (STEP.lastIndex = 0; STEP.lastIndex < steps.length;) {
    const at = STEP.lastIndex;
    const match = STEP.exec(steps);
    if (!match) return null;
    const [whole, name, index, quoted] = match;
    // Only the first name stands without a dot before it.
    if (name !== undefined && whole.startsWith('.') === (at === 0 && !isRooted)) return null;
    path.push(name ?? (index === undefined ? unquoted(quoted ?? '') : Number(index)));
  }
  return path.every((step) => step !== null) ? path : null;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    // An escape that JSON does not have: the name is meant as it stands.
    return text.slice(1, -1);
  }
}
