import type { ChartFrame, ChartParams } from '../../../app/contract';
import type { ProfileRuntime } from '../profile-runtime';
import { chartFrame } from './chart-frame';

/** The newest messages of a span that a chart reads. */
const MAX_POINTS = 200_000;

/** A chart whose span ends at a moment of the past. */
export class MomentChart {
  private params: ChartParams | null = null;
  private sentVersion = -1;

  constructor(private readonly runtime: ProfileRuntime) {}

  /** The next frame; null when nothing changed since the last one. */
  next(params: ChartParams, atUs: number, nowMs: number): Promise<ChartFrame | null> | null {
    const { past } = this.runtime;
    past.look(atUs, nowMs);
    if (this.params === params && this.sentVersion === past.version) return null;
    this.params = params;
    this.sentVersion = past.version;
    return this.read(params, atUs);
  }

  /** What is under way is no longer wanted. */
  stop(): void {
    this.params = null;
  }

  private async read(params: ChartParams, atUs: number): Promise<ChartFrame | null> {
    const { past, tree } = this.runtime;
    const settled = past.settle(atUs);
    const topicKey = tree.topic(params.topic)?.topicKey ?? 0;
    const fromUs = atUs - params.spanMs * 1000;
    const { path } = params;
    const series = await past.moments.ask(
      'seriesAt',
      { topicKey, path, fromUs, atUs, limit: MAX_POINTS },
      settled,
    );
    if (this.params !== params) return null;
    return chartFrame(
      {
        times: Array.from(series.timesUs, (timeUs) => timeUs / 1_000_000),
        values: Array.from(series.values),
        skipped: series.skipped,
      },
      atUs / 1000,
      params.maxPoints,
    );
  }
}
