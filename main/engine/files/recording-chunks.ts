import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { decodeChunkHead, decodeTrailer, type ChunkHead } from '../../../app/recording/chunk';
import { decodeFooter, type RecordingFooter } from '../../../app/recording/documents';
import {
  CHUNK,
  CHUNK_HEAD_BYTES,
  CHUNK_MARKER,
  CODEC,
  MOST_CHUNK_BYTES,
  TRAILER_BYTES,
} from '../../../app/recording/layout';
import type { ByteQueue } from './byte-queue';
import { checksum, inflated } from './compression';
import { unreadable } from './file-errors';

/** What comes next in a recording. */
export type FoundChunk =
  | {
      readonly kind: 'chunk';
      readonly offset: number;
      readonly head: ChunkHead;
      readonly raw: Buffer;
    }
  /** Something that is no sound chunk; it was skipped. */
  | { readonly kind: 'damage'; readonly offset: number; readonly why: string }
  /** @property cut the head of the chunk in which the file ends; null when it ends elsewhere */
  | { readonly kind: 'end'; readonly offset: number; readonly cut: ChunkHead | null };

const MARKER = Buffer.from(CHUNK_MARKER);

/** The chunks of a recording, one at a time; behind damage it goes on with the next one that is sound. */
export class ChunkSource {
  readonly #queue: ByteQueue;
  readonly #digest = createHash('sha256');

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  get offset(): number {
    return this.#queue.offset;
  }

  /** SHA-256 of all that was taken. */
  sha256(): string {
    return this.#digest.copy().digest('hex');
  }

  take(count: number): Buffer {
    const bytes = this.#queue.take(count);
    this.#digest.update(bytes);
    return bytes;
  }

  /** The digest of all before the chunk that stands here is asked for with `sha256` before. */
  async next(): Promise<FoundChunk> {
    const queue = this.#queue;
    const { offset } = queue;
    if (!(await queue.ensure(CHUNK_HEAD_BYTES))) return { kind: 'end', offset, cut: null };
    const head = decodeChunkHead(queue.here, checksum);
    if (head === null) {
      this.#skipToMarker();
      return { kind: 'damage', offset, why: 'its head is damaged' };
    }
    // What looks like another chunk in its bytes may be a payload: nothing is searched there.
    if (!(await queue.ensure(CHUNK_HEAD_BYTES + head.storedBytes))) {
      return { kind: 'end', offset, cut: head };
    }
    this.take(CHUNK_HEAD_BYTES);
    const raw = await unpacked(head, this.take(head.storedBytes));
    if (raw === null) return { kind: 'damage', offset, why: 'its checksum does not fit' };
    return { kind: 'chunk', offset, head, raw };
  }

  /** Takes all that is left. */
  async drain(): Promise<void> {
    while (await this.#queue.ensure(1)) this.take(this.#queue.here.length);
  }

  #skipToMarker(): void {
    const { here } = this.#queue;
    const next = here.indexOf(MARKER, 1);
    // The last bytes may be the beginning of a marker.
    this.take(next > 0 ? next : Math.max(1, here.length - (MARKER.length - 1)));
  }
}

/** The footer of a file, found from its end; null when the file was cut off, or is damaged there. */
export async function footerOf(path: string): Promise<RecordingFooter | null> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const trailer = Buffer.alloc(TRAILER_BYTES);
      await handle.read(trailer, 0, TRAILER_BYTES, Math.max(0, size - TRAILER_BYTES));
      const offset = decodeTrailer(trailer, checksum);
      if (offset === null || offset > size || size - offset > MOST_CHUNK_BYTES) return null;
      const bytes = Buffer.alloc(size - offset);
      await handle.read(bytes, 0, bytes.length, offset);
      const head = decodeChunkHead(bytes, checksum);
      if (head?.type !== CHUNK.footer) return null;
      const raw = await unpacked(head, bytes.subarray(CHUNK_HEAD_BYTES));
      return raw && decodeFooter(raw);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Null when the checksum does not fit, or it cannot be unpacked. */
async function unpacked(head: ChunkHead, stored: Buffer): Promise<Buffer | null> {
  if (stored.length < head.storedBytes) return null;
  const bytes = stored.subarray(0, head.storedBytes);
  if (checksum(bytes) !== head.crc) return null;
  if (head.codec === CODEC.stored) return bytes.length === head.rawBytes ? bytes : null;
  if (head.codec !== CODEC.deflated) return null;
  const raw = await inflated(bytes, head.rawBytes);
  return raw && Buffer.from(raw.buffer, raw.byteOffset, raw.length);
}
