import { topicsOf } from '../run';
import type { RunSource, Unit } from '../run-source';
import type { ListEvent } from './list-events';
import type { UnitOrder } from './unit-orders';
import { isSame } from './unit-scan';

/** A unit with what is known of its rows. */
export interface ChronicleUnit {
  readonly unit: Unit;
  /** Messages of the topics that are meant; null until they were counted. */
  messages: number | null;
  /** What stands between its messages, by time. */
  events: readonly ListEvent[];
}

/** The units of a profile as a list of rows, oldest first; how many rows each has is known without reading it. */
export class ChronicleUnits {
  readonly #source: RunSource;
  readonly #profile: number;
  readonly #isMeant: ((topic: number) => boolean) | null;
  units: ChronicleUnit[] = [];
  /** What came after the last message. */
  tail: readonly ListEvent[] = [];

  /** @param isMeant null for all topics */
  constructor(source: RunSource, profile: number, isMeant: ((topic: number) => boolean) | null) {
    this.#source = source;
    this.#profile = profile;
    this.#isMeant = isMeant;
  }

  /** Within a transaction. @returns whether anything is another one */
  refresh(): boolean {
    const before = this.units;
    const now = [...this.#source.unitsBefore(this.#profile, Number.MAX_SAFE_INTEGER)].reverse();
    const isNew =
      now.length !== before.length ||
      now.some((unit, at) => !isSame(unit, before[at]?.unit ?? unit));
    if (!isNew) return false;
    const known = new Map(before.map((one) => [`${one.unit.kind} ${String(one.unit.key)}`, one]));
    this.units = now.map((unit) => {
      const one = known.get(`${unit.kind} ${String(unit.key)}`);
      const isKnown = one !== undefined && isSame(one.unit, unit);
      const messages = this.#isMeant === null ? unit.messages : isKnown ? one.messages : null;
      return { unit, messages, events: [] };
    });
    return true;
  }

  /** Counts, within a transaction, the newest units of which it is not known. @returns whether there are more */
  count(isOver: () => boolean): boolean {
    const isMeant = this.#isMeant;
    if (isMeant === null) return false;
    for (const one of [...this.units].reverse()) {
      if (one.messages !== null) continue;
      let messages = 0;
      for (const run of this.#source.runs(one.unit)) {
        for (const { topic, count } of topicsOf(run.topics)) if (isMeant(topic)) messages += count;
      }
      one.messages = messages;
      if (isOver()) return true;
    }
    return false;
  }

  /** Gives each event to the unit in which it stands. */
  place(events: readonly ListEvent[]): void {
    const { units } = this;
    const placed = units.map((): ListEvent[] => []);
    const tail: ListEvent[] = [];
    const latestUs: number[] = [];
    for (const { unit } of units)
      latestUs.push(Math.max(unit.lastUs, latestUs.at(-1) ?? -Infinity));
    for (const event of events) (placed[this.#indexOf(event, latestUs)] ?? tail).push(event);
    for (const [at, one] of units.entries()) one.events = placed[at] ?? [];
    this.tail = tail;
  }

  #indexOf(event: ListEvent, latestUs: readonly number[]): number {
    const { units } = this;
    const afterSession = firstWhere(units.length, (at) => lastIdAt(units, at) > event.lastId);
    if (event.beforeId !== null) {
      const wanted = event.beforeId;
      return firstWhere(units.length, (at) => lastIdAt(units, at) >= wanted);
    }
    const inSession = firstWhere(units.length, (at) => lastIdAt(units, at) >= event.firstId);
    const byTime = firstWhere(units.length, (at) => (latestUs[at] ?? 0) > event.timeUs);
    return Math.max(inSession, Math.min(byTime, afterSession));
  }
}

function lastIdAt(units: readonly ChronicleUnit[], at: number): number {
  return units[at]?.unit.lastId ?? 0;
}

/** The first index of so many for which something holds that holds for all after it; their number when there is none. */
export function firstWhere(length: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Before which message of a unit (by index) an event stands; how many there are when it stands after all of them. */
export function indexIn({ ids, timesUs }: UnitOrder, event: ListEvent): number {
  const wanted = event.beforeId;
  if (wanted !== null) return firstWhere(ids.length, (at) => (ids[at] ?? 0) >= wanted);
  const first = firstWhere(ids.length, (at) => (ids[at] ?? 0) >= event.firstId);
  const after = firstWhere(ids.length, (at) => (ids[at] ?? 0) > event.lastId);
  const later = timesUs.subarray(first, after).findIndex((timeUs) => timeUs > event.timeUs);
  return later < 0 ? after : first + later;
}
