import { bucketLength } from '../../app/chart/buckets';
import { withTail } from '../../app/chart/track';
import type { ChartSource, SeriesFrame, SeriesParams } from '../../app/contract-charts';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { lengthOf, type Span } from '../../app/time/span';

/** Spans and zooms that are kept, so that going back shows what was there at once. */
const MOST_LEVELS = 6;

/** What is in view, and how finely it can be drawn. */
export interface SeriesWish {
  readonly span: Span;
  /** The time that a pixel covers. */
  readonly pixelUs: number;
  /** Whether the end is now. */
  readonly isLive: boolean;
}

/** One number: asked for with as much again on both sides, so that what is panned is there before it is seen. */
export class SeriesState {
  #levels = $state.raw<readonly SeriesFrame[]>([]);
  #loading = $state.raw<number | null>(0);
  #problem = $state.raw<string | null>(null);
  #view: OpenView<SeriesParams> | null = null;
  #wanted: SeriesParams | null = null;
  readonly #key: string;

  constructor(
    private readonly engine: EngineClient,
    private readonly source: ChartSource,
  ) {
    this.#key = JSON.stringify(source);
  }

  isOf(source: ChartSource): boolean {
    return JSON.stringify(source) === this.#key;
  }

  /** The newest frame; null until there is one. */
  get frame(): SeriesFrame | null {
    return this.#levels.at(-1) ?? null;
  }

  /** From 0 to 1 while the history is read; null when everything is here. */
  get loading(): number | null {
    return this.#problem === null ? this.#loading : null;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** The frame that shows a span best: the one of nearest fineness that covers it, else the one with most of it. */
  best({ span, pixelUs }: Pick<SeriesWish, 'span' | 'pixelUs'>): SeriesFrame | null {
    let found: SeriesFrame | null = null;
    let least = Infinity;
    for (const level of this.#levels.toReversed()) {
      const covered = Math.min(level.toUs, span.toUs) - Math.max(level.fromUs, span.fromUs);
      const missing = 1 - Math.max(0, covered) / lengthOf(span);
      const unlike = Math.abs(Math.log(level.bucketUs / pixelUs));
      const cost = (missing > 0.02 ? 100 * missing : 0) + unlike;
      if (cost < least) [found, least] = [level, cost];
    }
    return found;
  }

  /** Tells the engine what is in view, if what is here does not do. */
  want(wish: SeriesWish): void {
    if (this.#problem !== null || this.#suffices(wish)) return;
    const params = this.#params(wish);
    this.#wanted = params;
    if (this.#view) this.#view.update(params);
    else this.#open(params);
  }

  /** After a problem. */
  tryAgain(): void {
    this.#problem = null;
    this.#loading = 0;
    this.close();
  }

  close(): void {
    this.#view?.close();
    this.#view = null;
    this.#wanted = null;
  }

  #suffices({ span, pixelUs, isLive }: SeriesWish): boolean {
    const wanted = this.#wanted;
    if (!wanted || (wanted.toUs === null) !== isLive) return false;
    if (wanted.bucketUs !== bucketLength(pixelUs)) return false;
    const isLate = isLive && span.fromUs - wanted.fromUs > 2 * lengthOf(span);
    return !isLate && wanted.fromUs <= span.fromUs && (wanted.toUs ?? Infinity) >= span.toUs;
  }

  #params({ span, pixelUs, isLive }: SeriesWish): SeriesParams {
    const length = lengthOf(span);
    const bucketUs = bucketLength(pixelUs);
    const fromUs = Math.max(0, Math.floor((span.fromUs - length) / bucketUs) * bucketUs);
    const toUs = isLive ? null : Math.ceil((span.toUs + length) / bucketUs) * bucketUs;
    return { source: this.source, fromUs, toUs, bucketUs };
  }

  #open(params: SeriesParams): void {
    this.#view = this.engine.open(
      'series',
      params,
      (frame) => {
        this.#receive(frame);
      },
      (error) => {
        this.#problem = error.message;
        this.#view = null;
        this.#wanted = null;
      },
    );
  }

  #receive(frame: SeriesFrame): void {
    this.#loading = frame.loading;
    if (frame.loading !== null) return;
    const isSame = (level: SeriesFrame): boolean =>
      level.fromUs === frame.fromUs && level.bucketUs === frame.bucketUs;
    const known = this.#levels.find(isSame);
    if (frame.tailFromUs !== null && !known) return;
    const whole = known ? withTail(known, frame) : frame;
    const others = this.#levels.filter((level) => !isSame(level));
    this.#levels = [...others.slice(1 - MOST_LEVELS), whole];
  }
}
