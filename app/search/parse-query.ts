import { PathReader } from './json-path';
import {
  MAX_QUERY_CHARS,
  MAX_QUERY_PARTS,
  type Comparison,
  type ComparisonOperator,
  type QueryProblem,
  type QueryResult,
  type Term,
  type TermPlace,
} from './query';
import { TextCursor, QueryError } from './text-cursor';

const OPERATORS = /(?:==|!=|<=|>=|[<>=~])/y;
const NUMBER = /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![^\s])/y;
const LITERAL = /(?:true|false|null)(?![^\s])/y;
const PREFIX = /(topic|payload|hex):(?=\S)/iy;
const WORD = /\S+/y;
const JOINING = /(and|&&)(?=\s)/iy;
const ALTERNATIVE = /(or|\|\|)(?=\s)/iy;

/**
 * Reads what a person typed. Words are looked for in topic and payload, `topic:word` and `payload:word` in one of them,
 * quotes keep blanks, `hex:00ff` is bytes, and `value > 80`, `state == "fault"`, `a.b[2].c != null` look into JSON. Never
 * throws.
 */
export function parseQuery(text: string): QueryResult {
  try {
    if (text.length > MAX_QUERY_CHARS) {
      throw new QueryError(
        `A query may have at most ${String(MAX_QUERY_CHARS)} characters. Search for a part of it.`,
        MAX_QUERY_CHARS,
        text.length - MAX_QUERY_CHARS,
      );
    }
    return { ok: true, query: new Parser(text).parse() };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, problem: problemOf(error) };
    throw error;
  }
}

function problemOf({ message, offset, length }: QueryError): QueryProblem {
  return { message, offset, length };
}

class Parser {
  readonly #cursor: TextCursor;
  readonly #terms: Term[] = [];
  readonly #comparisons: Comparison[] = [];
  #afterOperand = false;

  constructor(text: string) {
    this.#cursor = new TextCursor(text);
  }

  parse(): { terms: Term[]; comparisons: Comparison[] } {
    const cursor = this.#cursor;
    for (cursor.skipBlanks(); !cursor.atEnd; cursor.skipBlanks()) {
      const begin = cursor.offset;
      this.#part();
      if (this.#terms.length + this.#comparisons.length > MAX_QUERY_PARTS) {
        throw new QueryError(
          `A query may have at most ${String(MAX_QUERY_PARTS)} parts. Leave some out.`,
          begin,
          cursor.offset - begin,
        );
      }
    }
    return { terms: this.#terms, comparisons: this.#comparisons };
  }

  #part(): void {
    const cursor = this.#cursor;
    if (this.#joined()) return;
    const comparison = this.#comparison();
    if (comparison !== null) {
      this.#comparisons.push(comparison);
      this.#afterOperand = true;
      return;
    }
    const prefix = cursor.take(PREFIX)?.[1]?.toLowerCase();
    this.#afterOperand = prefix !== undefined || cursor.peekChar() === '"';
    if (prefix === 'hex') this.#terms.push(this.#bytes());
    else this.#terms.push(this.#text((prefix as TermPlace | undefined) ?? 'anywhere'));
  }

  /** `and` beside a comparison, or after quotes, only joins; between plain words it is one of them. */
  #joined(): boolean {
    const cursor = this.#cursor;
    const begin = cursor.offset;
    const joining = cursor.take(JOINING);
    if (joining !== null) {
      if (this.#afterOperand || this.#comparisonFollows()) return true;
      cursor.offset = begin;
    }
    const alternative = this.#afterOperand ? cursor.peek(ALTERNATIVE) : null;
    if (alternative === null) return false;
    throw new QueryError(
      'All parts of a query must be true of a message; there is no “or”. Search for one of them, then for the other.',
      begin,
      alternative[0].length,
    );
  }

  #comparisonFollows(): boolean {
    const begin = this.#cursor.offset;
    this.#cursor.skipBlanks();
    const found = new PathReader(this.#cursor).read() !== null && this.#operator() !== null;
    this.#cursor.offset = begin;
    return found;
  }

  #comparison(): Comparison | null {
    const cursor = this.#cursor;
    const begin = cursor.offset;
    const path = new PathReader(cursor).read();
    const operator = path === null ? null : this.#operator();
    if (path === null || operator === null) {
      cursor.offset = begin;
      return null;
    }
    cursor.skipBlanks();
    return { path, operator, value: this.#value(operator, begin) };
  }

  #operator(): ComparisonOperator | null {
    const { offset } = this.#cursor;
    this.#cursor.skipBlanks();
    const operator = this.#cursor.take(OPERATORS)?.[0];
    if (operator === undefined) this.#cursor.offset = offset;
    return operator === undefined
      ? null
      : operator === '='
        ? '=='
        : (operator as ComparisonOperator);
  }

