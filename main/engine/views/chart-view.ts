import type { ChartFrame, ChartParams } from '../../../app/contract';
import type { ViewSource } from '../../../app/rpc/server';
import type { ProfileRuntime } from '../profile-runtime';
import { chartFrame } from './chart-frame';
import { MomentChart } from './moment-chart';

const INTERVAL_MS = 200;
/** The newest messages of a topic that a chart reads; a longer past is a question for the time machine. */
const MAX_POINTS = 200_000;

/**
 * A chart of a number of one topic: a view over the stored messages, so that nothing is done for it per message.
 * It reads what came since its last frame and thins it out to what the screen can show.
 */
export class ChartView implements ViewSource<ChartParams, ChartFrame> {
  readonly intervalMs = INTERVAL_MS;
  private times: number[] = [];
  private values: number[] = [];
  private skipped = 0;
  private lastId = 0;
  private seenId = -1;
  private sentEndMs = 0;

  private readonly moment: MomentChart;

  constructor(
    private readonly runtime: ProfileRuntime,
    private params: ChartParams,
  ) {
    this.moment = new MomentChart(runtime);
  }

  update(params: ChartParams): void {
    this.moment.stop();
    const same =
      params.topic === this.params.topic &&
      params.spanMs === this.params.spanMs &&
      JSON.stringify(params.path) === JSON.stringify(this.params.path);
    this.params = params;
    this.seenId = -1;
    if (!same) this.restart();
  }

  next(nowMs: number): null | Promise<ChartFrame | null> {
    const { atUs } = this.params;
    if (typeof atUs === 'number') return this.moment.next(this.params, atUs, nowMs);
    const newest = this.runtime.tree.topic(this.params.topic)?.value?.id ?? 0;
    if (newest === this.seenId && this.runtime.spanEndMs(this.params.topic) !== null) return null;
    // Without news the left end still moves out of the span, at a pace the eye can see.
    const pixelMs = Math.max(1000, this.params.spanMs / this.params.maxPoints);
    if (newest === this.seenId && nowMs - this.sentEndMs < pixelMs) return null;
    this.seenId = newest;
    this.sentEndMs = nowMs;
    return this.read();
  }

  close(): void {
    this.moment.stop();
    this.restart();
  }

  private restart(): void {
    this.times = [];
    this.values = [];
    this.skipped = 0;
    this.lastId = 0;
  }

  private async read(): Promise<ChartFrame | null> {
    const { params } = this;
    const endMs = this.runtime.spanEndMs(params.topic);
    const fromUs = ((endMs ?? Date.now()) - params.spanMs) * 1000;
    const topicKey = this.keyOf(params.topic);
    if (topicKey !== 0) {
      const series = await this.runtime
        .upToDate()
        .series({ topicKey, path: params.path, fromUs, afterId: this.lastId, limit: MAX_POINTS });
      // Other parameters came while the history was read: what it found is no longer asked for.
      if (params !== this.params) return null;
      for (const [index, timeUs] of series.timesUs.entries()) {
        this.times.push(timeUs / 1_000_000);
        this.values.push(series.values[index] ?? Number.NaN);
      }
      this.skipped += series.skipped;
      this.lastId = Math.max(this.lastId, series.lastId);
    }
    this.forgetBefore(fromUs / 1_000_000);
    return this.frame(endMs);
  }

  private keyOf(topic: string): number {
    this.runtime.upToDate();
    return this.runtime.tree.topic(topic)?.topicKey ?? 0;
  }

  private forgetBefore(seconds: number): void {
    let gone = Math.max(0, this.times.length - MAX_POINTS);
    while (gone < this.times.length && (this.times[gone] ?? 0) < seconds) gone += 1;
    if (gone === 0) return;
    this.times.splice(0, gone);
    this.values.splice(0, gone);
  }

  private frame(endMs: number | null): ChartFrame {
    const { times, values, skipped, params } = this;
    return chartFrame({ times, values, skipped }, endMs, params.maxPoints);
  }
}
