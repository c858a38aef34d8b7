import type { KnownUnit, KnownUnits } from './known-units';
import type { StepRequest } from './moments';
import type { TopicPlaces } from './runs';
import type { TopicPresence } from '../topic-presence';
import type { TopicSlots } from './topic-slots';
import type { UnitContents } from './unit-contents';

/** With more topics than these, looking at all of a unit is quicker than finding each topic in it. */
const FEW_TOPICS = 8;

interface Found {
  readonly timeUs: number;
  readonly id: number;
  readonly topic: number;
}

/** Finds the message next to a moment in time; of those at the same time, the one that came last. */
export class Steps {
  readonly #units: KnownUnits;
  readonly #slots: TopicSlots;
  readonly #contents: UnitContents;
  readonly #places: TopicPlaces;
  readonly #presence: TopicPresence;

  constructor(
    units: KnownUnits,
    slots: TopicSlots,
    contents: UnitContents,
    places: TopicPlaces,
    presence: TopicPresence,
  ) {
    this.#units = units;
    this.#slots = slots;
    this.#contents = contents;
    this.#places = places;
    this.#presence = presence;
  }

  /** @param topics keys of those meant; null for all */
  from(
    { atUs, direction }: Pick<StepRequest, 'atUs' | 'direction'>,
    topics: readonly number[] | null,
  ): Found | null {
    const isNext = direction === 'next';
    // Where the clock was never set back, the first unit has it.
    const units = isNext
      ? this.#units.all.filter(({ lastUs }) => lastUs > atUs).sort((a, b) => a.firstUs - b.firstUs)
      : this.#units.all.filter(({ firstUs }) => firstUs < atUs).sort((a, b) => b.lastUs - a.lastUs);
    const nearest = new Nearest(atUs, isNext);
    const sorted = topics && Uint32Array.from(topics).sort();
    for (const unit of units) {
      if (!nearest.canBeIn(unit)) break;
      this.#look(unit, sorted, nearest);
    }
    return nearest.found;
  }

  /** @param topics the smallest key first */
  #look(unit: KnownUnit, topics: Uint32Array | null, nearest: Nearest): void {
    if (topics !== null && topics.length <= FEW_TOPICS) {
      for (const topic of topics)
        for (const { run, at } of this.#places.before(unit, topic, Infinity))
          nearest.take(run.heads.timesUs[at] ?? 0, run.heads.ids[at] ?? 0, topic);
      return;
    }
    // A branch that is seldom in a long history: its topics are not looked for among all of each unit.
    if (topics !== null && !this.#presence.hasAny(unit, topics)) return;
    const meant = topics && this.#meant(unit, topics);
    const { slots, ids, timesUs } = this.#contents.times(unit);
    const { keys } = this.#slots;
    for (let at = 0; at < ids.length; at++) {
      const slot = slots[at] ?? 0;
      if (meant === null || meant.has(slot))
        nearest.take(timesUs[at] ?? 0, ids[at] ?? 0, keys[slot] ?? 0);
    }
  }

  /** Slots of the topics that the unit has. */
  #meant(unit: KnownUnit, topics: Uint32Array): Set<number> {
    const there = new Set(this.#contents.counts(unit).slots);
    return new Set(
      [...topics].map((key) => this.#slots.find(key)).filter((slot) => there.has(slot)),
    );
  }
}

class Nearest {
  found: Found | null = null;

  constructor(
    private readonly atUs: number,
    private readonly isNext: boolean,
  ) {}

  /** Whether a unit can have one that is nearer, or as near. */
  canBeIn({ firstUs, lastUs }: KnownUnit): boolean {
    if (this.found === null) return true;
    return this.isNext ? firstUs <= this.found.timeUs : lastUs >= this.found.timeUs;
  }

  take(timeUs: number, id: number, topic: number): void {
    if (this.isNext ? timeUs <= this.atUs : timeUs >= this.atUs) return;
    const { found } = this;
    if (found !== null) {
      const isFarther = this.isNext ? timeUs > found.timeUs : timeUs < found.timeUs;
      if (isFarther || (timeUs === found.timeUs && id < found.id)) return;
    }
    this.found = { timeUs, id, topic };
  }
}
