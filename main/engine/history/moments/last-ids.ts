import type { KnownUnit, KnownUnits } from './known-units';
import type { TopicPlaces } from './runs';
import type { State } from './state';
import type { TopicSlots } from './topic-slots';
import type { UnitContents } from './unit-contents';

/** With more topics than these, reading all ids of a unit is quicker than finding each topic in it. */
const FEW_TOPICS = 48;

/** The last message of every topic at a moment. What was found stays: a topic's last unit is rarely another one. */
export class LastIds {
  readonly #units: KnownUnits;
  readonly #slots: TopicSlots;
  readonly #contents: UnitContents;
  readonly #places: TopicPlaces;
  /** By slot: the unit that was looked into, and the topic's last message there. */
  #serials = new Uint32Array(0);
  #ids = new Float64Array(0);

  constructor(units: KnownUnits, slots: TopicSlots, contents: UnitContents, places: TopicPlaces) {
    this.#units = units;
    this.#slots = slots;
    this.#contents = contents;
    this.#places = places;
  }

  /** By slot; 0 for none. */
  of(state: State): Float64Array {
    this.#grow();
    for (const [unit, slots] of this.#unknown(state)) {
      if (slots.length > FEW_TOPICS) this.#readAll(unit);
      else for (const slot of slots) this.#readOne(unit, slot);
    }
    const ids = state.lastIds.slice();
    for (let slot = 0; slot < ids.length; slot++)
      if (ids[slot] === 0 && (state.counts[slot] ?? 0) > 0) ids[slot] = this.#ids[slot] ?? 0;
    return ids;
  }

  /** Topics whose last message stands in a unit that ended and was not looked into for them. */
  #unknown({ counts, lastUnits, lastIds }: State): Map<KnownUnit, number[]> {
    const unknown = new Map<KnownUnit, number[]>();
    let unit: KnownUnit | undefined;
    for (let slot = 0; slot < counts.length; slot++) {
      if (counts[slot] === 0 || lastIds[slot] !== 0) continue;
      const firstId = lastUnits[slot] ?? 0;
      if (unit?.firstId !== firstId) unit = this.#units.beginningWith(firstId);
      if (unit === undefined || this.#serials[slot] === unit.serial) continue;
      const slots = unknown.get(unit);
      if (slots) slots.push(slot);
      else unknown.set(unit, [slot]);
    }
    return unknown;
  }

  #readAll(unit: KnownUnit): void {
    const { slots, ids } = this.#contents.times(unit);
    for (let at = 0; at < ids.length; at++) this.#note(slots[at] ?? 0, unit, ids[at] ?? 0);
  }

  #readOne(unit: KnownUnit, slot: number): void {
    for (const { run, at } of this.#places.before(unit, this.#slots.keys[slot] ?? 0, Infinity)) {
      this.#note(slot, unit, run.heads.ids[at] ?? 0);
      return;
    }
  }

  /** The messages of a topic come in the order of their ids. */
  #note(slot: number, { serial }: KnownUnit, id: number): void {
    this.#serials[slot] = serial;
    this.#ids[slot] = id;
  }

  #grow(): void {
    const { length } = this.#slots;
    if (this.#ids.length === length) return;
    const serials = new Uint32Array(length);
    const ids = new Float64Array(length);
    serials.set(this.#serials);
    ids.set(this.#ids);
    this.#serials = serials;
    this.#ids = ids;
  }
}
