import { numberOf } from './database';
import type { Database, Statement } from './driver';
import { Remover } from './remover';
import { SegmentBuilder, type Plan } from './segment-builder';
import { SegmentPlanner } from './segment-planner';

/** How long tidying up may hold up the next batch. */
const SLICE_MS = 8;
const FORGOTTEN_TOPICS_STEP = 5_000;
/** A profile that takes so many times its limit is pruned a second time with each batch. */
const FAR_OVER = 1.125;
/** Free pages are kept for the next messages; more than these and a sixteenth of the file are given back. */
const FREE_PAGES_KEPT = 4_096;
/** Pages that are given back in one step: 1 MiB. */
const FREE_PAGES_STEP = 256;
/** What failed (a full disk) is tried again after this. */
const RETRY_AFTER_MS = 5_000;

interface Forgetting {
  readonly profile: number;
  readonly done: () => void;
}

interface Building {
  readonly profile: number;
  readonly steps: Generator<undefined, void>;
}

/** Keeps the file small, in slices of a few milliseconds; each is a transaction. */
export class Housekeeping {
  readonly #database: Database;
  readonly #planner: SegmentPlanner;
  readonly #builder: SegmentBuilder;
  readonly #remover: Remover;
  readonly #profileBytes: Statement<number>;
  readonly #limits = new Map<number, number>();
  /** Profiles that may be over their limit. */
  readonly #toPrune = new Set<number>();
  readonly #toForget: Forgetting[] = [];
  #building: Building | null = null;
  #isFarOver = false;
  #sliceEnds = 0;
  #retryAt = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#planner = new SegmentPlanner(database);
    this.#builder = new SegmentBuilder(database);
    this.#remover = new Remover(database);
    this.#profileBytes = database
      .prepare<unknown[], number>('SELECT bytes FROM profiles WHERE key = ?')
      .pluck();
    this.#inTransaction(() => {
      this.#builder.dropUnfinished();
    });
  }

  limit(profile: number, maxBytes: number): void {
    this.#limits.set(profile, maxBytes);
    this.#planner.limit(profile, maxBytes);
  }

  /** Something was stored, or the limit changed. */
  appended(profile: number): void {
    this.#planner.appended(profile);
    if (this.#limits.has(profile)) this.#toPrune.add(profile);
  }

  forget(profile: number, done: () => void): void {
    this.#toForget.push({ profile, done });
  }

  /** Whether more waits to be compressed or removed than should: then a slice between two batches is too little. */
  get isBehind(): boolean {
    return (this.#planner.isBehind || this.#isFarOver) && performance.now() >= this.#retryAt;
  }

  /** One slice. @returns whether there is more to do; see `Store.work` */
  work(changed: (profile: number) => void): boolean {
    if (performance.now() < this.#retryAt) return false;
    try {
      return this.#slice(changed);
    } catch (error) {
      this.#retryAt = performance.now() + RETRY_AFTER_MS;
      this.#abandon();
      throw error;
    }
  }

  /** Everything that is left to do, at once. */
  finish(): void {
    const profiles = this.#planner.profiles();
    for (let more = true; more;) more = this.work(() => undefined);
    for (const profile of profiles) {
      for (let plan = this.#planner.rest(profile); plan; plan = this.#planner.rest(profile)) {
        this.#start(plan);
        while (this.#building !== null) this.#goOn(() => undefined);
      }
    }
    for (let more = true; more;) more = this.work(() => undefined);
    this.#database.pragma('incremental_vacuum');
  }

  #slice(changed: (profile: number) => void): boolean {
    const [forgetting] = this.#toForget;
    if (this.#building !== null) this.#goOn(changed);
    else if (forgetting) this.#goOnForgetting(forgetting);
    else if (!this.#prune(changed) && !this.#plan()) return this.#giveBackPages();
    return true;
  }

  #goOnForgetting(forgetting: Forgetting): void {
    const { profile, done } = forgetting;
    const isGone = this.#inTransaction(() =>
      this.#remover.forgetSome(profile, FORGOTTEN_TOPICS_STEP),
    );
    if (!isGone) return;
    this.#toForget.shift();
    this.#limits.delete(profile);
    this.#toPrune.delete(profile);
    this.#planner.forget(profile);
    done();
  }

  /** Removes the oldest batches and segments of a profile that is over its limit. */
  #prune(changed: (profile: number) => void): boolean {
    this.#isFarOver = false;
    for (const profile of this.#toPrune) {
      if (this.#inTransaction(() => this.#pruneSome(profile))) {
        const limit = this.#limits.get(profile) ?? Infinity;
        this.#isFarOver = this.#isOver(profile, limit * FAR_OVER);
        this.#planner.changed(profile);
        changed(profile);
        return true;
      }
      this.#toPrune.delete(profile);
    }
    return false;
  }

  /** As many as a slice has time for: what comes between two slices may be larger than a single one. */
  #pruneSome(profile: number): boolean {
    const limit = this.#limits.get(profile) ?? Infinity;
    const sliceEnds = performance.now() + SLICE_MS;
    let removed = false;
    while (this.#isOver(profile, limit) && this.#remover.removeOldest(profile)) {
      removed = true;
      if (performance.now() > sliceEnds) break;
    }
    return removed;
  }

  #isOver(profile: number, limit: number): boolean {
    return (this.#profileBytes.get(profile) ?? 0) > limit;
  }

  #plan(): boolean {
    const plan = this.#planner.next();
    if (plan !== null) this.#start(plan);
    return plan !== null;
  }

  #start(plan: Plan): void {
    const steps = this.#builder.build(plan, () => performance.now() > this.#sliceEnds);
    this.#building = { profile: plan.profile, steps };
  }

  #goOn(changed: (profile: number) => void): void {
    const building = this.#building;
    if (building === null) return;
    this.#sliceEnds = performance.now() + SLICE_MS;
    const { done } = this.#inTransaction(() => building.steps.next());
    if (done !== true) return;
    this.#building = null;
    this.#planner.changed(building.profile);
    changed(building.profile);
  }

  /** After a failure: what was being written is given up. */
  #abandon(): void {
    if (this.#building === null) return;
    this.#planner.changed(this.#building.profile);
    this.#building.steps.return();
    this.#building = null;
    this.#inTransaction(() => {
      this.#builder.dropUnfinished();
    });
  }

  /** Taking all at once would hold up the next batch; what stays is used by the next messages. */
  #giveBackPages(): boolean {
    const kept = Math.max(FREE_PAGES_KEPT, numberOf(this.#database, 'page_count') / 16);
    if (numberOf(this.#database, 'freelist_count') <= kept) return false;
    this.#database.pragma(`incremental_vacuum(${String(FREE_PAGES_STEP)})`);
    return true;
  }

  #inTransaction<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }
}
