import type { Database } from '../driver';
import { RunMessages, storedHead } from '../run-messages';
import type { Message } from '../../../../app/message';
import type { KnownUnit, KnownUnits } from './known-units';
import type { MomentValue } from './moments';
import type { RetainedMarks } from './retained';
import type { Place, TopicPlaces } from './runs';
import type { State } from './state';
import type { TopicSlots } from './topic-slots';

/** How long a page of values may look for retained marks in units that were not looked through yet. */
const PATIENCE_MS = 25;

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

  #lastUnit(state: State, topic: number): KnownUnit | undefined {
    const firstId = state.lastUnits[this.#slots.find(topic)] ?? 0;
    return firstId === 0 ? undefined : this.#units.beginningWith(firstId);
  }

  #last({ atUs }: State, topic: number, unit: KnownUnit): Place | undefined {
    for (const place of this.#places.before(unit, topic, atUs)) return place;
    return undefined;
  }
}
