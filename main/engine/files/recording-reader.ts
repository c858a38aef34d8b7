import { LoupeError, messageOf } from '../../../app/errors';
import { startsWith, type ChunkHead } from '../../../app/recording/chunk';
import { damaged } from '../../../app/recording/damage';
import {
  decodeFooter,
  decodeHeader,
  decodeNotes,
  isNewer,
  type RecordingFooter,
  type RecordingHeader,
  type RecordingNotes,
} from '../../../app/recording/documents';
import { CHUNK, MAGIC, MOST_BODY_BYTES, TRAILER_BYTES } from '../../../app/recording/layout';
import { decodeRecords, type RecordedMessage } from '../../../app/recording/records';
import { ByteQueue, type ByteStream } from './byte-queue';
import { ChunkSource, type FoundChunk } from './recording-chunks';

/** What stands in a recording, in its order. */
export type RecordingPart =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'notes'; readonly notes: RecordingNotes }
  | { readonly kind: 'messages'; readonly messages: readonly RecordedMessage[] }
  | RecordingLoss
  | { readonly kind: 'footer'; readonly footer: RecordingFooter };

/** A part that could not be read. */
export interface RecordingLoss {
  readonly kind: 'lost';
  /** Where it begins in the file, and how long it is. */
  readonly offset: number;
  readonly bytes: number;
  /** Messages that are missing, at least; null where that cannot be known. */
  readonly messages: number | null;
  readonly why: string;
}

/** A body that goes on in the next chunk. */
interface Pieces {
  readonly offset: number;
  readonly head: ChunkHead;
  readonly parts: Buffer[];
  bytes: number;
  nextSequence: number;
}

/**
 * Reads a recording from the front to the back, around whatever is damaged: what is sound is given, what is not is told
 * with its size. Never more than one body is in memory.
 * @throws LoupeError `file-unreadable` when it is no recording, or a newer version wrote it; what the stream throws
 */
export async function* readRecording(stream: ByteStream): AsyncGenerator<RecordingPart> {
  const queue = new ByteQueue(stream);
  try {
    await queue.ensure(MAGIC.length);
    if (!startsWith(queue.here, MAGIC)) {
      throw damaged('It is no recording of MQTT Loupe, or its beginning was changed on the way.');
    }
    const source = new ChunkSource(queue);
    source.take(MAGIC.length);
    yield* new RecordingReader(source).parts();
  } finally {
    await queue.close();
  }
}

