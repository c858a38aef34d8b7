import type { Database } from '../driver';
import { RunMessages, storedHead } from '../run-messages';
import type { Message } from '../../../../app/message';
import { previewOf } from '../../../../app/payload/preview';
import { TREND_POINTS, TREND_STEP_MS } from '../../../../app/trend';
import type { KnownUnit, KnownUnits } from './known-units';
import type { MomentValue } from './moments';
import type { RetainedMarks } from './retained';
import type { Run } from '../run-source';
import type { Place, TopicPlaces } from './runs';
import type { State } from './state';
import type { TopicSlots } from './topic-slots';

/** How long a page of values may look for retained marks in units that were not looked through yet. */
const PATIENCE_MS = 25;
/** How long it may look for trends: a drag asks again in a moment, and what stands still is asked for until all are there. */
const TRENDS_PATIENCE_MS = 8;
/** Messages that may lie between the first and the last point of a trend. */
const MOST_BETWEEN = 20_000;

/** The last messages of topics at a moment. */
export class MomentValues {
  readonly #units: KnownUnits;
  readonly #slots: TopicSlots;
  readonly #places: TopicPlaces;
  readonly #retained: RetainedMarks;
  readonly #messages: RunMessages;

  constructor(
    database: Database,
    units: KnownUnits,
    slots: TopicSlots,
    places: TopicPlaces,
    retained: RetainedMarks,
  ) {
    this.#units = units;
    this.#slots = slots;
    this.#places = places;
    this.#retained = retained;
    this.#messages = new RunMessages(database);
  }

  /** Of topics without a message there is none. */
  of(state: State, topics: readonly number[], headBytes: number): MomentValue[] {
    const values: MomentValue[] = [];
    const endsAtMs = performance.now() + PATIENCE_MS;
    const isPatient = (): boolean => performance.now() < endsAtMs;
    const trendsEndAtMs = performance.now() + TRENDS_PATIENCE_MS;
    for (const key of topics) {
      const unit = this.#lastUnit(state, key);
      const place = unit && this.#last(state, key, unit);
      if (!place) continue;
      const { id, timeUs, flags, sizeBytes, head } = storedHead(
        place.run,
        place.at,
        place.run.body,
      );
      values.push({
        ...{ key, id, timeUs, flags, sizeBytes },
        payload: Uint8Array.from(head.subarray(0, headBytes)),
        retained: this.#retained.at(key, state.atUs, unit, isPatient),
        trend: performance.now() < trendsEndAtMs ? this.#trend(state.atUs, key, unit) : null,
      });
    }
    return values;
  }

  /** A topic's last message; null when it had none. */
  message(state: State, topic: number, maxBytes: number): Message | null {
    const place = this.place(state, topic);
    return place && this.#messages.messageOf(place.run, place.at, maxBytes);
  }

  /** Where a topic's last message stands. */
  place(state: State, topic: number): Place | null {
    const unit = this.#lastUnit(state, topic);
    return (unit && this.#last(state, topic, unit)) ?? null;
  }

  /** What stands in the run of the last message, which is decoded anyway; empty where that is no number. */
  #trend(atUs: number, topic: number, unit: KnownUnit): number[] {
    const numbers: number[] = [];
    let run: Run | undefined;
    let beforeUs = Infinity;
    let looked = 0;
    for (const place of this.#places.before(unit, topic, atUs)) {
      run ??= place.run;
      looked += 1;
      const isFar = place.run !== run || looked > MOST_BETWEEN;
      if (isFar || numbers.length === TREND_POINTS) break;
      const timeUs = run.heads.timesUs[place.at] ?? 0;
      if (timeUs > beforeUs) continue;
      const number = numberIn(place);
      if (number === null && beforeUs === Infinity) break;
      beforeUs = timeUs - TREND_STEP_MS * 1_000;
      if (number !== null) numbers.push(number);
    }
    return numbers.length > 1 ? numbers.reverse() : [];
  }

  #lastUnit(state: State, topic: number): KnownUnit | undefined {
    const firstId = state.lastUnits[this.#slots.find(topic)] ?? 0;
    return firstId === 0 ? undefined : this.#units.beginningWith(firstId);
  }

  #last({ atUs }: State, topic: number, unit: KnownUnit): Place | undefined {
    for (const place of this.#places.before(unit, topic, atUs)) return place;
    return undefined;
  }
}

function numberIn({ run, at }: Place): number | null {
  const { head, sizeBytes } = storedHead(run, at, run.body);
  return previewOf(head, sizeBytes, 1).number;
}
