import { Buffer } from 'node:buffer';

/** Bytes that have come and can't be read yet, in the pieces in which they came. */
export class UnreadBytes {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #wanted = 0;

  /** Whether as many have come as were wanted. */
  get isEnough(): boolean {
    return this.#bytes >= this.#wanted;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Keeps the end of what was taken, until there are so many bytes. */
  keep(piece: Buffer, wanted: number): void {
    this.add(piece);
    this.#wanted = wanted;
  }

  /** All of them, in one piece. */
  take(): Buffer {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#wanted = 0;
    const [first] = pieces;
    return first && pieces.length === 1 ? first : Buffer.concat(pieces);
  }
}
