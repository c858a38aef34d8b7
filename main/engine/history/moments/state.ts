import type { KnownUnits } from './known-units';
import type { Columns, Sums } from './sums';
import type { TopicSlots } from './topic-slots';
import type { UnitContents, UnitTimes } from './unit-contents';

/** What a profile's topics had at a moment, by slot. */
export interface State extends Columns {
  readonly atUs: number;
  /** Of the units that it was made from. */
  readonly version: number;
  /** The last message's id where it stands in a unit that goes on after the moment; else 0. */
  readonly lastIds: Float64Array;
}

/** Remembers the state at the moment that was asked for last. */
export class States {
  readonly #units: KnownUnits;
  readonly #slots: TopicSlots;
  readonly #contents: UnitContents;
  readonly #sums: Sums;
  #last: State | null = null;

  constructor(units: KnownUnits, slots: TopicSlots, contents: UnitContents, sums: Sums) {
    this.#units = units;
    this.#slots = slots;
    this.#contents = contents;
    this.#sums = sums;
  }

  at(atUs: number): State {
    const { version } = this.#units;
    if (this.#last?.atUs === atUs && this.#last.version === version) return this.#last;
    return (this.#last = this.#make(atUs));
  }

  /** Messages at or before a moment. */
  messagesAt(atUs: number): number {
    const ended = this.#units.byEnd.slice(0, this.#units.endedBy(atUs));
    let messages = ended.reduce((sum, unit) => sum + unit.messages, 0);
    for (const unit of this.#units.straddling(atUs)) {
      for (const timeUs of this.#contents.times(unit).timesUs) if (timeUs <= atUs) messages += 1;
    }
    return messages;
  }

  #make(atUs: number): State {
    const straddling = this.#units.straddling(atUs);
    const read = straddling.map((unit) => this.#contents.times(unit));
    const sum = this.#sums.of(this.#units, this.#units.endedBy(atUs));
    const lastIds = new Float64Array(this.#slots.length);
    const state = { ...sum, atUs, version: this.#units.version, lastIds };
    for (const [index, times] of read.entries())
      addUntil(state, straddling[index]?.firstId ?? 0, times);
    return state;
  }
}

function addUntil(state: State, firstId: number, { slots, ids, timesUs }: UnitTimes): void {
  const { atUs, counts, lastUnits, lastIds } = state;
  for (let at = 0; at < ids.length; at++) {
    if ((timesUs[at] ?? Infinity) > atUs) continue;
    const slot = slots[at] ?? 0;
    counts[slot] = (counts[slot] ?? 0) + 1;
    // A unit that ended may be younger than one that goes on.
    if (firstId < (lastUnits[slot] ?? 0)) continue;
    lastUnits[slot] = firstId;
    lastIds[slot] = Math.max(lastIds[slot] ?? 0, ids[at] ?? 0);
  }
}
