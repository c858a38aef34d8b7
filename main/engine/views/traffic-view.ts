import type { SystemFrame, TrafficFrame, TrafficParams } from '../../../app/contract-broker';
import type { ViewSource } from '../../../app/rpc/server';
import type { Traffic } from '../traffic/traffic';

/** A pass goes on with every tick of the frame clock; frames come when it is done. */
const SLICE_INTERVAL_MS = 30;
const SYSTEM_INTERVAL_MS = 500;

/** What floods a broker. */
export class TrafficView implements ViewSource<TrafficParams, TrafficFrame> {
  readonly intervalMs = SLICE_INTERVAL_MS;
  #sentVersion = -1;
  /** New parameters are answered at once, if only with a frame that says that the pass is under way. */
  #owesAnswer = true;

  constructor(
    private readonly traffic: Traffic,
    private params: TrafficParams,
  ) {}

  update(params: TrafficParams): void {
    this.params = params;
    this.#owesAnswer = true;
  }

  next(nowMs: number): TrafficFrame | null {
    const { kind, sort, level } = this.params;
    const ranking = { kind, sort, level };
    this.traffic.look(ranking, nowMs);
    const { version } = this.traffic;
    if (version === this.#sentVersion && !this.#owesAnswer) return null;
    const frame = this.traffic.frame(ranking);
    const isDone = frame.passEndedMs !== null;
    if (!isDone && !this.#owesAnswer) return null;
    this.#owesAnswer = false;
    this.#sentVersion = isDone ? version : -1;
    return frame;
  }

  close(): void {
    this.#sentVersion = -1;
  }
}

/** What a broker says of itself. */
export class SystemView implements ViewSource<{ readonly profileId: string }, SystemFrame> {
  readonly intervalMs = SYSTEM_INTERVAL_MS;
  #sentMark = '';

  constructor(
    private readonly traffic: Traffic,
    /** Looks different when anything below `$SYS` has changed. */
    private readonly mark: () => string,
  ) {}

  update(): void {
    this.#sentMark = '';
  }

  next(): SystemFrame | null {
    const mark = this.mark();
    if (mark === this.#sentMark) return null;
    this.#sentMark = mark;
    return this.traffic.system();
  }

  close(): void {
    this.#sentMark = '';
  }
}
