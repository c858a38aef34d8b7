import { Buffer } from 'node:buffer';

/** Bytes that have come and can't be read yet, in the pieces in which they came. */
export class UnreadBytes {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #wanted = 0;

  /** Whether there are any, and as many as were wanted. */
  get isReady(): boolean {
    return this.#bytes > 0 && this.#bytes >= this.#wanted;
  }

  /** In the pieces in which they came. */
  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Keeps the end of what was taken, until so many bytes are there; 0 for as many as there are. */
  keep(piece: Buffer, wanted: number): void {
    if (piece.length > 0) this.#pieces.unshift(piece);
    this.#bytes += piece.length;
    this.#wanted = wanted;
  }

  /** In one piece: what was wanted without what is behind it, or all. Only what came in pieces is copied. */
  take(): Buffer {
    const pieces = this.#pieces;
    const behind = this.#wanted === 0 ? 0 : this.#bytes - this.#wanted;
    this.#pieces = [];
    this.#bytes = 0;
    this.#wanted = 0;
    const last = pieces.pop() ?? Buffer.alloc(0);
    let wanted = last;
    if (behind > 0) {
      const end = last.length - behind;
      this.add(last.subarray(end));
      wanted = last.subarray(0, end);
    }
    return pieces.length === 0 ? wanted : Buffer.concat([...pieces, wanted]);
  }
}
