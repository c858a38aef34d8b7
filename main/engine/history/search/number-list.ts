import type { Match } from './unit-scan';

const FIRST_CAPACITY = 1_024;

/** Numbers in one piece of memory: a million of them take 8 MB. */
export class NumberList {
  #values = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return index < this.#length ? (this.#values[index] ?? 0) : 0;
  }

  /** How many are not above a value; the list must ascend. */
  countUpTo(value: number): number {
    return firstAbove(this.#values, this.#length, value);
  }

  /** Where a value stands; -1 where it does not. */
  indexOf(value: number): number {
    const at = this.#values.indexOf(value);
    return at < this.#length ? at : -1;
  }
}

/** Matches, each with the run in which it stood. */
export class MatchList {
  readonly ids = new NumberList();
  readonly #runs = new NumberList();

  get length(): number {
    return this.ids.length;
  }

  push({ id, run }: Match): void {
    this.ids.push(id);
    this.#runs.push(run);
  }

  at(index: number): Match {
    return { id: this.ids.at(index), run: this.#runs.at(index) };
  }
}

/** The first index of an ascending array whose value is above; its length when there is none. */
export function firstAbove(values: Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
