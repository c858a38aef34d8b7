import type { Message } from '../../../app/contract';
import { messageOf } from '../../../app/errors';
import type { EngineClient } from '../../../app/rpc/client';
import type { DecodingState } from '../../decoding/decoding-state.svelte';
import { decodeOnce } from '../../decoding/message-decoder.svelte';
import type { Viewed } from '../viewed';

/** Calm: the pair changes at most once in this time, however fast messages come. */
const CHANGE_MS = 1000;
/** A person who goes through the past waits for it. */
const CHANGE_IN_PAST_MS = 80;
/** What the engine gives of a stored payload within a page. */
const MOST_BYTES = 1024 * 1024;

/** A message and the one stored before it; `before` is null for the first one. */
export interface DiffPair {
  readonly before: Viewed | null;
  readonly after: Viewed;
}

/** Follows the shown message with the one before it. */
export class DiffState {
  #pair = $state.raw<DiffPair | null>(null);
  #problem = $state.raw<string | null>(null);
  #wanted: Viewed | null = null;
  #restMs = CHANGE_MS;
  #busy = false;
  #closed = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly decoding: DecodingState,
    private readonly profileId: string,
    private readonly topic: string,
  ) {}

  get pair(): DiffPair | null {
    return this.#pair;
  }

  get problem(): string | null {
    return this.#problem;
  }

  close(): void {
    this.#closed = true;
  }

  /** Shows the difference of this message to the one before it, soon; at once in the past. */
  want(after: Viewed, isPast: boolean): void {
    this.#restMs = isPast ? CHANGE_IN_PAST_MS : CHANGE_MS;
    this.#wanted = after;
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#wanted && !this.#closed) {
      const after = this.#wanted;
      this.#wanted = null;
      await this.#load(after);
      await new Promise((resolve) => setTimeout(resolve, this.#restMs));
    }
    this.#busy = false;
  }

  #decoded(message: Message): Promise<Viewed> {
    const { profileId, topic } = this;
    return decodeOnce(this.engine, this.decoding, { profileId, topic, message });
  }

  async #load(after: Viewed): Promise<void> {
    const { profileId, topic } = this;
    const query = {
      profileId,
      topic,
      beforeId: after.message.id,
      limit: 1,
      previewBytes: MOST_BYTES,
    };
    try {
      const page = await this.engine.calls.historyPage(query);
      const before = page.messages[0];
      this.#pair = { before: before ? await this.#decoded(before) : null, after };
      this.#problem = null;
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }
}
