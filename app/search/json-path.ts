import type { TextCursor } from './text-cursor';

const NAME = /[\p{L}_@$][\p{L}\p{N}_@$-]*/uy;
const MEMBER = /\.([\p{L}\p{N}_@$-]+)/uy;
const INDEX = /\[(\d{1,9})\]/y;
const QUOTED = /\[(?=")/y;
const ROOT = /\$(?![\p{L}\p{N}_@$-])/uy;

/** Reads where a value stands in JSON: `value`, `a.b[2].c`, `a["b c"]`, `$` for all of it, `$[0]`. */
export class PathReader {
  constructor(private readonly cursor: TextCursor) {}

  /** Null where no path begins. */
  read(): ReadonlyArray<string | number> | null {
    const path: (string | number)[] = [];
    if (this.cursor.take(ROOT) === null) {
      const name = this.cursor.take(NAME)?.[0];
      if (name === undefined) return null;
      path.push(name);
    }
    for (let step = this.#step(); step !== null; step = this.#step()) path.push(step);
    return path;
  }

  #step(): string | number | null {
    const member = this.cursor.take(MEMBER)?.[1];
    if (member !== undefined) return member;
    const index = this.cursor.take(INDEX)?.[1];
    if (index !== undefined) return Number(index);
    const { offset } = this.cursor;
    if (this.cursor.take(QUOTED) === null) return null;
    const key = this.cursor.quoted();
    if (this.cursor.take(/\]/y) !== null) return key;
    this.cursor.offset = offset;
    return null;
  }
}