class RecordingReader {
  readonly #source: ChunkSource;
  /** Messages that were given, or told as lost. */
  #accounted = 0;
  #pieces: Pieces | null = null;
  /** Where what cannot be read began, and why; null while all is well. */
  #lost: { readonly offset: number; readonly why: string } | null = null;
  #wasDamaged = false;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  async *parts(): AsyncGenerator<RecordingPart> {
    for (;;) {
      const sha256 = this.#source.sha256();
      const found = await this.#source.next();
      if (found.kind === 'end') {
        yield* this.#cutOff(found.offset, found.cut);
        return;
      }
      if (found.kind === 'damage') this.#spoil(found.offset, found.why);
      else if (found.head.type === CHUNK.footer) {
        yield* this.#footer(found, sha256);
        return;
      } else yield* this.#chunk(found);
    }
  }

  *#chunk(found: FoundChunk & { kind: 'chunk' }): Generator<RecordingPart> {
    const { head, raw, offset } = found;
    const goesOn = this.#pieces?.nextSequence === head.sequence;
    if (this.#pieces !== null && !goesOn) this.#spoil(offset, 'a piece of a message is missing');
    if (this.#pieces === null && isContinuation(head)) {
      this.#spoil(offset, 'the beginning of a message is missing');
      return;
    }
    this.#pieces ??= { offset, head, parts: [], bytes: 0, nextSequence: 0 };
    this.#pieces.parts.push(raw);
    this.#pieces.bytes += raw.length;
    this.#pieces.nextSequence = head.sequence + 1;
    if (this.#pieces.bytes > MOST_BODY_BYTES) this.#spoil(offset, 'it is larger than any message');
    else if (!head.more) yield* this.#body(this.#pieces);
  }

  *#body({ offset, head, parts }: Pieces): Generator<RecordingPart> {
    const [first] = parts;
    const body = parts.length === 1 && first ? first : Buffer.concat(parts);
    this.#pieces = null;
    yield* this.#loss(offset, head);
    try {
      if (head.type === CHUNK.header) yield { kind: 'header', header: decodeHeader(body) };
      else if (head.type === CHUNK.notes) yield { kind: 'notes', notes: decodeNotes(body) };
      else if (head.type === CHUNK.messages) yield* this.#messages(head, body, offset);
      // Anything else is of a newer version, and can be left out.
    } catch (error) {
      if (isNewer(error) || !(error instanceof LoupeError)) throw error;
      this.#spoil(offset, messageOf(error));
    }
  }

  *#messages(head: ChunkHead, body: Buffer, offset: number): Generator<RecordingPart> {
    const messages: RecordedMessage[] = [];
    let why: string | null = null;
    try {
      for (const message of decodeRecords(body)) {
        if (messages.length === head.messages) throw damaged('It has more messages than it says.');
        messages.push(message);
      }
    } catch (error) {
      why = messageOf(error);
    }
    this.#accounted += head.messages;
    if (messages.length > 0) yield { kind: 'messages', messages };
    const missing = head.messages - messages.length;
    if (missing === 0 && why === null) return;
    why ??= 'It has fewer messages than it says.';
    yield { kind: 'lost', offset, bytes: body.length, messages: missing, why };
  }

  async *#footer(
    { head, raw, offset }: FoundChunk & { kind: 'chunk' },
    sha256: string,
  ): AsyncGenerator<RecordingPart> {
    if (this.#pieces !== null) this.#spoil(offset, 'the end of a message is missing');
    yield* this.#loss(offset, head);
    let footer: RecordingFooter;
    try {
      footer = decodeFooter(raw);
    } catch (error) {
      this.#spoil(offset, messageOf(error));
      yield* this.#cutOff(offset, null);
      return;
    }
    const missing = footer.messages - this.#accounted;
    if (missing > 0) {
      const why = 'its footer tells of more messages than there are';
      yield { kind: 'lost', offset, bytes: 0, messages: missing, why };
    } else if (footer.sha256 !== sha256 && !this.#wasDamaged) {
      const why = 'the digest of the whole file does not fit: it was changed after it was written';
      yield { kind: 'lost', offset: 0, bytes: 0, messages: 0, why };
    }
    yield { kind: 'footer', footer };
    yield* this.#behind();
  }

  /** What stands behind the end. */
  async *#behind(): AsyncGenerator<RecordingPart> {
    const { offset } = this.#source;
    await this.#source.drain();
    const bytes = this.#source.offset - offset - TRAILER_BYTES;
    if (bytes <= 0) return;
    const why = 'behind the end of the recording stands something that is not part of it';
    yield { kind: 'lost', offset: offset + TRAILER_BYTES, bytes, messages: null, why };
  }

  /** The file ends without its footer. */
  async *#cutOff(offset: number, cut: ChunkHead | null): AsyncGenerator<RecordingPart> {
    const from = this.#lost?.offset ?? this.#pieces?.offset ?? offset;
    await this.#source.drain();
    const known = cut ?? this.#pieces?.head ?? null;
    // At least so many: what came behind that part is not known at all.
    const missing = known === null ? 0 : known.messagesBefore + known.messages - this.#accounted;
    yield {
      ...{ kind: 'lost', offset: from, bytes: this.#source.offset - from },
      messages: missing > 0 ? missing : null,
      why: 'the end of the file is missing, and what came behind the last whole part with it',
    };
  }

  /** From here on nothing can be used until a sound part comes. */
  #spoil(offset: number, why: string): void {
    this.#wasDamaged = true;
    this.#lost ??= { offset: this.#pieces?.offset ?? offset, why };
    this.#pieces = null;
  }

  /** Tells what was skipped before a sound part. @param next its head, which says how many messages came before */
  *#loss(until: number, next: ChunkHead): Generator<RecordingPart> {
    const missing = Math.max(0, next.messagesBefore - this.#accounted);
    this.#accounted += missing;
    const { offset, why } = this.#lost ?? { offset: until, why: 'a part of the file is missing' };
    this.#lost = null;
    if (missing === 0 && until <= offset) return;
    yield { kind: 'lost', offset, bytes: until - offset, messages: missing, why };
  }
}

/** A later piece of a body: it begins no message. */
function isContinuation(head: ChunkHead): boolean {
  return head.type === CHUNK.messages && head.messages === 0 && head.rawBytes > 0;
}
