import type {
  CopyPlan,
  ListingState,
  RetainedFrame,
  RetainedJobKind,
  RetainedOrder,
  RetainedParams,
  RetainedRow,
  RetainedScope,
  RetainedSelection,
} from '../../../app/contract-retained';
import { LoupeError, messageOf } from '../../../app/errors';
import type { ConnectionState } from '../../../app/connection';
import { previewOf } from '../../../app/payload/preview';
import type { Profile } from '../../../app/profile';
import type { TopicMapping } from '../../../app/replay/topic-mapping';
import { topicFilterProblem } from '../../../app/topic';
import type { Connection } from '../mqtt/types';
import { isSameBroker } from '../same-broker';
import type { TopicTree } from '../tree/topic-tree';
import { mapped, type Mapped } from './copy-plan';
import { levelsOf, listBroker, type ListingHooks } from './list-broker';
import type { OwnConnection } from './own-connection';
import { JobProgress } from './retained-job';
import {
  clearListed,
  copyTo,
  notProduction,
  putBack,
  type Conflicts,
  type JobGround,
} from './retained-jobs';
import { RetainedList, type Arrangement, type RetainedMessage } from './retained-list';
import type { UndoStore } from './undo-store';

const PREVIEW_CHARS = 160;
const MOST_COPIED_TOPICS = 10_000;
/** While rows come they are put in order no more often than this. */
const REARRANGE_MS = 1_000;

export interface TargetProfile {
  readonly profile: Profile;
  readonly state: ConnectionState;
  openConnection(): Connection | null;
}

export interface RetainedSetsOptions {
  readonly own: TargetProfile;
  readonly tree: TopicTree;
  readonly undo: UndoStore;
  readonly open: (signal: AbortSignal) => Promise<OwnConnection>;
}

/** The retained messages of one broker as a set: listed, selected, cleared, put back, copied. One job at a time. */
export class RetainedSets {
  /** Grows with every change that a view can show. */
  version = 0;
  readonly #options: RetainedSetsOptions;
  readonly #ground: JobGround;
  #list = new RetainedList();
  #filter = '';
  #listing: ListingState = { kind: 'none' };
  #listingAbort: AbortController | null = null;
  #arrangement: Arrangement = { text: '', sort: 'arrival', descending: false };
  #arrangedMs = 0;
  #job: JobProgress | null = null;

