import { Buffer } from 'node:buffer';

/**
 * What is larger goes to the socket in pieces of this size, each when the one before has gone: nothing is copied whole, TLS
 * does not encrypt all of it in one turn, and how far it is can be told.
 */
const PIECE_BYTES = 256 * 1024;

/** The same bytes in the same order, in pieces of at most `PIECE_BYTES`. */
export function* piecesOf(chunks: readonly Buffer[]): Generator<Buffer, undefined> {
  let small: Buffer[] = [];
  let smallBytes = 0;
  for (const chunk of chunks) {
    if (smallBytes + chunk.length > PIECE_BYTES && small.length > 0) {
      yield joined(small);
      [small, smallBytes] = [[], 0];
    }
    if (chunk.length <= PIECE_BYTES) {
      small.push(chunk);
      smallBytes += chunk.length;
      continue;
    }
    for (let at = 0; at < chunk.length; at += PIECE_BYTES)
      yield chunk.subarray(at, at + PIECE_BYTES);
  }
  if (small.length > 0) yield joined(small);
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
}
