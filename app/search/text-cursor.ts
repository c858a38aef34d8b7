/** A part of a query that is not understood. */
export class QueryError extends Error {
  constructor(
    message: string,
    readonly offset: number,
    readonly length: number,
  ) {
    super(message);
    this.name = 'QueryError';
  }
}

/** Reads a text from its beginning to its end; patterns are sticky. */
export class TextCursor {
  offset = 0;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  peekChar(): string {
    return this.text.charAt(this.offset);
  }

  peek(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.text);
  }

  take(pattern: RegExp): RegExpExecArray | null {
    const found = this.peek(pattern);
    if (found !== null) this.offset += found[0].length;
    return found;
  }

  skipBlanks(): void {
    this.take(/\s*/y);
  }

  /** A text in double quotes; \" and \\ stand for the characters themselves. @throws QueryError when it has no end */
  quoted(): string {
    const begin = this.offset;
    let text = '';
    for (this.offset += 1; !this.atEnd; this.offset += 1) {
      const char = this.peekChar();
      if (char === '"') {
        this.offset += 1;
        return text;
      }
      const next = this.text.charAt(this.offset + 1);
      const isEscape = char === '\\' && (next === '"' || next === '\\');
      if (isEscape) this.offset += 1;
      text += isEscape ? next : char;
    }
    throw new QueryError(
      'The quotation has no end. Close it with ", or write \\" for a quotation mark that is searched for.',
      begin,
      this.text.length - begin,
    );
  }
}
