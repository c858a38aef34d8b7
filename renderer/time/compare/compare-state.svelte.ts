import type { Message } from '../../../app/contract';
import type { Moment, MomentDifference, MomentDifferences } from '../../../app/contract-time';
import { messageOf } from '../../../app/errors';
import type { EngineClient } from '../../../app/rpc/client';
import type { DecodingState } from '../../decoding/decoding-state.svelte';
import { decodeOnce } from '../../decoding/message-decoder.svelte';
import type { Viewed } from '../../detail/viewed';

/** Rows beyond this are counted, not listed: nobody reads more. */
export const MOST_DIFFERENCES = 2000;
/** Enough for the line of a row. */
const PREVIEW_BYTES = 512;

export interface Comparison {
  readonly path: string;
  readonly fromUs: number;
  readonly toUs: Moment;
}

/** A difference with both messages as far as the window shows them. */
export interface OpenDifference {
  readonly difference: MomentDifference;
  readonly before: Viewed | null;
  readonly after: Viewed | null;
}

/** What changed in a branch between two moments, and the difference that is looked into. */
export class CompareState {
  #result = $state.raw<MomentDifferences | null>(null);
  #problem = $state.raw<string | null>(null);
  #busy = $state.raw(false);
  #opened = $state.raw<OpenDifference | null>(null);
  /** Counted up with each comparison and each row: an answer that was overtaken is not shown. */
  #asked = 0;
  #looked = 0;

  constructor(
    private readonly engine: EngineClient,
    private readonly decoding: DecodingState,
    private readonly profileId: string,
  ) {}

  get result(): MomentDifferences | null {
    return this.#result;
  }

  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get opened(): OpenDifference | null {
    return this.#opened;
  }

  /** Compares; what was found before stays until the answer is here. */
  async compare(comparison: Comparison): Promise<void> {
    const asked = (this.#asked += 1);
    const { profileId } = this;
    this.#busy = true;
    this.close();
    try {
      const limits = { limit: MOST_DIFFERENCES, previewBytes: PREVIEW_BYTES };
      const result = await this.engine.calls.compareMoments({
        profileId,
        ...comparison,
        ...limits,
      });
      if (asked !== this.#asked) return;
      this.#result = result;
      this.#problem = null;
    } catch (error) {
      if (asked === this.#asked) this.#problem = messageOf(error);
    } finally {
      if (asked === this.#asked) this.#busy = false;
    }
  }

  /** Shows a difference with up to so much of each payload. */
  async open(difference: MomentDifference, maxBytes: number): Promise<void> {
    const looked = (this.#looked += 1);
    const { topic } = difference;
    const [before, after] = await Promise.all([
      this.#view(topic, difference.before, maxBytes),
      this.#view(topic, difference.after, maxBytes),
    ]);
    if (looked === this.#looked) this.#opened = { difference, before, after };
  }

  close(): void {
    this.#looked += 1;
    this.#opened = null;
  }

  async #view(topic: string, message: Message | null, maxBytes: number): Promise<Viewed | null> {
    const whole = await this.#upTo(message, maxBytes);
    if (!whole) return null;
    const { engine, decoding, profileId } = this;
    return decodeOnce(engine, decoding, { profileId, topic, message: whole });
  }

  async #upTo(message: Message | null, maxBytes: number): Promise<Message | null> {
    if (!message || message.payload.length >= message.sizeBytes) return message;
    const { profileId } = this;
    return this.engine.calls.message({ profileId, id: message.id, maxBytes });
  }
}
