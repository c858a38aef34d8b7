import type { SeriesFrame } from '../../../app/contract-charts';
import { BoundedCache } from '../history/moments/bounded-cache';
import type { KnownUnit } from '../history/moments/known-units';
import type { SeriesAnswer, SeriesRequest } from './chart-protocol';
import { columnBytes, NO_COLUMNS, type Columns, type Texts } from './columns';
import type { ProfileUnits } from './profile-units';
import { AnswerBuilder, rates, rateStepUs } from './series-answer';
import type { StoredSeries } from './stored-series';

/** Sixteen million points: what is beyond is read again when it is looked at. */
const COLUMNS_BYTES = 256 * 1024 * 1024;
/** Units that are looked at for the nearest point outside of the span. */
const MOST_NEIGHBOURS = 64;

export class ColumnCache extends BoundedCache<Columns> {
  constructor() {
    super(COLUMNS_BYTES);
  }
}

/** Answers for one number. All that it does between two waits belongs into one transaction. */
export class SeriesReader {
  readonly #name: string;
  readonly #series: StoredSeries;
  readonly #units: ProfileUnits;
  readonly #cache: ColumnCache;
  readonly #thread: number;

  /** @param name no other reader's */
  constructor(
    name: string,
    series: StoredSeries,
    units: ProfileUnits,
    cache: ColumnCache,
    thread: number,
  ) {
    this.#name = name;
    this.#series = series;
    this.#units = units;
    this.#cache = cache;
    this.#thread = thread;
  }

  /** The texts that entries of columns refer to. */
  get words(): Texts {
    return this.#series.words;
  }

  /**
   * Reads what is not known yet of the span, newest first, until the time is over.
   * @returns how much of it is known, from 0 to 1
   */
  prepare({ fromUs, toUs }: SeriesRequest, endsAtMs: number): number {
    const wanted = this.#within(fromUs, toUs);
    const missing = wanted.filter((unit) => !this.#cache.has(this.#key(unit)));
    for (const [index, unit] of missing.reverse().entries()) {
      if (performance.now() >= endsAtMs) {
        return (wanted.length - missing.length + index) / wanted.length;
      }
      this.#columns(unit);
    }
    return 1;
  }

  answer(request: SeriesRequest): SeriesAnswer {
    const { fromUs, toUs, since } = request;
    const units = this.#within(fromUs, toUs);
    const { removals, newestSerial: serial } = this.#units;
    const lastId = units.reduce((most, unit) => Math.max(most, this.#columns(unit).lastId), 0);
    const { form } = this.#series;
    const seen = { thread: this.#thread, serial, removals, form, toUs };
    const isSame =
      since?.thread === this.#thread && since.removals === removals && since.form === form;
    const tailUs = isSame ? this.#tailUs(request, units, since) : null;
    if (tailUs === Infinity) return { frame: null, seen, lastId };
    const frame = this.#series.isRate
      ? this.#rateFrame(request, units, tailUs)
      : this.#frame(request, units, tailUs);
    return { frame, seen, lastId };
  }

  /** Every column of the span, in the order of ids: for whoever wants each point. */
  *columns(fromUs: number, toUs: number): Generator<Columns> {
    for (const unit of this.#within(fromUs, toUs)) yield this.#series.read(unit);
  }

  #within(fromUs: number, toUs: number): KnownUnit[] {
    const mayHave = this.#series.filter();
    return this.#units.units.all.filter(
      (unit) => unit.firstUs <= toUs && unit.lastUs >= fromUs && mayHave(unit),
    );
  }

  #key(unit: KnownUnit): string {
    return `${this.#name} ${String(unit.serial)}`;
  }

  #columns(unit: KnownUnit): Columns {
    return this.#cache.get(this.#key(unit), () => this.#series.read(unit), columnBytes);
  }

  /** Where the first bucket begins that is another one than in the answer before; infinite when none is. */
  #tailUs(
    { bucketUs, fromUs, toUs }: SeriesRequest,
    units: readonly KnownUnit[],
    since: { readonly serial: number; readonly toUs: number },
  ): number {
    let firstUs = Infinity;
    for (const unit of units) {
      // What was stored between the end of the last span and its reading was known, and not within it.
      const newFromUs = unit.serial > since.serial ? -Infinity : since.toUs;
      if (unit.lastUs <= newFromUs) continue;
      for (const timeUs of this.#columns(unit).timesUs) {
        if (timeUs > newFromUs) firstUs = Math.min(firstUs, timeUs);
      }
    }
    // A rate also changes where nothing comes.
    if (this.#series.isRate && toUs > since.toUs) {
      firstUs = Math.min(firstUs, since.toUs);
      firstUs -= rateStepUs({ fromUs, toUs, bucketUs });
    }
    return Math.floor(firstUs / bucketUs) * bucketUs;
  }

  #frame(request: SeriesRequest, units: readonly KnownUnit[], tailUs: number | null): SeriesFrame {
    const { fromUs, toUs, bucketUs } = request;
    const { form, words, others } = this.#series;
    const builder = new AnswerBuilder({ fromUs: tailUs ?? fromUs, toUs, bucketUs }, form);
    for (const unit of units) {
      if (tailUs === null || unit.lastUs >= tailUs) builder.add(this.#columns(unit));
    }
    if (tailUs === null) this.#addNeighbours(builder, fromUs, toUs);
    return {
      ...{ form, words: words.list, fromUs, toUs, bucketUs, tailFromUs: tailUs },
      ...builder.thinned(),
      before: tailUs === null ? builder.before : null,
      after: builder.after,
      skipped: builder.skipped,
      instead: builder.instead(words, others),
      loading: null,
    };
  }

  /** A value that came once, long ago, is still drawn as a line to where it was. */
  #addNeighbours(builder: AnswerBuilder, fromUs: number, toUs: number): void {
    const mayHave = this.#series.filter();
    const { byEnd, all } = this.#units.units;
    const earlier = byEnd.filter((unit) => unit.lastUs < fromUs && mayHave(unit));
    for (const unit of earlier.slice(-MOST_NEIGHBOURS).reverse()) {
      if (builder.before !== null || !this.#addTo(builder, unit)) break;
    }
    const later = all.filter((unit) => unit.firstUs > toUs && mayHave(unit));
    for (const unit of later.slice(0, MOST_NEIGHBOURS)) {
      if (builder.after !== null || !this.#addTo(builder, unit)) break;
    }
  }

  /** Whether to look further: one unit with messages of the topic is read at the most. */
  #addTo(builder: AnswerBuilder, unit: KnownUnit): boolean {
    const columns = this.#columns(unit);
    builder.add(columns);
    return columns.lastId === 0;
  }

  #rateFrame(
    request: SeriesRequest,
    units: readonly KnownUnit[],
    tailUs: number | null,
  ): SeriesFrame {
    const { fromUs, toUs, bucketUs } = request;
    const span = { fromUs: tailUs ?? fromUs, toUs, bucketUs };
    const [oldest] = this.#units.units.byEnd;
    const columns = units.map((unit) =>
      tailUs === null || unit.lastUs >= tailUs ? this.#columns(unit) : NO_COLUMNS,
    );
    return {
      ...{ form: 'number', words: [], fromUs, toUs, bucketUs, tailFromUs: tailUs },
      ...rates(columns, span, oldest?.firstUs ?? Infinity),
      ...{ before: null, after: null, skipped: 0, instead: null, loading: null },
    };
  }
}
