import type { TimeMark, TimelineFrame, TimelineParams } from '../../../app/contract-time';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';

/** The live edge moves at a pace the eye can follow. */
const INTERVAL_MS = 250;
/** What is not exact yet is asked for again and again; each answer takes a while. */
const SPAN_PAUSE = 4;

export interface TimelineSource {
  readonly runtime: ProfileRuntime;
  /** The engine's clock. */
  readonly nowUs: () => number;
  /** Another list whenever it changed. */
  readonly marks: () => readonly TimeMark[];
}

/** How many messages came when, where something is missing, and what a person marked. */
export class TimelineView implements ViewSource<TimelineParams, TimelineFrame> {
  readonly intervalMs = INTERVAL_MS;
  private sent: { params: TimelineParams; marks: readonly TimeMark[]; mark: string } | null = null;
  private isExact = true;
  private readAtMs = 0;
  private tookMs = 0;

  constructor(
    private readonly source: TimelineSource,
    private params: TimelineParams,
  ) {}

  update(params: TimelineParams): void {
    this.params = params;
  }

  next(nowMs: number): Promise<TimelineFrame | null> | null {
    const { params, sent, source } = this;
    const marks = source.marks();
    const isSame = sent?.params === params && sent.marks === marks;
    if (isSame && nowMs - this.readAtMs < this.tookMs * SPAN_PAUSE) return null;
    const mark = source.runtime.past.storedMark;
    if (isSame && this.isExact && sent.mark === mark && !this.moves(nowMs)) return null;
    this.sent = { params, marks, mark };
    this.readAtMs = nowMs;
    return this.read(params, marks);
  }

  close(): void {
    this.sent = null;
  }

  /** A span that ends now moves on also when nothing comes. */
  private moves(nowMs: number): boolean {
    const { runtime } = this.source;
    return this.params.toUs === null && !runtime.isArchived && nowMs - this.readAtMs >= 1_000;
  }

  private async read(
    params: TimelineParams,
    marks: readonly TimeMark[],
  ): Promise<TimelineFrame | null> {
    const { runtime } = this.source;
    const { fromUs, toUs, steps } = params;
    const nowUs = this.source.nowUs();
    const begun = performance.now();
    const settled = toUs === null ? runtime.past.settle(nowUs) : false;
    const { isExact, ...density } = await runtime.past.moments.ask(
      'density',
      { fromUs, toUs, nowUs, steps, isRecording: true },
      settled,
    );
    this.tookMs = performance.now() - begun;
    this.isExact = isExact;
    if (params !== this.params) return null;
    return { ...density, nowUs, marks };
  }
}
