import { isOrdered } from '../../../../app/search/compare-json';
import type { Comparison } from '../../../../app/search/query';
import { BodySearch } from './body-search';
import { JsonTextClue } from './json-text-clue';
import { textNeedle } from './needle';

const COLON = 0x3a;
/** More digits than these need the full parser. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * Says of a JSON payload, without parsing it, whether a comparison cannot be true of it. Text without a backslash has
 * each key and each string just as JSON writes them.
 */
export class JsonProbe {
  /** What must be there; null when nothing is known. */
  readonly #key: BodySearch | null;
  readonly #value: BodySearch | null;
  readonly #clues: readonly JsonTextClue[];
  readonly #comparison: Comparison;

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    const { path, operator, value } = comparison;
    const key = path.at(-1);
    const equal = operator === '==' && typeof value === 'string' ? value : null;
    this.#key = typeof key === 'string' ? searchFor(key) : null;
    this.#value = equal === null ? null : searchFor(equal);
    const keys = path.filter((step) => typeof step === 'string');
    this.#clues = [...keys, ...(equal === null ? [] : [equal])].map(
      (text) => new JsonTextClue(text),
    );
  }

  /** Whether a body with this signature can have a message of which the comparison is true, escapes included. */
  mayBeIn(signature: Uint8Array): boolean {
    return this.#clues.every((clue) => clue.mayBeIn(signature));
  }

  /** @returns whether the comparison can be true of any message in the body, unless one has a backslash */
  reset(body: Buffer): boolean {
    const hasKey = this.#key?.reset(body) ?? true;
    const hasValue = this.#value?.reset(body) ?? true;
    return hasKey && hasValue;
  }

  /** Whether it can be true of the message at these bounds, which has no backslash. */
  canBeTrue(body: Buffer, begin: number, end: number): boolean {
    if (this.#value !== null && this.#value.within(begin, end) < 0) return false;
    if (this.#key === null) return true;
    const { operator, value } = this.#comparison;
    const isNumeric = typeof value === 'number' && operator !== '!=';
    if (!isNumeric) return this.#key.within(begin, end) >= 0;
    return this.#hasNumber(this.#key, body, begin, end);
  }

  /** Whether a number that fits follows the key anywhere: at its path or elsewhere. */
  #hasNumber(key: BodySearch, body: Buffer, begin: number, end: number): boolean {
    for (let at = key.within(begin, end); at >= 0; at = key.within(at + 1, end)) {
      const value = numberAfter(body, at + key.needle.mostBytes, end);
      if (value === 'unknown' || (value !== null && this.#fits(value))) return true;
    }
    return false;
  }

  #fits(found: number): boolean {
    const { operator, value } = this.#comparison;
    if (typeof value !== 'number' || operator === '!=' || operator === '~') return true;
    return operator === '==' ? found === value : isOrdered(operator, found, value);
  }
}

function searchFor(text: string): BodySearch {
  return new BodySearch(textNeedle(JSON.stringify(text), true));
}

/** The number that a key has; null when its value is something else, `unknown` when only the parser can say. */
function numberAfter(body: Buffer, from: number, end: number): number | null | 'unknown' {
  let at = afterBlanks(body, from, end);
  if (body[at] !== COLON) return null;
  at = afterBlanks(body, at + 1, end);
  const isNegative = body[at] === 0x2d;
  if (isNegative) at++;
  let digits = 0;
  let decimals = -1;
  let mantissa = 0;
  for (; at < end; at++) {
    const byte = body[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + byte - 0x30;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === 0x2e && decimals < 0) decimals = 0;
    else if (byte === 0x65 || byte === 0x45) return 'unknown';
    else break;
  }
  if (digits === 0) return null;
  if (digits > MOST_DIGITS) return 'unknown';
  // Both are exact, so the quotient is the nearest number, as a parser would have it.
  const value = decimals > 0 ? mantissa / (POWERS[decimals] ?? 1) : mantissa;
  return isNegative ? -value : value;
}

function afterBlanks(body: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(body[at] ?? 0)) at++;
  return at;
}

/** RFC 8259 §2. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
