import type { Message } from '../../../app/contract';
import type {
  ComparisonFrame,
  ComparisonParams,
  Moment,
  MomentDifference,
  MomentDifferences,
} from '../../../app/contract-time';
import { messageOf } from '../../../app/errors';
import type { EngineClient, OpenView } from '../../../app/rpc/client';
import type { DecodingState } from '../../decoding/decoding-state.svelte';
import { decodeOnce } from '../../decoding/message-decoder.svelte';
import type { Viewed } from '../../detail/viewed';
import { wholeMessage } from '../../detail/whole-payload';

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
  /** From 0 to 1; null while nothing is compared. */
  #share = $state.raw<number | null>(null);
  #isCancelled = $state.raw(false);
  #opened = $state.raw<OpenDifference | null>(null);
  #view: OpenView<ComparisonParams> | null = null;
  /** Counted up with each row: an answer that was overtaken is not shown. */
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

  /** How far the comparison is, from 0 to 1; null while none is under way. */
  get share(): number | null {
    return this.#share;
  }

  /** The last one was cancelled, and nothing is shown instead. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get opened(): OpenDifference | null {
    return this.#opened;
  }

  /** Compares; what was found before is not shown any more. */
  compare(comparison: Comparison): void {
    this.end();
    this.close();
    this.#result = null;
    this.#problem = null;
    this.#isCancelled = false;
    this.#share = 0;
    const limits = { limit: MOST_DIFFERENCES, previewBytes: PREVIEW_BYTES };
    this.#view = this.engine.open(
      'comparison',
      { profileId: this.profileId, ...comparison, ...limits },
      (frame) => {
        this.#take(frame);
      },
      (error) => {
        this.#share = null;
        this.#problem = messageOf(error);
      },
    );
  }

  cancel(): void {
    this.end();
    this.#isCancelled = true;
  }

  /** Ends what is under way; to be called when nobody looks any more. */
  end(): void {
    this.#view?.close();
    this.#view = null;
    this.#share = null;
  }

  #take(frame: ComparisonFrame): void {
    if (frame.state === 'running') {
      this.#share = frame.share;
      return;
    }
    this.#result = frame.result;
    this.end();
  }

  /** Shows a difference with up to so much of each payload. */
  async open(difference: MomentDifference, maxBytes: number): Promise<void> {
    const looked = (this.#looked += 1);
    const { topic } = difference;
    const before = await this.#viewed(topic, difference.before, maxBytes);
    const after = await this.#viewed(topic, difference.after, maxBytes);
    if (looked === this.#looked) this.#opened = { difference, before, after };
  }

  close(): void {
    this.#looked += 1;
    this.#opened = null;
  }

  async #viewed(topic: string, message: Message | null, maxBytes: number): Promise<Viewed | null> {
    const whole = await this.#upTo(message, maxBytes);
    if (!whole) return null;
    const { engine, decoding, profileId } = this;
    return decodeOnce(engine, decoding, { profileId, topic, message: whole });
  }

  async #upTo(message: Message | null, maxBytes: number): Promise<Message | null> {
    if (!message || message.payload.length >= message.sizeBytes) return message;
    return wholeMessage(this.engine, this.profileId, message, maxBytes);
  }
}