  #value(operator: ComparisonOperator, begin: number): Comparison['value'] {
    const cursor = this.#cursor;
    const at = cursor.offset;
    const value = this.#literal(begin);
    const length = cursor.offset - at;
    if (operator === '~' && typeof value !== 'string') {
      throw new QueryError('After ~ comes text in quotes, as in name ~ "pump".', at, length);
    }
    if (/[<>]/.test(operator) && typeof value !== 'string' && typeof value !== 'number') {
      throw new QueryError(
        `${operator} compares numbers or texts; use == or != with ${String(value)}.`,
        at,
        length,
      );
    }
    return value;
  }

  #literal(begin: number): Comparison['value'] {
    const cursor = this.#cursor;
    if (cursor.peekChar() === '"') return cursor.quoted();
    const { offset } = cursor;
    const number = cursor.take(NUMBER)?.[0];
    if (number !== undefined) return exactNumber(number, offset);
    const literal = cursor.take(LITERAL)?.[0];
    if (literal !== undefined) return literal === 'null' ? null : literal === 'true';
    const word = cursor.peek(WORD)?.[0] ?? '';
    const typed = cursor.text.slice(begin, offset).trimEnd();
    throw new QueryError(
      word === ''
        ? `A value is missing after ${typed}. Type a number, text in quotes, true, false or null.`
        : `${word} is neither a number nor true, false or null. Put text in quotes: ${typed} ${quotedFor(word)}; or all of it, to search for it as text.`,
      word === '' ? begin : offset,
      word === '' ? offset - begin : word.length,
    );
  }

  #text(where: TermPlace): Term {
    const cursor = this.#cursor;
    const begin = cursor.offset;
    const text = cursor.peekChar() === '"' ? cursor.quoted() : (cursor.take(WORD)?.[0] ?? '');
    if (text !== '') return { kind: 'text', where, text };
    throw new QueryError(
      'There is nothing between the quotes. Type the text to search for.',
      begin,
      cursor.offset - begin,
    );
  }

  #bytes(): Term {
    const { offset } = this.#cursor;
    const digits = this.#cursor.take(WORD)?.[0] ?? '';
    if (/^(?:[0-9a-f]{2})+$/i.test(digits)) {
      const pairs = digits.match(/../g) ?? [];
      return { kind: 'bytes', bytes: Uint8Array.from(pairs, (pair) => parseInt(pair, 16)) };
    }
    throw new QueryError(
      'After hex: come bytes, two digits each, without blanks: hex:00ff10.',
      offset,
      digits.length,
    );
  }
}

/** Beyond 2^53 two numbers can look the same: better no answer than a wrong one. */
function exactNumber(text: string, offset: number): number {
  const value = Number(text);
  const isExact =
    Number.isFinite(value) && (!/^[-+]?\d+$/.test(text) || Number.isSafeInteger(value));
  if (isExact) return value;
  throw new QueryError(
    'Numbers this large cannot be compared exactly. Search for the digits as text, in quotes.',
    offset,
    text.length,
  );
}

function quotedFor(word: string): string {
  return `"${word.replaceAll('"', '')}"`;
}
