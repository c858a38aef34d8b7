import { LoupeError } from '../../app/errors';
import type { PayloadCalls } from '../../app/contract-payload';
import type { Message } from '../../app/message';
import { MAX_SHOWN_BYTES } from '../../app/contract-schemas';

/** Who reads in parts asks for the next one at once; after so long nobody does any more. */
const KEPT_MS = 5_000;

/** Reads a stored message with at most so much of its payload; null when it is no longer there. */
export type ReadMessage = (
  profileId: string,
  id: number,
  maxBytes: number,
) => Promise<Message | null>;

/** So many are kept: two windows that load at the same time must not make each part a reading of the whole. */
const MOST_KEPT = 2;

interface Kept {
  readonly payload: Promise<Uint8Array | null>;
  timer: NodeJS.Timeout | undefined;
}

/** Hands out large payloads part by part. Each is read once, and forgotten with its end. */
export class PayloadParts {
  /** By profile and message, the one that was asked for last at the end. */
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly read: ReadMessage) {}

  async part({
    profileId,
    id,
    start,
    bytes,
  }: Parameters<PayloadCalls['payloadPart']>[0]): Promise<Uint8Array> {
    const key = `${profileId}\u0000${String(id)}`;
    const payload = await this.#payload(key, () => this.read(profileId, id, MAX_SHOWN_BYTES));
    if (!payload) {
      this.#forget(key);
      throw new LoupeError(
        'not-found',
        'That message is no longer stored: the history keeps the newest ones within its limit.',
      );
    }
    if (start + bytes >= payload.length) this.#forget(key);
    return payload.slice(start, start + bytes);
  }

  close(): void {
    for (const key of [...this.#kept.keys()]) this.#forget(key);
  }

  #payload(key: string, read: () => Promise<Message | null>): Promise<Uint8Array | null> {
    const kept = this.#kept.get(key) ?? {
      payload: read().then((message) => message?.payload ?? null),
      timer: undefined,
    };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    clearTimeout(kept.timer);
    kept.timer = setTimeout(() => {
      this.#forget(key);
    }, KEPT_MS);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size > MOST_KEPT) this.#forget(oldest);
    }
    return kept.payload;
  }

  #forget(key: string): void {
    clearTimeout(this.#kept.get(key)?.timer);
    this.#kept.delete(key);
  }
}
