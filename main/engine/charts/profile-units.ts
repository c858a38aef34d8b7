import { BoundedCache } from '../history/moments/bounded-cache';
import { BranchTopics } from '../history/moments/branch-topics';
import { KnownUnits, type KnownUnit } from '../history/moments/known-units';
import type { Database, Statement } from '../history/driver';
import { RunMessages } from '../history/run-messages';
import { RunSource, type Run } from '../history/run-source';
import { TopicRuns } from '../history/topic-runs';

/** Several numbers of one panel read the same batches: each is decoded once. */
const RUNS_BYTES = 24 * 1024 * 1024;
const HEAD_COLUMNS_BYTES = 35;

interface TopicRow {
  readonly key: number;
  readonly firstId: number;
  readonly lastId: number;
}

/** The batches and segments of a profile in a history's file, as charts read them. */
export class ProfileUnits {
  readonly database: Database;
  readonly units = new KnownUnits();
  readonly messages: RunMessages;
  readonly topicRuns: TopicRuns;
  readonly branches: BranchTopics;
  /** How often units had gone. */
  removals = 0;
  /** The profile's key in the file. */
  readonly profile: number;
  readonly #source: RunSource;
  readonly #topic: Statement<TopicRow>;
  readonly #runs = new BoundedCache<Run>(RUNS_BYTES);
  #seenVersion: number | undefined;

  constructor(database: Database, profile: number) {
    this.database = database;
    this.profile = profile;
    this.#source = new RunSource(database);
    this.messages = new RunMessages(database);
    this.topicRuns = new TopicRuns(database, this.#source);
    this.branches = new BranchTopics(database, profile);
    this.#topic = database.prepare(
      'SELECT key, first_id AS firstId, last_id AS lastId FROM topics WHERE profile = ? AND name = ?',
    );
  }

  /** Looks which units there are now. @param version of the database */
  renew(version: number | undefined): void {
    if (this.#seenVersion === version) return;
    this.#seenVersion = version;
    const before = this.units.all;
    this.units.renew(this.#source.unitsAfter(this.profile, 0));
    const now = new Set(this.units.all);
    if (before.some((unit) => !now.has(unit))) this.removals += 1;
  }

  get newestSerial(): number {
    return this.units.all.reduce((most, { serial }) => Math.max(most, serial), 0);
  }

  keyOf(topic: string): number {
    return this.#topic.get(this.profile, topic)?.key ?? 0;
  }

  /** Whether a unit may have messages of a topic: segments are known to be between two ids. */
  mayHave(topic: string): (unit: KnownUnit) => boolean {
    const row = this.#topic.get(this.profile, topic);
    if (row === undefined) return () => false;
    return ({ kind, firstId, lastId }) =>
      kind === 'batch' || (row.firstId !== 0 && lastId >= row.firstId && firstId <= row.lastId);
  }

  /** The runs of a unit that have messages of a topic, in the order of ids. */
  runsOf(unit: KnownUnit, topicKey: number): Run[] {
    return this.#source.runsOf(unit, topicKey).map((run) => this.#known(unit, run));
  }

  allRuns(unit: KnownUnit): Run[] {
    return [...this.#source.runs(unit)].map((run) => this.#known(unit, run));
  }

  #known(unit: KnownUnit, run: Run): Run {
    return this.#runs.get(
      `${String(unit.serial)} ${String(run.key)}`,
      () => run,
      ({ heads }) => heads.length * HEAD_COLUMNS_BYTES + (heads.offsets[heads.length] ?? 0),
    );
  }
}
