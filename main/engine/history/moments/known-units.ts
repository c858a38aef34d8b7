import type { Unit } from '../run-source';

/** A batch or a segment that never changes: what is known of it is found by its number, which is used once. */
export interface KnownUnit extends Unit {
  readonly serial: number;
}

/** The batches and segments of a profile, as they were when they were last looked at. */
export class KnownUnits {
  /** In the order of their ids. */
  all: readonly KnownUnit[] = [];
  /** In the order in which they end: times need not grow with the ids. */
  byEnd: readonly KnownUnit[] = [];
  /** Grows when they are others. */
  version = 0;
  #known = new Map<string, KnownUnit>();
  #byFirstId = new Map<number, KnownUnit>();
  #nextSerial = 1;

  /** @param units in the order of their ids */
  renew(units: Iterable<Unit>): void {
    const known = new Map<string, KnownUnit>();
    let isSame = true;
    for (const unit of units) {
      // Keys are used again after a unit is gone; ids of messages are not.
      const { kind, key, firstId, lastId, firstUs, lastUs, messages } = unit;
      const name = [kind, key, firstId, lastId, firstUs, lastUs, messages].join(' ');
      const before = this.#known.get(name);
      if (before === undefined) isSame = false;
      known.set(name, before ?? { ...unit, serial: this.#nextSerial++ });
    }
    if (isSame && known.size === this.#known.size) return;
    this.#known = known;
    this.all = [...known.values()];
    this.byEnd = this.all.toSorted((a, b) => a.lastUs - b.lastUs || a.firstId - b.firstId);
    this.#byFirstId = new Map(this.all.map((unit) => [unit.firstId, unit]));
    this.version += 1;
  }

  /** The unit whose first message has this id. */
  beginningWith(firstId: number): KnownUnit | undefined {
    return this.#byFirstId.get(firstId);
  }

  /** How many of `byEnd` end at a moment or before it. */
  endedBy(atUs: number): number {
    let low = 0;
    let high = this.byEnd.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.byEnd[middle]?.lastUs ?? Infinity) <= atUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those that begin at a moment or before it and end after it, in the order of their ids. */
  straddling(atUs: number): KnownUnit[] {
    const late = this.byEnd.slice(this.endedBy(atUs));
    return late.filter(({ firstUs }) => firstUs <= atUs).sort((a, b) => a.firstId - b.firstId);
  }
}
