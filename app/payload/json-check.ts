import { stringEnd } from './json-text';

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// eslint-disable-next-line no-control-regex -- RFC 8259 §7 forbids raw control characters in strings
const WRONG = /[\u0000-\u001f]|\\(?!["\\/bfnrt]|u[\dA-Fa-f]{4})/;

/**
 * Whether a text is JSON (RFC 8259), without making anything of it: a document of any size and depth costs a byte a
 * level, where parsing takes hundreds of bytes a value.
 */
export function isJson(text: string): boolean {
  return new Checker(text).check();
}

class Checker {
  private at = 0;
  /** What is open, a byte a level: whether it is an object. */
  private open = new Uint8Array(64);
  private depth = 0;

  constructor(private readonly text: string) {}

  check(): boolean {
    for (;;) {
      this.skip(SPACE);
      const character = this.text[this.at];
      if (character === '{' || character === '[') {
        this.enter(character === '{');
        if (!this.isEmptyAhead()) {
          if (character === '{' && !this.name()) return false;
          continue;
        }
        this.leave();
      } else if (character === '"' ? !this.string() : !this.skip(SCALAR)) return false;
      const more = this.afterValue();
      if (more !== null) return more;
    }
  }

  /** Closes what ends here; null when another value follows, else whether the text ended well. */
  private afterValue(): boolean | null {
    for (;;) {
      this.skip(SPACE);
      if (this.depth === 0) return this.at === this.text.length;
      const isObject = this.open[this.depth - 1] === 1;
      const character = this.text[this.at];
      if (character === ',') {
        this.at++;
        return isObject && !this.name() ? false : null;
      }
      if (character !== (isObject ? '}' : ']')) return false;
      this.leave();
    }
  }

  private enter(isObject: boolean): void {
    if (this.depth === this.open.length) {
      const larger = new Uint8Array(this.open.length * 2);
      larger.set(this.open);
      this.open = larger;
    }
    this.open[this.depth++] = isObject ? 1 : 0;
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  private isEmptyAhead(): boolean {
    this.skip(SPACE);
    return this.text[this.at] === (this.open[this.depth - 1] === 1 ? '}' : ']');
  }

  private name(): boolean {
    this.skip(SPACE);
    if (this.text[this.at] !== '"' || !this.string()) return false;
    this.skip(SPACE);
    return this.text[this.at++] === ':';
  }

  private string(): boolean {
    const start = this.at;
    const end = stringEnd(this.text, start);
    this.at = end;
    if (end === start + 1 || this.text[end - 1] !== '"') return false;
    return !WRONG.test(this.text.slice(start + 1, end - 1).replaceAll('\\\\', '__'));
  }

  /** Goes behind what a sticky pattern matches; whether it matched anything. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const from = this.at;
    if (pattern.test(this.text)) this.at = pattern.lastIndex;
    return this.at > from;
  }
}
