import { bucketLength } from '../../../app/chart/buckets';
import { MOST_BUCKETS, type SeriesFrame, type SeriesParams } from '../../../app/contract-charts';
import { LoupeError, toWireError } from '../../../app/errors';
import type { ViewSource } from '../../../app/rpc/server';
import type { ChartDesk } from '../charts/chart-desk';
import type { SeriesAnswer, SeriesSeen } from '../charts/chart-protocol';
import type { SeriesRun } from '../charts/chart-thread';
import type { ProfileRuntime } from '../profile-runtime';

const INTERVAL_MS = 200;
/** How often it is looked whether the past of a span became another one, and whether time went on without news. */
const LOOK_MS = 1_000;
/** What came is stored by then. */
const SETTLING_MS = 1_500;

/** One number of a topic: read in the charts' thread, so that nothing is done for it per message. */
export class SeriesView implements ViewSource<SeriesParams, SeriesFrame> {
  readonly intervalMs = INTERVAL_MS;
  private run: SeriesRun | null = null;
  private seen: SeriesSeen | null = null;
  private answered: SeriesParams | null = null;
  private bucketUs = 0;
  private mark = '';
  private storedMark = '';
  private lastId = -1;
  private askedAtMs = 0;
  /** The topic's newest message when it was asked last, and until when that may still be on its way to the history. */
  private newestAsked = -1;
  private settledAtMs = 0;
  private share: number | null = null;
  private told: number | null = null;
  private result: { readonly answer: SeriesAnswer; readonly params: SeriesParams } | null = null;
  private problem: LoupeError | null = null;

  constructor(
    private readonly desk: ChartDesk,
    private readonly runtime: ProfileRuntime,
    private readonly nowUs: () => number,
    private params: SeriesParams,
  ) {}

  update(params: SeriesParams): void {
    const isLonger = this.share !== null;
    this.params = params;
    this.seen = null;
    // What takes long and is not wanted any more is given up; what is nearly here is worth a frame.
    if (isLonger) this.stop();
  }

  next(nowMs: number): SeriesFrame | null | Promise<SeriesFrame | null> {
    if (this.problem !== null) throw this.problem;
    if (this.result !== null) return this.take();
    if (this.run !== null) return this.progress();
    if (!this.isDue(nowMs)) return null;
    this.askedAtMs = nowMs;
    return this.ask();
  }

  close(): void {
    this.stop();
  }

  /** Whether there may be something new to read. */
  private isDue(nowMs: number): boolean {
    if (this.answered !== this.params) return true;
    const { source, toUs } = this.params;
    if (nowMs - this.askedAtMs < INTERVAL_MS) return false;
    if (toUs === null && this.hasNews(nowMs)) return true;
    if (nowMs - this.askedAtMs < LOOK_MS) return false;
    if (toUs === null && source.what.kind === 'rate') return true;
    return this.mark !== this.desk.sourceMark(source) || this.storedMark !== this.stored();
  }

  private hasNews(nowMs: number): boolean {
    const newest = this.newestId();
    if (newest !== this.newestAsked) {
      this.newestAsked = newest;
      this.settledAtMs = nowMs + SETTLING_MS;
    }
    return nowMs < this.settledAtMs && newest !== this.lastId;
  }

  private stored(): string {
    return this.runtime.past.storedMark;
  }

  private newestId(): number {
    const { topic, what } = this.params.source;
    const isBelow = what.kind === 'rate' && what.below;
    if (isBelow) return this.runtime.tree.node(topic)?.count ?? 0;
    return this.runtime.tree.topic(topic)?.value?.id ?? 0;
  }

  /** A quick answer is the frame; of one that takes longer, frames tell how far it is. */
  private async ask(): Promise<SeriesFrame | null> {
    const { params } = this;
    const mark = this.desk.sourceMark(params.source);
    if (mark !== this.mark) this.seen = null;
    this.mark = mark;
    this.storedMark = this.stored();
    const toUs = params.toUs ?? Math.max(params.fromUs, this.nowUs());
    const isBelow = params.source.what.kind === 'rate' && params.source.what.below;
    const newest = this.newestId();
    const { fromUs } = params;
    const bucketUs = bucketWithin(params.bucketUs, toUs - fromUs);
    if (bucketUs !== this.bucketUs) this.seen = null;
    this.bucketUs = bucketUs;
    const run = this.desk.read(
      params.source,
      { fromUs, toUs, bucketUs, since: this.seen },
      (share) => {
        this.share = share;
      },
    );
    this.run = run;
    const answered = run.answer.then(
      (answer) => {
        if (this.run !== run) return;
        this.run = null;
        this.share = null;
        this.lastId = isBelow ? newest : answer.lastId;
        this.result = { answer, params };
      },
      (error: unknown) => {
        if (this.run !== run) return;
        this.run = null;
        this.problem = LoupeError.fromWire(toWireError(error));
      },
    );
    await Promise.race([answered, patience()]);
    if (this.problem !== null) throw this.problem;
    return this.result === null ? this.progress() : this.take();
  }

  private take(): SeriesFrame | null {
    const { result } = this;
    this.result = null;
    if (result === null) return null;
    const { answer, params } = result;
    this.told = null;
    if (params === this.params) {
      this.seen = answer.seen;
      this.answered = params;
    }
    return answer.frame;
  }

  private progress(): SeriesFrame | null {
    // What is there stays while news are read.
    if (this.answered === this.params) return null;
    const share = this.share ?? 0;
    if (this.told !== null && share - this.told < 0.01) return null;
    this.told = share;
    return loadingFrame(this.params, share);
  }

  private stop(): void {
    this.run?.cancel();
    this.run = null;
    this.share = null;
    this.told = null;
  }
}

/** What is live grows for as long as nobody asks for another span: its buckets become longer then. */
function bucketWithin(wantedUs: number, lengthUs: number): number {
  const isFine = lengthUs / wantedUs <= MOST_BUCKETS - 1;
  return isFine ? wantedUs : bucketLength(lengthUs / (MOST_BUCKETS - 1));
}

const PATIENCE_MS = 120;

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS);
  });
}

/** Nothing of it is drawn: what was there before stays. */
function loadingFrame(params: SeriesParams, loading: number): SeriesFrame {
  const { fromUs, toUs, bucketUs } = params;
  const nothing = new Float64Array();
  return {
    ...{ form: 'number', words: [], fromUs, toUs: toUs ?? fromUs, bucketUs, tailFromUs: null },
    ...{ timesUs: nothing, values: nothing, starts: nothing, counts: nothing, sums: nothing },
    ...{ before: null, after: null, skipped: 0, instead: null, loading },
  };
}
