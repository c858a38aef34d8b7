import type { RetainedFrame, RetainedParams } from '../../../app/contract-retained';
import type { ViewSource } from '../../../app/rpc/server';
import type { RetainedSets } from '../retained/retained-sets';

const INTERVAL_MS = 100;

/** The retained messages of a broker. */
export class RetainedView implements ViewSource<RetainedParams, RetainedFrame> {
  readonly intervalMs = INTERVAL_MS;
  #sentMark = '';

  constructor(
    private readonly sets: RetainedSets,
    private params: RetainedParams,
  ) {
    this.update(params);
  }

  update(params: RetainedParams): void {
    this.params = params;
    const { text, sort, descending } = params;
    this.sets.arrange({ text, sort, descending });
    this.#sentMark = '';
  }

  next(): RetainedFrame | null {
    const { mark } = this.sets;
    if (mark === this.#sentMark) return null;
    this.#sentMark = mark;
    return this.sets.frame(this.params);
  }

  close(): void {
    this.#sentMark = '';
  }
}
