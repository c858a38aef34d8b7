import type { Database } from '../driver';
import type { RunSource } from '../run-source';
import { TopicPresence } from '../topic-presence';
import { BranchTopics } from './branch-topics';
import { DensityCounts } from './density';
import { Comparison, type ComparedMoments, type ComparisonParts } from './differences';
import { KnownUnits } from './known-units';
import { LastIds } from './last-ids';
import type {
  CompareAnswer,
  CompareRequest,
  Density,
  DensityRequest,
  MomentQuestions,
  MomentTopics,
  MomentValue,
  StepRequest,
} from './moments';
import { RetainedMarks } from './retained';
import { TopicPlaces } from './runs';
import { Spans } from './spans';
import { States } from './state';
import { Steps } from './steps';
import { Sums } from './sums';
import { stepsOf } from './time-steps';
import { TopicSlots } from './topic-slots';
import { UnitContents } from './unit-contents';
import { MomentValues } from './values';

/** What a timeline of nothing shows. */
const NOTHING_US = 60_000_000;

/** Comparisons at once: each window of a profile has one. */
const MOST_COMPARISONS = 8;

/** One profile's past at any moment; to be asked within one transaction each time, after `renew`. */
export class ProfileMoments implements MomentQuestions {
  readonly #source: RunSource;
  readonly #profile: number;
  readonly #units = new KnownUnits();
  readonly #slots = new TopicSlots();
  readonly #sums: Sums;
  readonly #states: States;
  readonly #lastIds: LastIds;
  readonly #retained: RetainedMarks;
  readonly #values: MomentValues;
  readonly #density: DensityCounts;
  readonly #spans: Spans;
  readonly #steps: Steps;
  readonly #branches: BranchTopics;
  readonly #comparisonParts: ComparisonParts;
  readonly #comparisons = new Map<number, Comparison>();

  constructor(database: Database, source: RunSource, profile: number) {
    const contents = new UnitContents(database, this.#slots);
    const places = new TopicPlaces(source);
    this.#source = source;
    this.#profile = profile;
    this.#sums = new Sums(this.#slots, contents);
    this.#states = new States(this.#units, this.#slots, contents, this.#sums);
    this.#lastIds = new LastIds(this.#units, this.#slots, contents, places);
    this.#retained = new RetainedMarks(database, this.#units, places);
    this.#values = new MomentValues(database, this.#units, this.#slots, places, this.#retained);
    this.#density = new DensityCounts(database, profile, this.#units, contents);
    this.#spans = new Spans(database, profile);
    const presence = new TopicPresence(database);
    this.#steps = new Steps(this.#units, this.#slots, contents, places, presence);
    this.#branches = new BranchTopics(database, profile);
    this.#comparisonParts = {
      ...{ database, units: this.#units, slots: this.#slots, states: this.#states },
      ...{ lastIds: this.#lastIds, values: this.#values },
    };
  }

  /** Looks which units there are now. */
  renew(): void {
    this.#units.renew(this.#source.unitsAfter(this.#profile, 0));
  }

  /** Prepares a piece of what later questions need; whether there is more. */
  prepareSome(): boolean {
    return this.#sums.prepareSome(this.#units) || this.#retained.lookThroughNext();
  }

  topicsAt({ atUs, withIds }: { atUs: number; withIds: boolean }): MomentTopics {
    const state = this.#states.at(atUs);
    const { counts } = state;
    const ids = withIds ? this.#lastIds.of(state) : null;
    const there = counts.reduce((sum, count) => (count > 0 ? sum + 1 : sum), 0);
    const topics = {
      keys: new Uint32Array(there),
      counts: new Uint32Array(there),
      lastIds: ids && new Float64Array(there),
    };
    for (let slot = 0, at = 0; slot < counts.length; slot++) {
      const count = counts[slot] ?? 0;
      if (count === 0) continue;
      topics.keys[at] = this.#slots.keys[slot] ?? 0;
      topics.counts[at] = count;
      if (topics.lastIds) topics.lastIds[at] = ids?.[slot] ?? 0;
      at++;
    }
    return topics;
  }

  valuesAt(arg: { atUs: number; topics: readonly number[]; headBytes: number }): MomentValue[] {
    return this.#values.of(this.#states.at(arg.atUs), arg.topics, arg.headBytes);
  }

  messagesAt({ atUs }: { atUs: number }): number {
    return this.#states.messagesAt(atUs);
  }

  density({ fromUs, toUs, nowUs, steps: most, isRecording }: DensityRequest): Density {
    const { all } = this.#units;
    const oldestUs = all.reduce((least, unit) => Math.min(least, unit.firstUs), Infinity);
    const newestUs = all.reduce((most, unit) => Math.max(most, unit.lastUs), -Infinity);
    const isEmpty = all.length === 0;
    const endUs = toUs ?? Math.max(isEmpty ? 0 : newestUs, nowUs ?? 0);
    const beginUs = fromUs ?? (isEmpty ? endUs - NOTHING_US : oldestUs);
    const steps = stepsOf(Math.min(beginUs, endUs), endUs, most);
    return {
      oldestUs: isEmpty ? null : oldestUs,
      newestUs: isEmpty ? null : newestUs,
      fromUs: steps.fromUs,
      stepUs: steps.stepUs,
      ...this.#density.of(steps),
      gaps: this.#spans.gaps(steps),
      sessions: this.#spans.sessions(steps, isRecording),
    };
  }

  step({ scope, ...request }: StepRequest): ReturnType<MomentQuestions['step']> {
    const topics =
      scope.kind === 'all'
        ? null
        : scope.kind === 'topic'
          ? this.#branches.named(scope.path)
          : this.#branches.of(scope.path);
    const found = this.#steps.from(request, topics && [...topics.keys()]);
    if (found === null) return null;
    const { timeUs, id, topic } = found;
    return { timeUs, id, topic: topics?.get(topic) ?? this.#branches.nameOf(topic) };
  }

  compare({ comparison: id, budgetMs, ...request }: CompareRequest): CompareAnswer {
    const comparison = this.#comparisons.get(id) ?? this.#begin(id, request);
    const result = comparison.goOn(budgetMs);
    if (result === null) return { kind: 'more', share: comparison.share };
    this.#comparisons.delete(id);
    return { kind: 'done', result };
  }

  #begin(id: number, request: ComparedMoments): Comparison {
    const topics = this.#branches.of(request.path);
    const comparison = new Comparison(this.#comparisonParts, topics, request);
    this.#comparisons.set(id, comparison);
    // Nobody says that one is not wanted any more.
    const [oldest] = this.#comparisons.keys();
    if (this.#comparisons.size > MOST_COMPARISONS && oldest !== undefined)
      this.#comparisons.delete(oldest);
    return comparison;
  }
}
