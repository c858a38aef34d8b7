import type { KnownUnit, KnownUnits } from './known-units';
import type { TopicSlots } from './topic-slots';
import type { UnitContents } from './unit-contents';

/** What all groups together may take. */
const GROUPS_BYTES = 64 * 1024 * 1024;
/** Of each topic: its count and its last unit. */
const BYTES_PER_TOPIC = 12;
/** Units of a group at the least; so many are walked through one by one at the most. */
const LEAST_UNITS = 4;
const LEAST_GROUPS = 4;

/** By slot; a topic beyond the end has nothing. */
export interface Columns {
  readonly counts: Uint32Array;
  /** The id that the last unit with a message of the topic begins with; 0 for none. */
  readonly lastUnits: Float64Array;
}

interface Group {
  /** Neighbours in the order in which they end. */
  readonly units: readonly KnownUnit[];
  readonly sum: Columns;
}

/**
 * How many messages of each topic stand in the units that ended by a moment, and which of them is its last one. Units
 * are summed up in groups once: a moment adds groups, and a few units one by one. Groups outlive what happens at either
 * end of the history: new units, units that become others, units that are removed.
 */
export class Sums {
  readonly #slots: TopicSlots;
  readonly #contents: UnitContents;
  #groups: readonly Group[] = [];
  /** By the number of their first unit; also those that were summed up while others are still to be. */
  #known = new Map<number | undefined, Group>();
  #version = -1;
  /** The sum of the first groups, which the next moment near by begins with. */
  #prefix: { groups: number; sum: Columns } = { groups: 0, sum: emptyColumns(0) };

  constructor(slots: TopicSlots, contents: UnitContents) {
    this.#slots = slots;
    this.#contents = contents;
  }

  /** Of the first `ended` units in the order in which they end. */
  of(units: KnownUnits, ended: number): Columns {
    while (this.prepareSome(units));
    let at = 0;
    let groups = 0;
    for (const group of this.#groups) {
      if (at + group.units.length > ended) break;
      at += group.units.length;
      groups += 1;
    }
    const rest = units.byEnd.slice(at, ended).map((unit) => {
      return { firstId: unit.firstId, ...this.#contents.counts(unit) };
    });
    // Only now: reading a unit may bring topics that were not known.
    const sum = copied(this.#sumOf(groups), this.#slots.length);
    for (const { firstId, slots, counts } of rest) addUnit(sum, firstId, slots, counts);
    return sum;
  }

  /** Sums up a group that is new; false when there was none. */
  prepareSome(units: KnownUnits): boolean {
    if (this.#version === units.version) return false;
    const groups: Group[] = [];
    const size = this.#groupSize(units.byEnd.length);
    for (let at = 0; at < units.byEnd.length;) {
      const known = this.#at(units.byEnd, at);
      const members = known?.units ?? this.#membersAt(units.byEnd, at, size);
      // What came last is still becoming other units.
      if (members.at(-1)?.kind === 'batch') break;
      const group = known ?? { units: members, sum: this.#sumUnits(members) };
      groups.push(group);
      this.#known.set(members[0]?.serial, group);
      if (known === undefined) return true;
      at += members.length;
    }
    this.#groups = this.#joined(groups);
    this.#known = new Map(this.#groups.map((group) => [group.units[0]?.serial, group]));
    this.#version = units.version;
    this.#prefix = { groups: 0, sum: emptyColumns(0) };
    return false;
  }

  /** The group that stands there unchanged, and need not grow: one that is small and the last one does. */
  #at(units: readonly KnownUnit[], at: number): Group | undefined {
    const group = this.#known.get(units[at]?.serial);
    if (!group?.units.every((unit, index) => unit === units[at + index])) return undefined;
    const next = units[at + group.units.length];
    const isFull = group.units.length >= LEAST_UNITS || next === undefined || next.kind === 'batch';
    return isFull || this.#known.has(next.serial) ? group : undefined;
  }

  /** A group ends when it is full, or where one begins that is known. */
  #membersAt(units: readonly KnownUnit[], from: number, size: number): readonly KnownUnit[] {
    let end = from + 1;
    while (end < Math.min(units.length, from + size)) {
      const unit = units[end];
      if (unit === undefined || unit.kind === 'batch' || this.#known.has(unit.serial)) break;
      end += 1;
    }
    return units.slice(from, end);
  }

  #groupSize(units: number): number {
    return Math.max(LEAST_UNITS, Math.ceil(units / this.#mostGroups()));
  }

  #mostGroups(): number {
    const bytes = Math.max(1, this.#slots.length) * BYTES_PER_TOPIC;
    return Math.max(LEAST_GROUPS, Math.floor(GROUPS_BYTES / bytes));
  }

  /** Neighbours become one where there are more groups than there is room for. */
  #joined(groups: readonly Group[]): readonly Group[] {
    let joined = groups;
    while (joined.length > 2 * this.#mostGroups()) {
      const halved: Group[] = [];
      for (let at = 0; at < joined.length; at += 2)
        halved.push(joinedPair(joined[at], joined[at + 1]));
      joined = halved;
    }
    return joined;
  }

  #sumUnits(units: readonly KnownUnit[]): Columns {
    const read = units.map((unit) => this.#contents.readCounts(unit));
    const sum = emptyColumns(this.#slots.length);
    for (const [index, { slots, counts }] of read.entries())
      addUnit(sum, units[index]?.firstId ?? 0, slots, counts);
    return sum;
  }

  #sumOf(groups: number): Columns {
    if (this.#prefix.groups > groups || this.#prefix.sum.counts.length !== this.#slots.length)
      this.#prefix = { groups: 0, sum: emptyColumns(this.#slots.length) };
    const { sum } = this.#prefix;
    for (let at = this.#prefix.groups; at < groups; at++) {
      const group = this.#groups[at];
      if (group) addColumns(sum, group.sum);
    }
    this.#prefix = { groups, sum };
    return sum;
  }
}

function joinedPair(one: Group | undefined, other: Group | undefined): Group {
  const units = [...(one?.units ?? []), ...(other?.units ?? [])];
  const topics = Math.max(one?.sum.counts.length ?? 0, other?.sum.counts.length ?? 0);
  const sum = emptyColumns(topics);
  if (one) addColumns(sum, one.sum);
  if (other) addColumns(sum, other.sum);
  return { units, sum };
}

export function emptyColumns(topics: number): Columns {
  return { counts: new Uint32Array(topics), lastUnits: new Float64Array(topics) };
}

function copied({ counts, lastUnits }: Columns, topics: number): Columns {
  const copy = emptyColumns(topics);
  copy.counts.set(counts);
  copy.lastUnits.set(lastUnits);
  return copy;
}

function addColumns(to: Columns, from: Columns): void {
  const { counts, lastUnits } = from;
  for (let slot = 0; slot < counts.length; slot++) {
    const count = counts[slot] ?? 0;
    if (count === 0) continue;
    to.counts[slot] = (to.counts[slot] ?? 0) + count;
    const last = lastUnits[slot] ?? 0;
    if (last > (to.lastUnits[slot] ?? 0)) to.lastUnits[slot] = last;
  }
}

function addUnit(to: Columns, firstId: number, slots: Uint32Array, counts: Uint32Array): void {
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] ?? 0;
    to.counts[slot] = (to.counts[slot] ?? 0) + (counts[at] ?? 0);
    if (firstId > (to.lastUnits[slot] ?? 0)) to.lastUnits[slot] = firstId;
  }
}
