/** Something that was found, and by what it is ranked. */
export interface Ranked {
  readonly score: number;
  /** Position in the tree; of those with the same score the lower one stands first. */
  readonly index: number;
}

/** The highest of many, a bounded number of them: a heap whose root is the lowest that is kept. */
export class TopRows<Row extends Ranked> {
  readonly #heap: Row[] = [];
  /** How many were offered. */
  offered = 0;

  constructor(private readonly most: number) {}

  /** Whether a row would be kept; to be asked before it is made. Counts it as offered. */
  wants(score: number, index: number): boolean {
    this.offered += 1;
    const lowest = this.#heap[0];
    if (this.#heap.length < this.most || lowest === undefined) return this.most > 0;
    return score > lowest.score || (score === lowest.score && index < lowest.index);
  }

  /** Takes a row that was wanted. */
  add(row: Row): void {
    if (this.#heap.length < this.most) {
      this.#heap.push(row);
      this.#rise(this.#heap.length - 1);
    } else {
      this.#heap[0] = row;
      this.#sink();
    }
  }

  /** The highest first. */
  ranked(): readonly Row[] {
    return [...this.#heap].sort((a, b) => b.score - a.score || a.index - b.index);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isLower(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      let lowest = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#heap.length && this.#isLower(child, lowest)) lowest = child;
      }
      if (lowest === at) return;
      this.#swap(at, lowest);
      at = lowest;
    }
  }

  #isLower(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return false;
    return one.score < other.score || (one.score === other.score && one.index > other.index);
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
