const FIRST_CAPACITY = 16;

/** How many visible rows each block of siblings takes. Number 0 is nobody's: levels of one block need no sum. */
export class BlockRows {
  /** By block. */
  sums = new Int32Array(FIRST_CAPACITY);
  private length = 1;
  private readonly free: number[] = [];

  of(block: number): number {
    return this.sums[block] ?? 0;
  }

  add(block: number, rows: number): void {
    this.sums[block] = (this.sums[block] ?? 0) + rows;
  }

  set(block: number, rows: number): void {
    this.sums[block] = rows;
  }

  /** A number for a new block without rows. */
  make(): number {
    const block = this.free.pop() ?? this.length++;
    if (block === this.sums.length) {
      const sums = new Int32Array(block * 2);
      sums.set(this.sums);
      this.sums = sums;
    }
    this.sums[block] = 0;
    return block;
  }

  /** Gives the number of a block that is no more back. */
  release(block: number): void {
    this.free.push(block);
  }
}
