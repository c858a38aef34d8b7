import type { Run, RunSource } from '../run-source';
import { BoundedCache } from './bounded-cache';
import type { KnownUnit } from './known-units';

const RUNS_BYTES = 24 * 1024 * 1024;
/** What the columns of the heads take for a message. */
const HEAD_COLUMNS_BYTES = 35;

/** Where a message of a topic stands; `run.body` is decoded when it is asked for. */
export interface Place {
  readonly run: Run;
  readonly at: number;
}

/** Finds messages of topics within units, and remembers the runs that were decoded last. */
export class TopicPlaces {
  readonly #source: RunSource;
  readonly #runs = new BoundedCache<Run>(RUNS_BYTES);

  constructor(source: RunSource) {
    this.#source = source;
  }

  /** The messages of a topic in a unit at or before a moment, newest first. */
  *before(unit: KnownUnit, topic: number, atUs: number): Generator<Place> {
    for (const found of this.#source.runsOf(unit, topic).reverse()) {
      const place = found.place(topic);
      if (place === null) continue;
      const run = this.#known(unit, found);
      for (let at = place.to - 1; at >= place.from; at--) {
        if ((run.heads.timesUs[at] ?? Infinity) <= atUs) yield { run, at };
      }
    }
  }

  #known(unit: KnownUnit, run: Run): Run {
    const key = `${String(unit.serial)} ${String(run.key)}`;
    return this.#runs.get(
      key,
      () => run,
      ({ heads }) => heads.length * HEAD_COLUMNS_BYTES + (heads.offsets[heads.length] ?? 0),
    );
  }
}
