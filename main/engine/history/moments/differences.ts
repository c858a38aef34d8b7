import type { MomentDifference, MomentDifferences } from '../../../../app/contract-time';
import type { Database } from '../driver';
import { HEAD_BYTES } from '../layout';
import { RunMessages, storedHead } from '../run-messages';
import type { LastIds } from './last-ids';
import type { CompareRequest } from './moments';
import type { Place } from './runs';
import type { State } from './state';
import type { TopicSlots } from './topic-slots';
import type { MomentValues } from './values';

type Kind = MomentDifference['kind'];

interface Differing {
  readonly kind: Kind;
  readonly key: number;
  readonly topic: string;
  readonly messages: number;
}

/** Compares the last messages of topics at two moments. */
export class Differences {
  readonly #slots: TopicSlots;
  readonly #lastIds: LastIds;
  readonly #values: MomentValues;
  readonly #messages: RunMessages;

  constructor(database: Database, slots: TopicSlots, lastIds: LastIds, values: MomentValues) {
    this.#slots = slots;
    this.#lastIds = lastIds;
    this.#values = values;
    this.#messages = new RunMessages(database);
  }

  between(
    before: State,
    after: State,
    topics: ReadonlyMap<number, string>,
    { limit, previewBytes }: Pick<CompareRequest, 'limit' | 'previewBytes'>,
  ): MomentDifferences {
    const totals = { changed: 0, added: 0, vanished: 0, unchanged: 0 };
    const differing: Differing[] = [];
    const ids = [this.#lastIds.of(before), this.#lastIds.of(after)] as const;
    for (const [key, topic] of this.#inOrderOfPlaces(topics)) {
      const slot = this.#slots.find(key);
      const now = after.counts[slot] ?? 0;
      if (now === 0) continue;
      const messages = now - (before.counts[slot] ?? 0);
      const kind = ids[0][slot] === ids[1][slot] ? null : this.#kindOf(before, after, key);
      totals[kind ?? 'unchanged'] += 1;
      if (kind !== null) differing.push({ kind, key, topic, messages });
    }
    differing.sort((a, b) => (a.topic < b.topic ? -1 : 1));
    const differences = differing.slice(0, limit).map(({ kind, key, topic, messages }) => ({
      ...{ kind, topic, messages },
      before: this.#values.message(before, key, previewBytes),
      after: this.#values.message(after, key, previewBytes),
    }));
    return { ...totals, differences };
  }

  /** Topics stand in runs in the order of their keys: neighbours are read together. */
  #inOrderOfPlaces(topics: ReadonlyMap<number, string>): [number, string][] {
    return [...topics].sort(([one], [other]) => one - other);
  }

  #kindOf(before: State, after: State, key: number): Kind | null {
    const was = this.#values.place(before, key);
    const is = this.#values.place(after, key);
    if (was === null || is === null) return is === null ? null : 'added';
    const sizes = [sizeOf(was), sizeOf(is)] as const;
    if (sizes[0] !== sizes[1]) return sizes[1] === 0 ? 'vanished' : 'changed';
    return this.#isSame(was, is) ? null : 'changed';
  }

  /** Of payloads of the same size. */
  #isSame(one: Place, other: Place): boolean {
    const size = sizeOf(one);
    if (size === 0) return true;
    const heads = [one, other].map(({ run, at }) => storedHead(run, at, run.body).head);
    if (Buffer.compare(heads[0] ?? new Uint8Array(0), heads[1] ?? new Uint8Array(0)) !== 0)
      return false;
    if (size <= HEAD_BYTES) return true;
    const whole = [one, other].map((place) =>
      this.#messages.payload(storedHead(place.run, place.at, place.run.body), size),
    );
    return Buffer.compare(whole[0] ?? new Uint8Array(0), whole[1] ?? new Uint8Array(0)) === 0;
  }
}

function sizeOf({ run, at }: Place): number {
  return run.heads.sizes[at] ?? 0;
}
