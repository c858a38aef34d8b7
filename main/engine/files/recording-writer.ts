import { createHash } from 'node:crypto';
import type { ChunkHead } from '../../../app/recording/chunk';
import { encodeChunkHead, encodeTrailer } from '../../../app/recording/chunk';
import {
  encodeDocument,
  NOTES_A_CHUNK,
  type RecordedGap,
  type RecordedSession,
  type RecordingHeader,
} from '../../../app/recording/documents';
import { CHUNK, CHUNK_BODY_BYTES, CODEC, MAGIC } from '../../../app/recording/layout';
import { RecordEncoder, type RecordedMessage } from '../../../app/recording/records';
import { checksum, deflated } from './compression';
import type { Sink } from './sink';

/** Bodies that are being compressed while the next ones are gathered. */
const UNDER_WAY = 4;

interface Piece {
  readonly head: Omit<ChunkHead, 'sequence' | 'storedBytes' | 'codec' | 'crc'>;
  readonly raw: Uint8Array;
  readonly packed: Promise<Uint8Array>;
}

/** Writes a recording from the front to the back: a pipe will do. */
export class RecordingWriter {
  readonly #sink: Sink;
  readonly #encoder = new RecordEncoder();
  readonly #digest = createHash('sha256');
  readonly #topics = new Set<string>();
  #underWay: Piece[] = [];
  #bytes = 0;
  #chunks = 0;
  #messages = 0;
  #payloadBytes = 0;
  #sessions = 0;
  #gaps = 0;
  #firstTimeUs: number | null = null;
  #lastTimeUs: number | null = null;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async begin(
    header: RecordingHeader,
    sessions: readonly RecordedSession[],
    gaps: Iterable<RecordedGap>,
  ): Promise<void> {
    await this.#write(Uint8Array.from(MAGIC));
    await this.#chunk(CHUNK.header, encodeDocument(header), 0);
    for (let at = 0; at < sessions.length; at += NOTES_A_CHUNK) {
      const some = sessions.slice(at, at + NOTES_A_CHUNK);
      await this.#chunk(CHUNK.notes, encodeDocument({ sessions: some, gaps: [] }), 0);
    }
    this.#sessions = sessions.length;
    let waiting: RecordedGap[] = [];
    for (const gap of gaps) {
      this.#gaps += 1;
      waiting.push(gap);
      if (waiting.length < NOTES_A_CHUNK) continue;
      await this.#chunk(CHUNK.notes, encodeDocument({ sessions: [], gaps: waiting }), 0);
      waiting = [];
    }
    if (waiting.length > 0) {
      await this.#chunk(CHUNK.notes, encodeDocument({ sessions: [], gaps: waiting }), 0);
    }
  }

  /** @param properties as docs/history-format.md encodes them; null for none */
  add(message: Omit<RecordedMessage, 'properties'>, properties: Uint8Array | null): void {
    this.#encoder.add(message, properties);
    this.#topics.add(message.topic);
    this.#payloadBytes += message.payload.length;
    this.#firstTimeUs = Math.min(this.#firstTimeUs ?? message.timeUs, message.timeUs);
    this.#lastTimeUs = Math.max(this.#lastTimeUs ?? message.timeUs, message.timeUs);
  }

  /** Whether `flush` should be awaited before the next message. */
  get isFull(): boolean {
    return this.#encoder.isFull;
  }

  async flush(): Promise<void> {
    if (this.#encoder.messages === 0) return;
    const { body, messages } = this.#encoder.take();
    await this.#chunk(CHUNK.messages, body, messages);
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#drain(0);
    const [chunks, bytes] = [this.#chunks, this.#bytes];
    const footer = encodeDocument({
      messages: this.#messages,
      payloadBytes: this.#payloadBytes,
      topics: this.#topics.size,
      sessions: this.#sessions,
      gaps: this.#gaps,
      firstTimeUs: this.#firstTimeUs,
      lastTimeUs: this.#lastTimeUs,
      ...{ chunks, bytes, sha256: this.#digest.copy().digest('hex') },
    });
    await this.#chunk(CHUNK.footer, footer, 0);
    await this.#drain(0);
    await this.#sink.write(encodeTrailer(bytes, checksum));
  }

  /** A body as one chunk, or as several pieces where it is one large message. */
  async #chunk(type: number, body: Uint8Array, messages: number): Promise<void> {
    for (let at = 0; at === 0 || at < body.length;) {
      // One message may have gone over the size at which bodies are taken.
      const isLast = body.length - at <= 2 * CHUNK_BODY_BYTES;
      const to = isLast ? body.length : at + CHUNK_BODY_BYTES;
      const raw = body.subarray(at, to);
      const head = {
        ...{ type, more: !isLast, rawBytes: raw.length },
        messagesBefore: this.#messages,
        messages: at === 0 ? messages : 0,
      };
      if (at === 0) this.#messages += messages;
      this.#underWay.push({ head, raw, packed: deflated(raw) });
      await this.#drain(UNDER_WAY);
      at = to;
      if (isLast) break;
    }
  }

  async #drain(left: number): Promise<void> {
    while (this.#underWay.length > left) {
      const piece = this.#underWay.shift();
      if (piece) await this.#writePiece(piece);
    }
  }

  async #writePiece({ head, raw, packed }: Piece): Promise<void> {
    const small = await packed;
    const isSmaller = small.length < raw.length;
    const stored = isSmaller ? small : raw;
    const chunk: ChunkHead = {
      ...head,
      codec: isSmaller ? CODEC.deflated : CODEC.stored,
      sequence: this.#chunks++,
      storedBytes: stored.length,
      crc: checksum(stored),
    };
    await this.#write(encodeChunkHead(chunk, checksum));
    await this.#write(stored);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#digest.update(bytes);
    this.#bytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
