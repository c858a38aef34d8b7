import type { QoS } from '../../../app/message';
import { FLAG_RETAIN } from '../history/history';
import { decodeProperties } from '../history/properties';
import type { BulkMessage } from '../mqtt/types';
import type { SourceChunk } from './source-protocol';

/** Chunks in the order in which they came; their messages are taken one by one. */
export class MessageQueue {
  readonly #onTaken: () => void;
  #chunks: SourceChunk[] = [];
  #names: string[] = [];
  #at = 0;
  #hasLast = false;

  /** @param onTaken a chunk was used up */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  push(chunk: SourceChunk): void {
    this.#hasLast ||= chunk.isLast;
    this.#chunks.push(chunk);
    if (this.#chunks.length === 1) this.#begin(chunk);
    this.#skipEmpty();
  }

  clear(): void {
    this.#chunks = [];
    this.#names = [];
    this.#at = 0;
    this.#hasLast = false;
  }

  /** Whether all is taken and no more will come. */
  get isOver(): boolean {
    return this.#hasLast && this.#chunks.length === 0;
  }

  /** When the next message came at its source, µs; null when there is none (yet). */
  get nextTimeUs(): number | null {
    return this.#chunks[0]?.timesUs[this.#at] ?? null;
  }

  /** The next message; it stays the next one until `take`. */
  next(): BulkMessage | null {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return null;
    const at = this.#at;
    const flags = chunk.flags[at] ?? 0;
    const properties = chunk.properties.get(at);
    return {
      topic: this.#names[chunk.topics[at] ?? 0] ?? '',
      payload: chunk.body.subarray(at === 0 ? 0 : chunk.ends[at - 1], chunk.ends[at]),
      qos: (flags & 0x03) as QoS,
      retain: (flags & FLAG_RETAIN) !== 0,
      properties: properties === undefined ? null : decodeProperties(properties),
    };
  }

  take(): void {
    this.#at += 1;
    this.#skipEmpty();
  }

  #skipEmpty(): void {
    for (let chunk = this.#chunks[0]; chunk && this.#at >= chunk.length; chunk = this.#chunks[0]) {
      this.#chunks.shift();
      this.#at = 0;
      this.#onTaken();
      const next = this.#chunks[0];
      if (next) this.#begin(next);
    }
  }

  /** Names are added when their chunk's turn comes: an older one may still use those that are forgotten then. */
  #begin(chunk: SourceChunk): void {
    if (chunk.renumbers) this.#names = [];
    for (const name of chunk.names) this.#names.push(name);
  }
}
