import { LoupeError } from '../../../../app/errors';
import type { RunHeads } from '../run';
import type { Run, RunSource, Unit } from '../run-source';
import { isSame } from './unit-scan';

/** A unit's messages in the order of arrival: where each of them stands in its runs. */
export interface UnitOrder {
  readonly unit: Unit;
  readonly runs: readonly Run[];
  /** Ascending. */
  readonly ids: Float64Array;
  readonly timesUs: Float64Array;
  readonly runOf: Uint16Array;
  readonly placeOf: Uint32Array;
}

/** Heads of so many messages are kept, some 40 MB; of so many units, as a quiet connection has small ones. */
const MOST_MESSAGES = 500_000;
const MOST_UNITS = 400;

/** Puts units in order, which takes some 20 ms for a large one, and keeps what was asked for last. */
export class UnitOrders {
  readonly #source: RunSource;
  readonly #isMeant: (topic: number) => boolean;
  #kept: UnitOrder[] = [];

  /** @param isMeant leaves the messages of other topics out */
  constructor(source: RunSource, isMeant: (topic: number) => boolean = () => true) {
    this.#source = source;
    this.#isMeant = isMeant;
  }

  /** Within a transaction in which the unit was found. Messages in damaged parts of the file are left out. */
  of(unit: Unit): UnitOrder {
    const known = this.#kept.find((one) => isSame(one.unit, unit));
    const order = known ?? this.#load(unit);
    if (this.#kept[0] !== order) this.#keep(order);
    return order;
  }

  /** What was asked for longest ago goes, when there is too much. */
  #keep(order: UnitOrder): void {
    this.#kept = [order, ...this.#kept.filter((one) => one !== order)].slice(0, MOST_UNITS);
    let messages = 0;
    const most = this.#kept.findIndex(({ unit }) => (messages += unit.messages) > MOST_MESSAGES);
    if (most > 0) this.#kept.length = most;
  }

  #load(unit: Unit): UnitOrder {
    const runs = [...this.#source.runs(unit)];
    const ids = new Float64Array(unit.messages);
    const timesUs = new Float64Array(unit.messages);
    const runOf = new Uint16Array(unit.messages);
    const placeOf = new Uint32Array(unit.messages);
    let length = 0;
    for (const [index, run] of runs.entries()) {
      const heads = readable(run);
      if (heads === null) continue;
      for (let place = 0; place < heads.length; place++) {
        if (!this.#isMeant(heads.topics[place] ?? 0)) continue;
        ids[length] = heads.ids[place] ?? 0;
        timesUs[length] = heads.timesUs[place] ?? 0;
        runOf[length] = index;
        placeOf[length++] = place;
      }
    }
    const order = ascending(ids.subarray(0, length), unit.firstId);
    return {
      unit,
      runs,
      ids: Float64Array.from(order, (at) => ids[at] ?? 0),
      timesUs: Float64Array.from(order, (at) => timesUs[at] ?? 0),
      runOf: Uint16Array.from(order, (at) => runOf[at] ?? 0),
      placeOf: Uint32Array.from(order, (at) => placeOf[at] ?? 0),
    };
  }
}

/** Null of a damaged run: the others can still be shown. */
function readable(run: Run): RunHeads | null {
  try {
    return run.heads;
  } catch (error) {
    if (error instanceof LoupeError) return null;
    throw error;
  }
}

/** Indexes in the order of the values. Numbers sort several times faster than indexes with a comparator. */
function ascending(values: Float64Array, least: number): Uint32Array {
  const scale = values.length;
  const keys = values.map((value, index) => (value - least) * scale + index);
  if (!keys.every((key) => Number.isSafeInteger(key))) {
    const indexes = Uint32Array.from(values, (_, index) => index);
    return indexes.sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  }
  return Uint32Array.from(keys.sort(), (key) => key % scale);
}
