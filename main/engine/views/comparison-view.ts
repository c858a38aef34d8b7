import type { ComparisonFrame, ComparisonParams } from '../../../app/contract-time';
import type { ViewSource } from '../../../app/rpc/server';
import type { Past } from '../past/past';

/** Progress is shown so often. */
const INTERVAL_MS = 200;
/** So long one piece takes up the thread that answers about the past: rows of the tree and the timeline wait for it. */
const PIECE_MS = 40;

let lastComparison = 0;

/** Two moments are compared piece by piece, as long as somebody looks. */
export class ComparisonView implements ViewSource<ComparisonParams, ComparisonFrame> {
  readonly intervalMs = 0;
  #comparison = (lastComparison += 1);
  #begun = 0;
  #isOver = false;

  constructor(
    private readonly past: Pick<Past, 'moments' | 'settle'>,
    private params: ComparisonParams,
  ) {}

  update(params: ComparisonParams): void {
    this.params = params;
    this.#comparison = lastComparison += 1;
    this.#isOver = false;
  }

  next(): Promise<ComparisonFrame | null> | null {
    return this.#isOver ? null : this.#goOn(this.#comparison);
  }

  close(): void {
    this.#isOver = true;
  }

  async #goOn(comparison: number): Promise<ComparisonFrame | null> {
    const { path, fromUs, toUs, limit, previewBytes } = this.params;
    const moments = { path, fromUs, toUs: toUs ?? Infinity };
    const request = { ...moments, limit, previewBytes, comparison, budgetMs: PIECE_MS };
    for (const begun = performance.now(); ;) {
      // What arrived until it begins is part of it.
      const settled = this.#begun !== comparison && this.past.settle(request.toUs);
      this.#begun = comparison;
      const answer = await this.past.moments.ask('compare', request, settled);
      if (this.#isOver || comparison !== this.#comparison) return null;
      if (answer.kind === 'done') {
        this.#isOver = true;
        return { state: 'done', result: answer.result };
      }
      if (performance.now() - begun >= INTERVAL_MS)
        return { state: 'running', share: answer.share };
    }
  }
}
