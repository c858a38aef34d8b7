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

/** Hands out a large payload part by part. It is read once, and forgotten with its end. */
export class PayloadParts {
  #kept: { readonly key: string; readonly payload: Promise<Uint8Array | null> } | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly read: ReadMessage) {}

  async part({
    profileId,
    id,
    start,
    bytes,
  }: Parameters<PayloadCalls['payloadPart']>[0]): Promise<Uint8Array> {
    const payload = await this.#payload(profileId, id);
    if (!payload) {
      this.close();
      throw new LoupeError(
        'not-found',
        'That message is no longer stored: the history keeps the newest ones within its limit.',
      );
    }
    if (start + bytes >= payload.length) this.close();
    return payload.slice(start, start + bytes);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#kept = null;
  }

  #payload(profileId: string, id: number): Promise<Uint8Array | null> {
    const key = `${profileId}\u0000${String(id)}`;
    if (this.#kept?.key !== key) {
      const read = this.read(profileId, id, MAX_SHOWN_BYTES);
      this.#kept = { key, payload: read.then((message) => message?.payload ?? null) };
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#kept = null;
    }, KEPT_MS);
    return this.#kept.payload;
  }
}
