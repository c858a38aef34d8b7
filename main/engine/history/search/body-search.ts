import type { Needle } from './needle';

/** A run's body, and its messages one after the other: each match in it is found once, whatever is asked of it. */
export class BodySearch {
  #body: Buffer = Buffer.alloc(0);
  /** The first match at or after what was asked last; the body's length when there is none. */
  #begin = 0;
  #end = 0;

  constructor(readonly needle: Needle) {}

  /** @returns whether there is a match at all, be it across messages */
  reset(body: Buffer): boolean {
    this.#body = body;
    this.#look(0);
    return this.#begin < body.length;
  }

  /** Where a match within these bounds begins; -1 when there is none. The bounds must not go back. */
  within(begin: number, end: number): number {
    if (this.#begin < begin) this.#look(begin);
    // What reaches into the next message is a match of neither.
    while (this.#begin < end && this.#end > end) this.#look(this.#begin + 1);
    return this.#begin < end ? this.#begin : -1;
  }

  #look(from: number): void {
    const found = this.needle.find(this.#body, from);
    this.#begin = found < 0 ? this.#body.length : found;
    this.#end = found < 0 ? Infinity : this.needle.endOf(this.#body, found);
  }
}
