/** Each of so many lines has its place kept; those between are found from there. */
const STEP = 64;
/** From here on characters may be twice as wide (Hangul, CJK, emoji). */
const FIRST_WIDE = 0x1100;
/** A hidden character is shown as `\u202e`. */
const ESCAPED_COLUMNS = 6;
const TAB_COLUMNS = 4;

/**
 * The lines of a text as they are shown in so many columns, found a piece at a time: what does not fit goes on in the
 * next line. Memory is a number for every 64 lines.
 */
export class TextLines {
  readonly #places: number[] = [0];
  #count = 0;
  #index = 0;
  #breaks = 0;

  constructor(
    readonly text: string,
    readonly columns: number,
  ) {}

  /** Lines found so far. */
  get count(): number {
    return this.#count;
  }

  /** Lines that the text itself has so far, however many each becomes in these columns. */
  get ownCount(): number {
    return this.#breaks + Number(this.#index > 0 && this.text[this.#index - 1] !== '\n');
  }

  get isComplete(): boolean {
    return this.#count > 0 && this.#index >= this.text.length;
  }

  /** Finds so many lines more; false when all are found. */
  step(lines: number): boolean {
    for (let left = lines; left > 0 && !this.isComplete; left--) {
      this.#index = this.#next(this.#index);
      this.#count++;
      if (this.text[this.#index - 1] === '\n') this.#breaks++;
      if (this.#count % STEP === 0) this.#places.push(this.#index);
    }
    return !this.isComplete;
  }

  /** A line without its break. */
  line(number: number): string {
    const [start, end] = this.#range(number);
    const text = this.text.slice(start, end);
    return text.replace(/\r?\n$/u, '');
  }

  /** The line that a place of the text stands in; the last one found when it is beyond. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#places[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    let line = low * STEP;
    for (let at = this.#next(this.#places[low] ?? 0); at <= offset; at = this.#next(at)) {
      if (line + 1 >= this.#count) break;
      line++;
    }
    return line;
  }

  #range(number: number): readonly [start: number, end: number] {
    let start = this.#places[Math.floor(number / STEP)] ?? this.text.length;
    for (let skip = number % STEP; skip > 0; skip--) start = this.#next(start);
    return [start, this.#next(start)];
  }

  /** Where the line that begins at a place ends, its break included. */
  #next(start: number): number {
    let used = 0;
    for (let index = start; index < this.text.length; index++) {
      const code = this.text.charCodeAt(index);
      if (code === 0x0a) return index + 1;
      if (code === 0x0d && this.text.charCodeAt(index + 1) === 0x0a) return index + 2;
      used += columnsOf(code);
      if (used > this.columns && index > start) return index;
    }
    return this.text.length;
  }
}

function columnsOf(code: number): number {
  if (code === 0x09) return TAB_COLUMNS;
  if (code >= 0x20 && code < 0x7f) return 1;
  // The second half of a pair belongs to the first.
  if (code >= 0xdc00 && code <= 0xdfff) return 0;
  if (isHidden(code)) return ESCAPED_COLUMNS;
  return code >= FIRST_WIDE ? 2 : 1;
}

/** As `escapeHidden` has it. */
function isHidden(code: number): boolean {
  return (
    code < 0xa0 ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2069) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb)
  );
}
