import type { TimelineFrame, TimelineParams, TimeMark } from '../../app/contract-time';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { lengthOf, panned, revealing, timeAt, zoomed, type Span } from '../../app/time/span';
import { clock } from '../state/clock.svelte';

/** One step of density for so many px. */
const STEP_PX = 4;
/** The engine's limit is higher; more would be finer than the screen. */
const MOST_STEPS = 2000;
/** A strip that was not measured yet is thought to be so wide: it is asked for before it is in the page. */
const USUAL_WIDTH_PX = 1000;
/** A history of a single moment still needs a span to be drawn in. */
const SHORTEST_WHOLE_US = 1e6;

/** The timeline's span and what the engine says of it. */
export class TimelineState {
  #frame = $state.raw<TimelineFrame | null>(null);
  #problem = $state.raw<string | null>(null);
  /** What is shown; null is all that is stored. */
  #span = $state.raw<Span | null>(null);
  /** Whether the span's end goes along with the clock. */
  #follows = $state.raw(false);
  #width = $state.raw(0);
  #view: OpenView<TimelineParams> | null = null;
  #wanted: TimelineParams | null = null;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
    /** Whether the right end is now, rather than the end of a recording. */
    private readonly grows: () => boolean,
  ) {}

  get frame(): TimelineFrame | null {
    return this.#frame;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Whether there is a past to show. */
  get hasPast(): boolean {
    return this.#frame !== null && this.#frame.oldestUs !== null;
  }

  get marks(): readonly TimeMark[] {
    return this.#frame?.marks ?? [];
  }

  /** Where the past ends: now, or with the recording. */
  get endUs(): number {
    const nowUs = clock.nowMs * 1000;
    if (!this.#frame) return nowUs;
    if (!this.grows()) return this.#frame.newestUs ?? nowUs;
    return Math.max(nowUs, this.#frame.nowUs, this.#frame.newestUs ?? 0);
  }

  /** All that is stored, until now. */
  get whole(): Span {
    const toUs = this.endUs;
    const fromUs = Math.min(this.#frame?.oldestUs ?? toUs, toUs);
    return { fromUs, toUs: Math.max(toUs, fromUs + SHORTEST_WHOLE_US) };
  }

  /** What the strip shows. */
  get shown(): Span {
    if (!this.#span) return this.whole;
    if (!this.#follows) return this.#span;
    const { whole } = this;
    return { fromUs: Math.max(whole.fromUs, whole.toUs - lengthOf(this.#span)), toUs: whole.toUs };
  }

  /** The part of what is shown that lies between the first stored message and the end. */
  get shownPast(): Span {
    const { shown, whole, endUs } = this;
    return { fromUs: Math.max(shown.fromUs, whole.fromUs), toUs: Math.min(shown.toUs, endUs) };
  }

  get showsAll(): boolean {
    return this.#span === null;
  }

  /** How wide the strip is, px. */
  get width(): number {
    return this.#width;
  }

  set width(width: number) {
    this.#width = width;
  }

  /** What the engine should send now. */
  get params(): TimelineParams {
    const { profileId } = this;
    const widthPx = this.#width === 0 ? USUAL_WIDTH_PX : this.#width;
    const steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(widthPx / STEP_PX)));
    if (!this.#span) return { profileId, fromUs: null, toUs: null, steps };
    const { fromUs, toUs } = this.shown;
    const endUs = this.#follows ? null : Math.ceil(toUs);
    return { profileId, fromUs: Math.floor(fromUs), toUs: endUs, steps };
  }

  /** Opens the view; returns how to close it. The last frame stays, to be there at once the next time. */
  open(): () => void {
    this.#problem = null;
    this.#wanted = this.params;
    const view = this.engine.open(
      'timeline',
      this.#wanted,
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#problem = messageOf(error);
      },
    );
    this.#view = view;
    return () => {
      view.close();
      this.#view = null;
    };
  }

  /** Tells the engine what is wanted now, if that is anything new. */
  update(params: TimelineParams): void {
    const known = this.#wanted;
    const isSame =
      known?.fromUs === params.fromUs && known.toUs === params.toUs && known.steps === params.steps;
    if (isSame) return;
    this.#wanted = params;
    this.#view?.update(params);
  }

  /** The moment at a pixel of the strip. */
  timeAt(x: number): number {
    return timeAt(this.shown, this.#width, x);
  }

  /** How much time so many px stand for, µs. */
  timeOf(px: number): number {
    return (lengthOf(this.shown) / Math.max(1, this.#width)) * px;
  }

  /** Shows a span `factor` times as long around a moment that stays where it is. */
  zoom(aroundUs: number, factor: number): void {
    const { shown, whole } = this;
    // What is watched as it grows stays in sight: the end stays where it is.
    const around = shown.toUs >= whole.toUs && aroundUs >= whole.toUs ? whole.toUs : aroundUs;
    this.#show(zoomed(shown, whole, around, factor));
  }

  pan(byUs: number): void {
    if (this.#span) this.#show(panned(this.shown, this.whole, byUs));
  }

  /** Turns the page to where a moment is, if it can't be seen. */
  reveal(timeUs: number): void {
    if (this.#span) this.#show(revealing(this.shown, this.whole, timeUs));
  }

  fitAll(): void {
    this.#span = null;
    this.#follows = false;
  }

  /** Shows so much of the past until now. */
  showLast(lengthUs: number): void {
    const { whole } = this;
    this.#show({ fromUs: Math.max(whole.fromUs, whole.toUs - lengthUs), toUs: whole.toUs });
  }

  #show(span: Span): void {
    const { whole } = this;
    if (lengthOf(span) >= lengthOf(whole)) {
      this.fitAll();
      return;
    }
    this.#span = span;
    this.#follows = this.grows() && span.toUs >= whole.toUs;
  }
}
