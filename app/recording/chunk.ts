import {
  CHUNK_HEAD_BYTES,
  CHUNK_MARKER,
  END_MARKER,
  FLAG_MORE,
  MOST_CHUNK_BYTES,
  TRAILER_BYTES,
} from './layout';

/** CRC-32 of bytes; zlib's own where the runtime has it. */
export type Checksum = (bytes: Uint8Array) => number;

/** What stands before the bytes of each chunk. */
export interface ChunkHead {
  readonly type: number;
  readonly codec: number;
  /** The body goes on in the next chunk. */
  readonly more: boolean;
  /** Position among the chunks, from 0. */
  readonly sequence: number;
  /** Bytes that follow in the file, and what they are when they are unpacked. */
  readonly storedBytes: number;
  readonly rawBytes: number;
  /** Of the stored bytes. */
  readonly crc: number;
  /** Messages in all chunks before, and in this one: so a reader knows how many a damaged chunk had. */
  readonly messagesBefore: number;
  readonly messages: number;
}

export function encodeChunkHead(head: ChunkHead, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(CHUNK_HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(CHUNK_MARKER);
  bytes[4] = head.type;
  bytes[5] = head.codec;
  bytes[6] = head.more ? FLAG_MORE : 0;
  view.setUint32(8, head.sequence, true);
  view.setUint32(12, head.storedBytes, true);
  view.setUint32(16, head.rawBytes, true);
  view.setUint32(20, head.crc, true);
  setUint64(view, 24, head.messagesBefore);
  view.setUint32(32, head.messages, true);
  view.setUint32(36, checksum(bytes.subarray(0, 36)), true);
  return bytes;
}

/** The head that stands here; null when none does, it is damaged, or is beyond the limits. */
export function decodeChunkHead(bytes: Uint8Array, checksum: Checksum): ChunkHead | null {
  if (bytes.length < CHUNK_HEAD_BYTES || !startsWith(bytes, CHUNK_MARKER)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, CHUNK_HEAD_BYTES);
  if (view.getUint32(36, true) !== checksum(bytes.subarray(0, 36))) return null;
  const head: ChunkHead = {
    type: view.getUint8(4),
    codec: view.getUint8(5),
    more: (view.getUint8(6) & FLAG_MORE) !== 0,
    sequence: view.getUint32(8, true),
    storedBytes: view.getUint32(12, true),
    rawBytes: view.getUint32(16, true),
    crc: view.getUint32(20, true),
    messagesBefore: getUint64(view, 24),
    messages: view.getUint32(32, true),
  };
  const isWithin =
    head.storedBytes <= MOST_CHUNK_BYTES &&
    head.rawBytes <= MOST_CHUNK_BYTES &&
    Number.isSafeInteger(head.messagesBefore);
  return isWithin ? head : null;
}

/** The last bytes of a file. @param footerOffset where the footer's chunk begins */
export function encodeTrailer(footerOffset: number, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(END_MARKER);
  setUint64(view, 4, footerOffset);
  view.setUint32(12, checksum(bytes.subarray(0, 12)), true);
  return bytes;
}

/** Where the footer begins; null when these are not the last bytes of a whole file. */
export function decodeTrailer(bytes: Uint8Array, checksum: Checksum): number | null {
  if (bytes.length < TRAILER_BYTES || !startsWith(bytes, END_MARKER)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, TRAILER_BYTES);
  if (view.getUint32(12, true) !== checksum(bytes.subarray(0, 12))) return null;
  const offset = getUint64(view, 4);
  return Number.isSafeInteger(offset) ? offset : null;
}

export function startsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, at) => bytes[at] === byte);
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
