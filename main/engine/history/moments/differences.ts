import type { MomentDifference, MomentDifferences } from '../../../../app/contract-time';
import type { Database } from '../driver';
import { HEAD_BYTES } from '../layout';
import { RunMessages, storedHead } from '../run-messages';
import type { KnownUnits } from './known-units';
import type { LastIds } from './last-ids';
import type { CompareRequest } from './moments';
import type { Place } from './runs';
import type { State, States } from './state';
import type { TopicSlots } from './topic-slots';
import type { MomentValues } from './values';

type Kind = MomentDifference['kind'];

interface Differing {
  readonly kind: Kind;
  readonly key: number;
  readonly topic: string;
  readonly messages: number;
}

export type ComparedMoments = Omit<CompareRequest, 'comparison' | 'budgetMs'>;

/** What a comparison reads with. */
export interface ComparisonParts {
  readonly database: Database;
  readonly units: KnownUnits;
  readonly slots: TopicSlots;
  readonly states: States;
  readonly lastIds: LastIds;
  readonly values: MomentValues;
}

/** Both moments, as far as all topics are concerned. */
interface Moments {
  readonly before: State;
  readonly after: State;
  readonly idsBefore: Float64Array;
  readonly idsAfter: Float64Array;
}

/** Looks at the clock after so many topics. */
const LOOK_EVERY = 32;

/**
 * Compares the last messages of topics at two moments, in pieces: many topics take seconds, in which others ask, too.
 * Units that were compressed or pruned between two pieces are found anew.
 */
export class Comparison {
  readonly #parts: ComparisonParts;
  readonly #messages: RunMessages;
  readonly #topics: readonly (readonly [number, string])[];
  readonly #request: ComparedMoments;
  readonly #totals = { changed: 0, added: 0, vanished: 0, unchanged: 0 };
  readonly #differing: Differing[] = [];
  readonly #differences: MomentDifference[] = [];
  #moments: Moments | null = null;
  #compared = 0;
  /** The ones that are listed, when all topics were compared. */
  #listed: readonly Differing[] | null = null;

  /** @param topics at and below the path, by key */
  constructor(
    parts: ComparisonParts,
    topics: ReadonlyMap<number, string>,
    request: ComparedMoments,
  ) {
    this.#parts = parts;
    this.#messages = new RunMessages(parts.database);
    // Topics stand in runs in the order of their keys: neighbours are read together.
    this.#topics = [...topics].sort(([one], [other]) => one - other);
    // What comes while it is compared belongs to neither moment.
    const newestUs = parts.units.all.reduce((most, { lastUs }) => Math.max(most, lastUs), 0);
    const toUs = request.toUs === Infinity ? Math.max(newestUs, request.fromUs) : request.toUs;
    this.#request = { ...request, toUs };
  }

  /** From 0 to 1. */
  get share(): number {
    const listed = this.#listed?.length ?? Math.min(this.#request.limit, this.#topics.length);
    const all = this.#topics.length + listed;
    return all === 0 ? 1 : (this.#compared + this.#differences.length) / all;
  }

  /** Goes on for about so long, but at least a little; null when there is more to do. */
  goOn(budgetMs: number): MomentDifferences | null {
    const endsAtMs = performance.now() + budgetMs;
    while (!this.#some()) if (performance.now() >= endsAtMs) return null;
    return { ...this.#totals, differences: this.#differences };
  }

  /** A few topics, or a few messages of those that differ. True when all is done. */
  #some(): boolean {
    const moments = this.#momentsNow();
    for (let count = 0; count < LOOK_EVERY; count += 1) {
      const next = this.#topics[this.#compared];
      if (next === undefined) return this.#listSome(moments);
      this.#compare(moments, next[0], next[1]);
      this.#compared += 1;
    }
    return false;
  }

  #momentsNow(): Moments {
    const { states, lastIds, units } = this.#parts;
    if (this.#moments?.after.version === units.version) return this.#moments;
    const before = states.at(this.#request.fromUs);
    const idsBefore = lastIds.of(before);
    const after = states.at(this.#request.toUs);
    return (this.#moments = { before, after, idsBefore, idsAfter: lastIds.of(after) });
  }

  #compare(moments: Moments, key: number, topic: string): void {
    const { before, after, idsBefore, idsAfter } = moments;
    const slot = this.#parts.slots.find(key);
    const now = after.counts[slot] ?? 0;
    if (now === 0) return;
    const messages = now - (before.counts[slot] ?? 0);
    const kind = idsBefore[slot] === idsAfter[slot] ? null : this.#kindOf(before, after, key);
    this.#totals[kind ?? 'unchanged'] += 1;
    if (kind !== null) this.#differing.push({ kind, key, topic, messages });
  }

  #listSome({ before, after }: Moments): boolean {
    const { limit, previewBytes } = this.#request;
    this.#listed ??= this.#differing.sort((a, b) => (a.topic < b.topic ? -1 : 1)).slice(0, limit);
    const from = this.#differences.length;
    for (const { kind, key, topic, messages } of this.#listed.slice(from, from + LOOK_EVERY)) {
      this.#differences.push({
        ...{ kind, topic, messages },
        before: this.#parts.values.message(before, key, previewBytes),
        after: this.#parts.values.message(after, key, previewBytes),
      });
    }
    return this.#differences.length === this.#listed.length;
  }

  #kindOf(before: State, after: State, key: number): Kind | null {
    const was = this.#parts.values.place(before, key);
    const is = this.#parts.values.place(after, key);
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
