import type { ChartGap } from '../../app/chart/track';
import type { TimelineFrame, TimelineParams } from '../../app/contract-time';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { lengthOf, type Span } from '../../app/time/span';
import { gapWords, silenceWords } from '../../app/time/time-words';
import { unrecorded } from '../../app/time/unrecorded';

/** Gaps nearer than a step are told as one. */
const STEPS = 1_000;

/** Where a connection's past has gaps: asked for with as much again on both sides. */
export class GapsState {
  #gaps = $state.raw<readonly ChartGap[]>([]);
  #oldestUs = $state.raw<number | null>(null);
  #view: OpenView<TimelineParams> | null = null;
  #wanted: TimelineParams | null = null;

  constructor(
    private readonly engine: EngineClient,
    private readonly profileId: string,
  ) {}

  /** Oldest first. */
  get gaps(): readonly ChartGap[] {
    return this.#gaps;
  }

  /** When the first stored message came; null when nothing is stored. */
  get oldestUs(): number | null {
    return this.#oldestUs;
  }

  want(span: Span, isLive: boolean): void {
    const wanted = this.#wanted;
    const length = lengthOf(span);
    const suffices =
      wanted !== null &&
      (wanted.toUs === null) === isLive &&
      (wanted.fromUs ?? 0) <= span.fromUs &&
      (wanted.toUs ?? Infinity) >= span.toUs &&
      span.fromUs - (wanted.fromUs ?? 0) < 3 * length;
    if (suffices) return;
    const fromUs = Math.max(0, Math.floor(span.fromUs - length));
    const toUs = isLive ? null : Math.ceil(span.toUs + length);
    this.#wanted = { profileId: this.profileId, fromUs, toUs, steps: STEPS };
    if (this.#view) this.#view.update(this.#wanted);
    else this.#open(this.#wanted);
  }

  close(): void {
    this.#view?.close();
    this.#view = null;
    this.#wanted = null;
  }

  #open(params: TimelineParams): void {
    this.#view = this.engine.open(
      'timeline',
      params,
      (frame) => {
        this.#oldestUs = frame.oldestUs;
        this.#gaps = gapsOf(frame);
      },
      () => {
        // The numbers themselves tell what is wrong with the history.
        this.#view = null;
      },
    );
  }
}

/** What is missing in a frame's span: the gaps that were noted, and the time in which no session ran. */
export function gapsOf(frame: TimelineFrame): readonly ChartGap[] {
  const { oldestUs, newestUs, nowUs } = frame;
  if (oldestUs === null) return [];
  const nowMs = nowUs / 1000;
  const noted = frame.gaps.map((gap) => chartGap(gap, gapWords(gap, nowMs)));
  const span = {
    fromUs: Math.max(oldestUs, frame.fromUs),
    toUs: Math.max(nowUs, newestUs ?? 0),
  };
  const away = unrecorded(span, frame.sessions)
    .filter(({ fromUs, toUs }) => toUs > fromUs)
    .map((part) => chartGap(part, silenceWords(part, nowMs)));
  return [...noted, ...away].sort((a, b) => a.fromUs - b.fromUs);
}

function chartGap(
  { fromUs, toUs }: Span,
  { title, text }: { readonly title: string; readonly text: string },
): ChartGap {
  return { fromUs, toUs, words: text === '' ? title : `${title}: ${text}` };
}
