import type { SeriesForm } from '../../../app/contract-charts';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type { KnownUnit } from '../history/moments/known-units';
import { storedHead } from '../history/run-messages';
import type { Run } from '../history/run-source';
import { topicsOf } from '../history/run';
import { decodeProperties } from '../history/properties';
import { Births } from '../decoding/sparkplug-payload';
import { BirthBook } from './birth-book';
import type { StoredSource } from './chart-protocol';
import { ColumnBuilder, formOf, NO_COLUMNS, NUMBER, Texts, type Columns } from './columns';
import { PayloadReader } from './payload-reader';
import type { ProfileUnits } from './profile-units';

export const SECOND_US = 1_000_000;
const NO_BIRTHS = new Births();

/** One number of a topic, read unit by unit. */
export class StoredSeries {
  readonly words = new Texts();
  readonly others = new Texts();
  readonly #kinds = new Float64Array(5);
  readonly #source: StoredSource;
  readonly #units: ProfileUnits;
  readonly #reader: PayloadReader;
  readonly #births: BirthBook | null;
  readonly #beat: () => void;

  /** @param beat called for every message: whoever watches sees that the thread works */
  constructor(
    source: StoredSource,
    units: ProfileUnits,
    schema: (id: string) => DecodingSchema | undefined,
    beat: () => void,
  ) {
    this.#source = source;
    this.#units = units;
    this.#reader = new PayloadReader(source, schema);
    this.#births = BirthBook.of(source.topic, units.database, units.topicRuns, (topic) =>
      units.keyOf(topic),
    );
    this.#beat = beat;
  }

  get isRate(): boolean {
    return this.#source.what.kind === 'rate';
  }

  get form(): SeriesForm {
    return formOf(this.#kinds);
  }

  /** Whether a unit may have something of it, as the database stands now. */
  filter(): (unit: KnownUnit) => boolean {
    const { topic, what } = this.#source;
    if (what.kind === 'rate' && what.below) return () => true;
    return this.#units.mayHave(topic);
  }

  /** Reads a unit; what comes of it never changes. @throws LoupeError `history-unavailable` when it is damaged */
  read(unit: KnownUnit): Columns {
    const columns = this.isRate ? this.#seconds(unit) : this.#values(unit);
    for (const kind of columns.kinds) this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
    return columns;
  }

  #values(unit: KnownUnit): Columns {
    const key = this.#units.keyOf(this.#source.topic);
    const runs = this.#units.runsOf(unit, key).flatMap((run) => {
      const place = run.place(key);
      return place === null ? [] : [{ run, ...place }];
    });
    const messages = runs.reduce((sum, { from, to }) => sum + to - from, 0);
    if (messages === 0) return NO_COLUMNS;
    const builder = new ColumnBuilder(messages, this.words, this.others);
    const births = this.#births?.between(unit.firstId, unit.lastId) ?? null;
    let lastId = 0;
    for (const { run, from, to } of runs) {
      for (let at = from; at < to; at++) {
        lastId = Math.max(lastId, this.#add(builder, run, at, births));
      }
    }
    return builder.columns(lastId);
  }

  #add(
    builder: ColumnBuilder,
    run: Run,
    at: number,
    births: ReturnType<BirthBook['between']> | null,
  ): number {
    this.#beat();
    const stored = storedHead(run, at, run.body);
    const { id, timeUs, properties, sizeBytes, head } = stored;
    const payload =
      sizeBytes === head.length ? head : this.#units.messages.payload(stored, Infinity);
    const before = births?.(id);
    const reading = this.#reader.read(payload, {
      contentType: properties === null ? undefined : decodeProperties(properties).contentType,
      births: before?.births ?? NO_BIRTHS,
      sparkplug: before?.state ?? null,
    });
    builder.add(timeUs, reading);
    return id;
  }

  /** Messages in each second that has any. */
  #seconds(unit: KnownUnit): Columns {
    const { topic, what } = this.#source;
    const isBelow = what.kind === 'rate' && what.below;
    const wanted = isBelow ? this.#units.branches.of(topic) : this.#units.branches.named(topic);
    const counts = new Map<number, number>();
    let lastId = 0;
    for (const run of this.#units.allRuns(unit)) {
      let at = 0;
      for (const { topic: key, count } of topicsOf(run.topics)) {
        const end = at + count;
        if (wanted.has(key)) lastId = Math.max(lastId, countSeconds(run, at, end, counts));
        at = end;
      }
      this.#beat();
    }
    const builder = new ColumnBuilder(counts.size, this.words, this.others);
    for (const [second, count] of counts) builder.put(second * SECOND_US, NUMBER, count);
    return builder.columns(lastId);
  }
}

function countSeconds(run: Run, from: number, to: number, counts: Map<number, number>): number {
  const { timesUs, ids } = run.heads;
  for (let at = from; at < to; at++) {
    const second = Math.floor((timesUs[at] ?? 0) / SECOND_US);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return ids[to - 1] ?? 0;
}
