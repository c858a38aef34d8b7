import { Carver } from './carver';
import { numberOf } from './database';
import { Deleter, type DeletionRequest, type PendingDeletion, type Piece } from './deleter';
import type { Database, Statement } from './driver';
import { Pruner, type Limits } from './pruner';
import { Remover } from './remover';
import { RunSource } from './run-source';
import { SegmentBuilder, type Plan } from './segment-builder';
import { SegmentPlanner } from './segment-planner';
import { SessionRanges } from './session-ranges';

/** How long tidying up may hold up the next batch. */
const SLICE_MS = 8;
const FORGOTTEN_TOPICS_STEP = 5_000;
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

/** Keeps the file small, in slices of a few milliseconds; each is a transaction. */
export class Housekeeping {
  readonly #database: Database;
  readonly #planner: SegmentPlanner;
  readonly #builder: SegmentBuilder;
  readonly #remover: Remover;
  readonly #pruner: Pruner;
  readonly #deleter: Deleter;
  readonly #emptyTopics: Statement;
  readonly #toForget: Forgetting[] = [];
  #building: Piece | null = null;
  /** Whether topics may have lost all their messages. */
  #hasDeleted = false;
  #sliceEnds = 0;
  #retryAt = 0;
  readonly #isOver = (): boolean => performance.now() > this.#sliceEnds;

  constructor(database: Database) {
    this.#database = database;
    this.#planner = new SegmentPlanner(database);
    this.#builder = new SegmentBuilder(database);
    this.#remover = new Remover(database);
    const source = new RunSource(database);
    const ranges = new SessionRanges(database);
    const { builder, remover } = { builder: this.#builder, remover: this.#remover };
    const carver = new Carver(database, { source, builder, remover, ranges });
    const compress = (profile: number): Piece | null => {
      const plan = this.#planner.rest(profile);
      return plan && { profile, steps: builder.build(plan, this.#isOver) };
    };
    const now = Date.now;
    this.#pruner = new Pruner(database, { source, remover, carver, ranges, compress, now });
    this.#deleter = new Deleter(database, { source, carver, ranges });
    // Topics that only batches have are counted with their segment.
    this.#emptyTopics = database.prepare(
      'DELETE FROM topics WHERE count = 0 AND profile NOT IN (SELECT profile FROM batches)',
    );
    this.#inTransaction(() => {
      this.#builder.dropUnfinished();
    });
  }

  limit(profile: number, limits: Limits): void {
    this.#pruner.limit(profile, limits);
    this.#planner.limit(profile, limits.maxBytes);
  }

  /** Something was stored, or a limit changed. */
  appended(profile: number): void {
    this.#planner.appended(profile);
    this.#pruner.look(profile);
  }

  /** Time has passed: messages may have become too old. */
  grownOlder(): void {
    this.#pruner.lookAtAll();
  }

  /** Other sessions are kept than before. */
  keptChanged(profile: number): void {
    this.#pruner.sessionsChanged(profile);
  }

  /** Notes what is to be deleted; within the caller's transaction. */
  delete(profile: number, request: DeletionRequest): void {
    this.#deleter.add(profile, request);
  }

  get deletions(): readonly PendingDeletion[] {
    return this.#deleter.pending;
  }

  /** The caller's transaction was undone. */
  undone(): void {
    this.#deleter.reset();
  }

  forget(profile: number, done: () => void): void {
    this.#toForget.push({ profile, done });
  }

  /** Whether more waits to be compressed or removed than should: then a slice between two batches is too little. */
  get isBehind(): boolean {
    return (this.#planner.isBehind || this.#pruner.isFarOver) && performance.now() >= this.#retryAt;
  }

  /** Whether a profile that is much larger than it may be still grows. */
  get isOutrun(): boolean {
    return this.#pruner.isOutrun && performance.now() >= this.#retryAt;
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

  /** Everything that is left to do, at once; what is being deleted goes on at the next start. */
  finish(changed: (profile: number) => void): void {
    this.#finishBuilding(changed);
    const profiles = this.#planner.profiles();
    while (this.#tidy(changed)) this.#finishBuilding(changed);
    for (const profile of profiles) {
      for (let plan = this.#planner.rest(profile); plan; plan = this.#planner.rest(profile)) {
        this.#start(plan);
        this.#finishBuilding(changed);
      }
    }
    while (this.#tidy(changed)) this.#finishBuilding(changed);
    if (this.#hasDeleted) this.#inTransaction(() => this.#emptyTopics.run());
    this.#database.pragma('incremental_vacuum');
  }

  #finishBuilding(changed: (profile: number) => void): void {
    while (this.#building !== null) this.#goOn(changed);
  }

  #slice(changed: (profile: number) => void): boolean {
    if (this.#building !== null) this.#goOn(changed);
    else if (!this.#tidy(changed) && !this.#delete(changed)) return this.#giveBackPages();
    return true;
  }

  /** What comes before deleting, which takes long. */
  #tidy(changed: (profile: number) => void): boolean {
    const [forgetting] = this.#toForget;
    if (forgetting) this.#goOnForgetting(forgetting);
    else return this.#prune(changed) || this.#plan();
    return true;
  }

  #goOnForgetting(forgetting: Forgetting): void {
    const { profile, done } = forgetting;
    const isGone = this.#inTransaction(() =>
      this.#remover.forgetSome(profile, FORGOTTEN_TOPICS_STEP),
    );
    if (!isGone) return;
    this.#toForget.shift();
    this.#pruner.forget(profile);
    this.#planner.forget(profile);
    this.#deleter.reset();
    done();
  }

  /** Removes the oldest messages of a profile that is over a limit. */
  #prune(changed: (profile: number) => void): boolean {
    return this.#begin(this.#pruner.next(this.#isOver), changed);
  }

  #delete(changed: (profile: number) => void): boolean {
    const profile = this.#deleter.compressFirst;
    const plan = profile === null ? null : this.#planner.rest(profile);
    if (plan !== null) {
      this.#start(plan);
      return true;
    }
    const piece = this.#deleter.next(this.#isOver);
    if (piece !== null) this.#hasDeleted = true;
    return this.#begin(piece, changed);
  }

  /** Starts a piece of work with its first slice. @returns whether there is one */
  #begin(piece: Piece | null, changed: (profile: number) => void): boolean {
    if (piece === null) return false;
    this.#building = piece;
    this.#goOn(changed);
    return true;
  }

  #plan(): boolean {
    const plan = this.#planner.next();
    if (plan !== null) this.#start(plan);
    return plan !== null;
  }

  #start(plan: Plan): void {
    this.#building = { profile: plan.profile, steps: this.#builder.build(plan, this.#isOver) };
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
    this.#deleter.reset();
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
