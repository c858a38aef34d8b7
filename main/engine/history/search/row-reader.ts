import type { ListRow } from '../../../../app/contract-search';
import { LoupeError } from '../../../../app/errors';
import type { Message, MessageHead } from '../../../../app/message';
import type { Database, Statement } from '../driver';
import { HEAD_BYTES, PART_BYTES } from '../layout';
import { RunMessages, storedHead, type StoredHead } from '../run-messages';
import type { Run } from '../run-source';
import { LargePayloads } from './large-payloads';
import type { Needle } from './needle';
import type { UnitOrder } from './unit-orders';

/** What a row shows of a payload. */
const PREVIEW_BYTES = 400;
/** A match further back than this moves the preview, so that it can be seen; so much before it is shown. */
const FAR_BYTES = 70;
const BEFORE_BYTES = 24;
/** Bodies that are kept: about so many blocks have the rows of a page and of the next one. */
const MOST_BODIES = 160;
const MOST_NAMES = 20_000;

/** Makes rows of messages. */
export class RowReader {
  readonly #messages: RunMessages;
  readonly #large: LargePayloads;
  readonly #name: Statement<string>;
  readonly #part: Statement<Buffer>;
  readonly #names = new Map<number, string>();
  readonly #bodies = new Map<Run, Uint8Array>();

  constructor(database: Database) {
    this.#messages = new RunMessages(database);
    this.#large = new LargePayloads(database);
    this.#name = database
      .prepare<unknown[], string>('SELECT name FROM topics WHERE key = ?')
      .pluck();
    this.#part = database
      .prepare<unknown[], Buffer>(
        'SELECT substr(bytes, ? + 1, ?) FROM message_parts WHERE message = ? AND part = ?',
      )
      .pluck();
  }

  /**
   * @param at index in the order
   * @param needles what is shown of the payload begins shortly before the first of them that is found
   */
  row(order: UnitOrder, at: number, needles: readonly Needle[]): ListRow {
    const run = order.runs[order.runOf[at] ?? 0];
    const id = order.ids[at] ?? 0;
    try {
      // Of a damaged run nothing is in the order.
      if (run !== undefined && at < order.ids.length)
        return this.#row(run, order.placeOf[at] ?? 0, needles);
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error;
    }
    return { kind: 'missing', id, isDamaged: true };
  }

  /** Null when the message does not stand in this run, or the run is damaged. */
  rowOf(run: Run, id: number, needles: readonly Needle[]): ListRow | null {
    try {
      const place = run.heads.ids.indexOf(id);
      return place < 0 ? null : this.#row(run, place, needles);
    } catch (error) {
      if (error instanceof LoupeError) return null;
      throw error;
    }
  }

  #row(run: Run, place: number, needles: readonly Needle[]): ListRow {
    const stored = storedHead(run, place, this.#bodyOf(run));
    const previewAt = this.#previewAt(stored, needles);
    return {
      kind: 'message',
      topic: this.#nameOf(run.heads.topics[place] ?? 0),
      head: headOf(this.#messages.toMessage(stored, 0)),
      preview: this.#preview(stored, previewAt),
      previewAt,
    };
  }

  #bodyOf(run: Run): Uint8Array {
    const known = this.#bodies.get(run);
    if (known !== undefined) return known;
    const body = run.readBody();
    this.#bodies.set(run, body);
    const [oldest] = this.#bodies.keys();
    if (this.#bodies.size > MOST_BODIES && oldest !== undefined) this.#bodies.delete(oldest);
    return body;
  }

  #nameOf(topic: number): string {
    const known = this.#names.get(topic);
    if (known !== undefined) return known;
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    const name = this.#name.get(topic) ?? '';
    this.#names.set(topic, name);
    return name;
  }

  #previewAt({ id, sizeBytes, head }: StoredHead, needles: readonly Needle[]): number {
    if (sizeBytes <= FAR_BYTES) return 0;
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
    for (const needle of needles) {
      const inHead = needle.find(bytes, 0);
      const found =
        inHead < 0 && sizeBytes > HEAD_BYTES ? this.#large.find(needle, id, bytes) : inHead;
      if (found >= 0) return found <= FAR_BYTES ? 0 : characterAt(bytes, found - BEFORE_BYTES);
    }
    return 0;
  }

  #preview({ id, sizeBytes, head }: StoredHead, from: number): Uint8Array {
    const end = Math.min(sizeBytes, from + PREVIEW_BYTES);
    if (end <= head.length) return Uint8Array.from(head.subarray(from, end));
    const pieces: Uint8Array[] = [head.subarray(from, end)];
    for (let at = Math.max(from, HEAD_BYTES); at < end;) {
      const part = Math.floor((at - HEAD_BYTES) / PART_BYTES);
      const offset = (at - HEAD_BYTES) % PART_BYTES;
      const bytes = this.#part.get(offset, end - at, id, part);
      if (bytes === undefined || bytes.length === 0) break;
      pieces.push(bytes);
      at += bytes.length;
    }
    return new Uint8Array(Buffer.concat(pieces));
  }
}

/** The beginning of the UTF-8 character that a byte belongs to; what is beyond the bytes is left as it is. */
function characterAt(bytes: Buffer, at: number): number {
  let begin = at;
  while (begin > at - 4 && begin < bytes.length && ((bytes[begin] ?? 0) & 0xc0) === 0x80) begin--;
  return begin;
}

function headOf({ payload, ...head }: Message): MessageHead {
  // A row has only a part of it.
  void payload;
  return head;
}
