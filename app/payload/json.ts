import { stringEnd } from './json-text';

/**
 * A JSON value that keeps what `JSON.parse` loses: the source text of numbers, members with the same name and the
 * order of members. `start` and `end` of a container are its place in the source.
 */
export type JsonValue = JsonContainer | JsonScalar;

export interface JsonContainer {
  readonly kind: 'object' | 'array';
  /** Member names in the order of the text; null for an array. */
  readonly names: readonly string[] | null;
  readonly values: readonly JsonValue[];
  readonly start: number;
  readonly end: number;
}

export type JsonScalar =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly source: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

export interface JsonProblem {
  /** What was expected and what is there, in words. */
  readonly message: string;
  readonly offset: number;
  /** From 1; columns count UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
}

export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: JsonProblem };

interface OpenContainer {
  readonly kind: 'object' | 'array';
  readonly names: string[] | null;
  readonly values: JsonValue[];
  readonly start: number;
  end: number;
}

class Problem extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Parses JSON (RFC 8259) without recursion, so that deep nesting can't exhaust the stack. Never throws. */
export function parseJson(text: string): JsonResult {
  const parsing = new JsonParsing(text);
  for (;;) {
    const result = parsing.step(Infinity);
    if (result) return result;
  }
}

/** Parses as `parseJson` does, a piece at a time: a large document need not hold up a window. */
export class JsonParsing {
  readonly #reader: Reader;

  constructor(private readonly text: string) {
    this.#reader = new Reader(text);
  }

  /** How much of the text has been read, 0 to 1. */
  get progress(): number {
    return this.text === '' ? 1 : this.#reader.position / this.text.length;
  }

  /** Reads so many values more, fewer at the end. The result once all is read, else null. Never throws. */
  step(values: number): JsonResult | null {
    try {
      const value = this.#reader.read(values);
      return value && { ok: true, value };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { ok: false, problem: { message: error.message, ...place(this.text, error.offset) } };
    }
  }
}

/** Whether the text begins like a JSON object or array. */
export function beginsLikeJson(text: string): boolean {
  return /^[\s\ufeff]*(?:\{\s*(?:["}]|$)|\[\s*(?:[[\]{"\d-]|true|false|null|$))/.test(text);
}

function place(text: string, offset: number): { offset: number; line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { offset, line: before.split('\n').length, column: offset - lineStart + 1 };
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: ReadonlyArray<readonly [string, JsonScalar]> = [
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
  ['null', { kind: 'null' }],
];

class Reader {
  private index = 0;
  private readonly open: OpenContainer[] = [];

  constructor(private readonly text: string) {}

  get position(): number {
    return this.index;
  }

  /** Reads at most so many values and beginnings of containers; the root once all is read, else null. */
  read(values: number): JsonValue | null {
    for (let left = values; left > 0; left--) {
      const value = this.readValue();
      if (!value) continue;
      const root = this.attach(value);
      if (root) return root;
    }
    return null;
  }

  /** A finished value, or null after a container was opened that has members to read. */
  private readValue(): JsonValue | null {
    this.skipSpace();
    const character = this.text[this.index];
    if (character === '{' || character === '[') return this.openContainer(character);
    if (character === '"') return { kind: 'string', value: this.readString() };
    return this.readNumber() ?? this.readLiteral();
  }

  private openContainer(character: '{' | '['): JsonValue | null {
    const isObject = character === '{';
    const container: OpenContainer = {
      kind: isObject ? 'object' : 'array',
      names: isObject ? [] : null,
      values: [],
      start: this.index++,
      end: 0,
    };
    this.skipSpace();
    if (this.text[this.index] === (isObject ? '}' : ']')) {
      container.end = ++this.index;
      return container;
    }
    this.open.push(container);
    if (container.names) this.readName(container.names);
    return null;
  }

  /** Puts a value where it belongs and closes what it ends; returns the root once all is read. */
  private attach(value: JsonValue): JsonValue | null {
    let done = value;
    for (;;) {
      const container = this.open.at(-1);
      this.skipSpace();
      if (!container) {
        if (this.index < this.text.length) this.fail('the end', 'after the value');
        return done;
      }
      container.values.push(done);
      const close = container.names ? '}' : ']';
      const character = this.text[this.index];
      if (character === ',') {
        this.index++;
        if (container.names) this.readName(container.names);
        return null;
      }
      if (character !== close) this.fail(`a comma or ${close}`);
      container.end = ++this.index;
      this.open.pop();
      done = container;
    }
  }

  private readName(names: string[]): void {
    this.skipSpace();
    if (this.text[this.index] !== '"') this.fail('a member name in double quotes');
    names.push(this.readString());
    this.skipSpace();
    if (this.text[this.index] !== ':') this.fail('a colon', 'after the member name');
    this.index++;
  }

  private readString(): string {
    const start = this.index;
    const end = stringEnd(this.text, start);
    if (end === start + 1 || this.text[end - 1] !== '"') {
      throw new Problem('This text is never closed with a double quote', start);
    }
    this.index = end;
    return unquote(this.text, start, end);
  }

  private readNumber(): JsonScalar | null {
    NUMBER.lastIndex = this.index;
    const source = NUMBER.exec(this.text)?.[0];
    if (source === undefined) return null;
    this.index += source.length;
    return { kind: 'number', source };
  }

  private readLiteral(): JsonScalar {
    for (const [word, scalar] of LITERALS) {
      if (!this.text.startsWith(word, this.index)) continue;
      this.index += word.length;
      return scalar;
    }
    return this.fail('a value');
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.index;
    SPACE.test(this.text);
    this.index = SPACE.lastIndex;
  }

  private fail(expected: string, where = ''): never {
    const code = this.text.codePointAt(this.index);
    const found = code === undefined ? 'the text ends here' : `found ${quoteCharacter(code)}`;
    const place = where === '' ? '' : ` ${where}`;
    throw new Problem(`Expected ${expected}${place}, but ${found}`, this.index);
  }
}

function quoteCharacter(code: number): string {
  if (code > 0x20 && code !== 0x7f) return `“${String.fromCodePoint(code)}”`;
  return code === 0x20 ? 'a space' : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The characters of a string token; the common one without escapes is a plain slice. */
function unquote(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  // eslint-disable-next-line no-control-regex -- RFC 8259 §7 forbids raw control characters in strings
  if (!/[\\\u0000-\u001f]/.test(inner)) return inner;
  // eslint-disable-next-line no-control-regex -- as above
  const wrong = /[\u0000-\u001f]|\\(?!["\\/bfnrt]|u[\dA-Fa-f]{4})/.exec(
    inner.replaceAll('\\\\', '__'),
  );
  if (wrong) {
    const what =
      wrong[0] === '\\'
        ? 'This escape is not known to JSON'
        : 'A control character must be escaped';
    throw new Problem(what, start + 1 + wrong.index);
  }
  return JSON.parse(text.slice(start, end)) as string;
}