  constructor(options: RetainedSetsOptions) {
    this.#options = options;
    this.#ground = {
      profileId: options.own.profile.id,
      undo: options.undo,
      open: options.open,
      mark: (topic, retained) => {
        const value = options.tree.topic(topic)?.value;
        if (value) value.retained = retained;
        options.tree.version += 1;
      },
      relist: (filter, known) => this.#relist(filter, known),
    };
  }

  /** What a view may show has changed since this was something else. */
  get mark(): string {
    return [this.version, this.#list.version, this.#options.undo.version].join(' ');
  }

  /** Asks the broker for what it keeps under a filter. */
  list(filter: string): void {
    const problem = topicFilterProblem(filter);
    if (problem !== null) throw new LoupeError('invalid-argument', problem);
    this.#refuseWhileBusy();
    this.#refuseUnconnected(this.#options.own);
    // A failure is told by the listing itself.
    this.#relist(filter).catch(() => undefined);
  }

  cancel(): void {
    if (this.#job?.isOver === false) this.#job.cancel();
    else this.#listingAbort?.abort(new Error('cancelled'));
  }

  select(select: RetainedSelection): void {
    this.#list.select(select);
  }

  topicsOfSelected(): string {
    const topics = this.#list.take('selected').map(({ topic }) => topic);
    return topics.slice(0, MOST_COPIED_TOPICS).join('\n');
  }

  clear({ scope, expected, perSecond, confirmation }: RetainedOrder): void {
    const { own } = this.#options;
    const listed = this.#confirmed(scope, expected);
    refuseUnnamed(own.profile, confirmation);
    const filter = this.#filter;
    const job = this.#begin('clear', own);
    void clearListed(this.#ground, job, { filter, listed, perSecond });
  }

  undo(undoId: string, conflicts: Conflicts, perSecond: number | null, typed: string | null): void {
    const { own } = this.#options;
    refuseUnnamed(own.profile, typed);
    const job = this.#begin('undo', own);
    void putBack(this.#ground, job, { undoId, conflicts, perSecond });
  }

  async forgetUndo(undoId: string): Promise<void> {
    this.#refuseWhileBusy();
    await this.#options.undo.remove(this.#ground.profileId, undoId);
  }

  async planCopy(
    scope: RetainedScope,
    target: TargetProfile,
    mapping: TopicMapping | null,
  ): Promise<CopyPlan> {
    return (await this.#mapped(this.#list.take(scope), target, mapping)).plan;
  }

  async copy(
    { scope, expected, perSecond, confirmation }: RetainedOrder,
    target: TargetProfile,
    mapping: TopicMapping | null,
  ): Promise<void> {
    const listed = this.#confirmed(scope, expected);
    refuseUnnamed(target.profile, confirmation);
    const { plan, messages } = await this.#mapped(listed, target, mapping);
    if (plan.problem !== null) throw new LoupeError('invalid-argument', plan.problem);
    const job = this.#begin('copy', target);
    const connection = (): Connection | null =>
      target.state.kind === 'connected' ? target.openConnection() : null;
    void copyTo(job, connection, messages, perSecond);
  }

  /** Shows other rows; they come when they are worked out. */
  arrange(arrangement: Arrangement): void {
    const { text, sort, descending } = this.#arrangement;
    const isSame =
      text === arrangement.text &&
      sort === arrangement.sort &&
      descending === arrangement.descending;
    this.#arrangement = arrangement;
    if (!isSame) void this.#list.arrange(arrangement);
  }

  frame({ first, count }: RetainedParams): RetainedFrame {
    const list = this.#list;
    this.#rearrange();
    const total = list.shown;
    const from = Math.max(0, Math.min(first, total - count));
    const rows = Array.from({ length: Math.min(count, total - from) }, (_, at) => {
      const found = list.at(from + at);
      return found && this.#rowOf(found.id, found.message);
    }).filter((row) => row !== null);
    return {
      ...{ listing: this.#listing, filter: this.#filter, total, first: from, rows },
      ...{ all: list.length, bytes: list.bytes, isArranging: list.isArranging },
      ...{ selected: list.selected, selectedBytes: list.selectedBytes },
      job: this.#job?.frame() ?? null,
      undos: this.#options.undo.of(this.#ground.profileId),
    };
  }

  close(): void {
    this.#job?.cancel();
    this.#listingAbort?.abort(new Error('closed'));
  }

  /** Resolves when all messages are there; their levels may come later. */
  #relist(filter: string, known: readonly RetainedMessage[] = []): Promise<ReadonlySet<string>> {
    this.#listingAbort?.abort(new Error('another list'));
    const abort = new AbortController();
    this.#listingAbort = abort;
    const list = new RetainedList();
    this.#list = list;
    this.#filter = filter;
    void list.arrange(this.#arrangement);
    this.#listingIs({ kind: 'running', step: 'connecting' });
    return new Promise((resolve, reject) => {
      const onLevels = (): void => {
        this.#listingIs({ kind: 'running', step: 'levels' });
        resolve(new Set(list.messages.map(({ topic }) => topic)));
      };
      this.#fill(list, filter, abort.signal, { onLevels, levelOf: levelsOf(known) }).catch(
        (error: unknown) => {
          if (this.#listingAbort === abort) this.#listingIs(endOf(error, abort.signal));
          reject(error instanceof Error ? error : new Error(messageOf(error)));
        },
      );
    });
  }

  async #fill(
    list: RetainedList,
    filter: string,
    signal: AbortSignal,
    hooks: ListingHooks,
  ): Promise<void> {
    let own: OwnConnection | null = null;
    try {
      own = await this.#options.open(signal);
      this.#listingIs({ kind: 'running', step: 'receiving' });
      const note = await listBroker({ own, signal }, filter, list, hooks);
      this.#listingIs({ kind: 'done', endedMs: Date.now(), note });
    } finally {
      await own?.close();
      await list.rearrange();
    }
  }

  #rearrange(): void {
    if (this.#listing.kind !== 'running' || this.#list.isArranging) return;
    if (performance.now() - this.#arrangedMs < REARRANGE_MS) return;
    this.#arrangedMs = performance.now();
    void this.#list.rearrange();
  }

  #listingIs(state: ListingState): void {
    this.#listing = state;
    this.version += 1;
  }

  #begin(kind: RetainedJobKind, target: TargetProfile): JobProgress {
    this.#refuseWhileBusy();
    this.#refuseUnconnected(target);
    const job = new JobProgress(kind, target.profile.name, () => {
      this.version += 1;
    });
    this.#job = job;
    this.version += 1;
    return job;
  }

  /** What was confirmed must be what would be done. */
  #confirmed(scope: RetainedScope, expected: number): readonly RetainedMessage[] {
    this.#refuseWhileBusy();
    const messages = this.#list.take(scope);
    if (messages.length === expected && expected > 0) return messages;
    throw new LoupeError(
      'invalid-argument',
      `There are ${messages.length.toLocaleString('en')} messages now, not ${expected.toLocaleString('en')}: look at them again, then confirm.`,
    );
  }

  #mapped(
    messages: readonly RetainedMessage[],
    target: TargetProfile,
    mapping: TopicMapping | null,
  ): Promise<Mapped> {
    const own = this.#options.own.profile;
    const isSame = own.id === target.profile.id || isSameBroker(own, target.profile);
    return mapped(messages, mapping, isSame);
  }

  #rowOf(id: number, { topic, payload, qos, properties }: RetainedMessage): RetainedRow {
    const { text, kind } = previewOf(payload, payload.length, PREVIEW_CHARS);
    const { messageExpiryInterval = null, ...others } = properties ?? {};
    const seenUs = this.#options.tree.topic(topic)?.value?.timeUs;
    return {
      ...{ id, topic, sizeBytes: payload.length, qos, preview: text, kind },
      seenMs: seenUs === undefined ? null : seenUs / 1_000,
      expirySeconds: messageExpiryInterval,
      hasProperties: Object.keys(others).length > 0,
      isSelected: this.#list.isSelected(id),
    };
  }

  #refuseWhileBusy(): void {
    if (this.#job?.isOver !== false) return;
    throw new LoupeError('replay-running', 'Wait until what is under way is done, or cancel it.');
  }

  #refuseUnconnected({ profile, state }: TargetProfile): void {
    if (state.kind === 'connected') return;
    throw new LoupeError('not-connected', `“${profile.name}” is not connected. Connect it first.`);
  }
}

function endOf(error: unknown, signal: AbortSignal): ListingState {
  if (!signal.aborted) return { kind: 'failed', message: messageOf(error) };
  const note = 'It was cancelled: these are the messages that had come until then.';
  return { kind: 'done', endedMs: Date.now(), note };
}

function refuseUnnamed({ production, name }: Profile, typed: string | null): void {
  if (production && typed !== name) throw notProduction(name);
}
