import type { Rules } from '../../../app/replay/rules';
import type { StoredMessage } from '../history/archive';
import { FLAG_RETAIN } from '../history/history';
import { encodeProperties } from '../history/properties';
import type { SourceChunk } from './source-protocol';

const CHUNK_MESSAGES = 1_000;
const CHUNK_BYTES = 512 * 1024;
/** So many are looked at for one chunk, sent or not, so that the thread hears what it is told. */
const CHUNK_SCANNED = 20_000;
const MOST_FAILURES = 100;
/** Names are numbered anew beyond this: neither side keeps more of them. */
const MOST_NAMES = 100_000;

/** Makes chunks of messages that the rules let through. */
export class ChunkBuilder {
  readonly #rules: Rules;
  readonly #messages: Iterator<StoredMessage>;
  readonly #names = new Map<string, number>();

  constructor(messages: Iterable<StoredMessage>, rules: Rules) {
    this.#messages = messages[Symbol.iterator]();
    this.#rules = rules;
  }

  /** Lets go of what is being read. */
  end(): void {
    this.#messages.return?.();
  }

  next(): SourceChunk {
    const chunk = new OpenChunk();
    // A chunk that starts numbering anew says so by holding every name that it uses.
    if (this.#names.size >= MOST_NAMES) {
      this.#names.clear();
      chunk.renumbers = true;
    }
    for (let scanned = 0; scanned < CHUNK_SCANNED && !chunk.isFull; scanned += 1) {
      const next = this.#messages.next();
      if (next.done === true) return chunk.closed(true);
      this.#add(chunk, next.value);
    }
    return chunk.closed(false);
  }

  #add(chunk: OpenChunk, message: StoredMessage): void {
    const rules = this.#rules;
    const verdict = rules.verdict({ ...message, replayed: message.replayed === true });
    if (verdict.kind === 'skip') return;
    if (verdict.kind === 'invalid') {
      chunk.fail(message.topic, verdict.problem);
      return;
    }
    const { payload } = rules.payload(message.payload);
    const flags = rules.qos(message.qos) | (rules.retain(message.retain) ? FLAG_RETAIN : 0);
    const properties = message.properties === null ? null : encodeProperties(message.properties);
    chunk.add(message.timeUs, flags, this.#nameOf(verdict.topic, chunk), payload, properties);
  }

  #nameOf(topic: string, chunk: OpenChunk): number {
    const known = this.#names.get(topic);
    if (known !== undefined) return known;
    const position = this.#names.size;
    this.#names.set(topic, position);
    chunk.names.push(topic);
    return position;
  }
}

class OpenChunk {
  readonly names: string[] = [];
  renumbers = false;
  readonly #timesUs: number[] = [];
  readonly #flags: number[] = [];
  readonly #topics: number[] = [];
  readonly #ends: number[] = [];
  readonly #payloads: Uint8Array[] = [];
  readonly #properties = new Map<number, Uint8Array>();
  readonly #failures: { topic: string; reason: string }[] = [];
  #invalid = 0;
  #bytes = 0;

  get isFull(): boolean {
    return this.#timesUs.length >= CHUNK_MESSAGES || this.#bytes >= CHUNK_BYTES;
  }

  add(
    timeUs: number,
    flags: number,
    topic: number,
    payload: Uint8Array,
    properties: Uint8Array | null,
  ): void {
    if (properties !== null) this.#properties.set(this.#timesUs.length, properties);
    this.#bytes += payload.length;
    this.#timesUs.push(timeUs);
    this.#flags.push(flags);
    this.#topics.push(topic);
    this.#ends.push(this.#bytes);
    this.#payloads.push(payload);
  }

  fail(topic: string, reason: string): void {
    this.#invalid += 1;
    if (this.#failures.length < MOST_FAILURES) this.#failures.push({ topic, reason });
  }

  closed(isLast: boolean): SourceChunk {
    const body = new Uint8Array(this.#bytes);
    let at = 0;
    for (const payload of this.#payloads) {
      body.set(payload, at);
      at += payload.length;
    }
    return {
      length: this.#timesUs.length,
      timesUs: Float64Array.from(this.#timesUs),
      flags: Uint8Array.from(this.#flags),
      topics: Uint32Array.from(this.#topics),
      names: this.names,
      renumbers: this.renumbers,
      ends: Float64Array.from(this.#ends),
      body,
      properties: this.#properties,
      invalid: this.#invalid,
      failures: this.#failures,
      isLast,
    };
  }
}
