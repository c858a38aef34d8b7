import type { ReplayPhase, ReplayProgress } from '../../../app/contract-replay';
import { RateMeter } from '../rate-meter';

const KEPT_FAILURES = 100;
/** The last so many messages tell how late the replay is. */
const KEPT_LATE = 2_048;

/** The counters of a replay. */
export class ProgressCounters {
  sent = 0;
  toAcknowledge = 0;
  acknowledged = 0;
  sentAgain = 0;
  failed = 0;
  bytes = 0;
  loopsDone = 0;
  positionUs: number | null = null;
  readonly failures: { readonly topic: string; readonly reason: string }[] = [];
  readonly #lateMs = new Float64Array(KEPT_LATE);
  readonly #rate: RateMeter;
  #noted = 0;

  constructor(nowMs: number) {
    this.#rate = new RateMeter(0, nowMs);
  }

  /** A message went so long after it was due. */
  late(lateMs: number): void {
    this.#lateMs[this.#noted % KEPT_LATE] = lateMs;
    this.#noted += 1;
  }

  fail(topic: string, reason: string): void {
    this.failed += 1;
    this.nameFailure(topic, reason);
  }

  /** A failure that is counted already. */
  nameFailure(topic: string, reason: string): void {
    if (this.failures.length < KEPT_FAILURES) this.failures.push({ topic, reason });
  }

  /** 99 of 100 of the last messages were not later than this. */
  get lateP99Ms(): number {
    const kept = this.#lateMs.slice(0, Math.min(this.#noted, KEPT_LATE)).sort();
    return kept[Math.floor(kept.length * 0.99)] ?? 0;
  }

  snapshot(
    nowMs: number,
    phase: ReplayPhase,
  ): Omit<ReplayProgress, 'problem' | 'targetId' | 'targetName' | 'total' | 'elapsedMs'> {
    this.#rate.read(this.sent, nowMs);
    const { sent, toAcknowledge, acknowledged, sentAgain, failed, bytes } = this;
    const { loopsDone, positionUs, failures } = this;
    return {
      phase,
      sent,
      toAcknowledge,
      acknowledged,
      sentAgain,
      failed,
      failures: [...failures],
      bytes,
      loopsDone,
      positionUs,
      rate: phase === 'playing' ? (this.#rate.perSecond ?? 0) : 0,
      lateMs: this.lateP99Ms,
    };
  }
}
