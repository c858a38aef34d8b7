import { Buckets, type Thinned } from '../../../app/chart/buckets';
import type { SeriesForm, SeriesPoint } from '../../../app/contract-charts';
import { isDrawn, WORD, type Columns, type Texts } from './columns';
import { SECOND_US } from './stored-series';

export interface AnswerSpan {
  readonly fromUs: number;
  readonly toUs: number;
  readonly bucketUs: number;
}

/** Puts together what the units say of a span. */
export class AnswerBuilder {
  readonly #span: AnswerSpan;
  readonly #form: SeriesForm;
  readonly #buckets: Buckets;
  #before: SeriesPoint | null = null;
  #after: SeriesPoint | null = null;
  #skipped = 0;
  #instead: { readonly timeUs: number; readonly kind: number; readonly text: number } | null = null;

  constructor(span: AnswerSpan, form: SeriesForm) {
    this.#span = span;
    this.#form = form;
    this.#buckets = new Buckets(span.fromUs, span.toUs, span.bucketUs);
  }

  get before(): SeriesPoint | null {
    return this.#before;
  }

  get after(): SeriesPoint | null {
    return this.#after;
  }

  get skipped(): number {
    return this.#skipped;
  }

  add({ timesUs, values, kinds }: Columns): void {
    const { fromUs, toUs } = this.#span;
    for (let at = 0; at < timesUs.length; at++) {
      const timeUs = timesUs[at] ?? 0;
      const value = values[at] ?? 0;
      const kind = kinds[at] ?? 0;
      if (!isDrawn(kind, this.#form)) {
        if (timeUs >= fromUs && timeUs <= toUs) this.#skip(timeUs, kind, value);
      } else if (timeUs < fromUs) {
        if (timeUs >= (this.#before?.timeUs ?? -Infinity)) this.#before = { timeUs, value };
      } else if (timeUs > toUs) {
        if (timeUs < (this.#after?.timeUs ?? Infinity)) this.#after = { timeUs, value };
      } else this.#buckets.add(timeUs, value);
    }
  }

  thinned(): Thinned {
    return this.#buckets.result();
  }

  /** What stood in place of a value last, in words. */
  instead(words: Texts, others: Texts): string | null {
    if (this.#instead === null) return null;
    const { kind, text } = this.#instead;
    if (kind === WORD) return `the text “${words.list[text] ?? ''}”`;
    return others.list[text] ?? 'something else';
  }

  #skip(timeUs: number, kind: number, text: number): void {
    this.#skipped += 1;
    if (timeUs >= (this.#instead?.timeUs ?? -Infinity)) this.#instead = { timeUs, kind, text };
  }
}

/** Seconds are the finest; longer steps when there would be too many. */
const RATE_STEPS_US = [1, 10, 60, 600, 3_600, 86_400].map((seconds) => seconds * SECOND_US);
const MOST_RATE_STEPS = 500_000;

export function rateStepUs(span: AnswerSpan): number {
  const length = span.toUs - span.fromUs;
  return RATE_STEPS_US.find((step) => length / step <= MOST_RATE_STEPS) ?? 86_400 * SECOND_US;
}

/**
 * Messages per second in equal steps, each drawn at its middle, nothing left out: a step without messages is a rate of 0.
 * Steps that are not over yet, and those before `recordedUs`, are not told.
 */
export function rates(columns: Iterable<Columns>, span: AnswerSpan, recordedUs: number): Thinned {
  const stepUs = rateStepUs(span);
  const first = Math.floor(Math.max(span.fromUs, recordedUs) / stepUs);
  const end = Math.floor(span.toUs / stepUs);
  const counts = new Float64Array(Math.max(0, end - first));
  for (const { timesUs, values } of columns) {
    for (let at = 0; at < timesUs.length; at++) {
      const step = Math.floor((timesUs[at] ?? 0) / stepUs) - first;
      if (step >= 0 && step < counts.length) counts[step] = (counts[step] ?? 0) + (values[at] ?? 0);
    }
  }
  const buckets = new Buckets(span.fromUs, span.toUs, span.bucketUs);
  const perSecond = SECOND_US / stepUs;
  for (let step = 0; step < counts.length; step++) {
    buckets.add((first + step + 0.5) * stepUs, (counts[step] ?? 0) * perSecond);
  }
  return buckets.result();
}
