import type { PublishResult } from '../../../app/contract';
import type { Composition, DeskCalls, DraftOrder } from '../../../app/contract-desk';
import type { PublishDraft } from '../../../app/desk/draft';
import type { DecodingDesk } from '../decoding/decoding-desk';
import { readOnlyError } from '../history/archived-history';
import type { ProfileRuntime } from '../profile-runtime';
import { Composer, type Composed, type ComposerOptions } from './composer';
import { DeskFiles } from './desk-files';
import { JobDesk } from './job-desk';
import { refuseProblems } from './refusals';
import { RequestDesk } from './request-desk';
import { Templates } from './templates';
import { completeTopic } from './topic-completion';

export interface PublishDeskOptions extends Pick<ComposerOptions, 'nowMs' | 'random' | 'uuid'> {
  readonly home: string;
  readonly warn: (message: string) => void;
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly decoding: DecodingDesk;
  /** What runs by itself, in words; null when nothing does. */
  readonly onRunning: (words: string | null) => void;
}

/** What the window shows of a payload before it is sent. */
const SHOWN_BYTES = 4096;
const SHOWN_CHARS = 4096;

/** What a person publishes: drafts, the templates they are kept in, jobs and requests. */
export class PublishDesk {
  readonly files = new DeskFiles();
  readonly templates: Templates;
  readonly jobs: JobDesk;
  readonly requests: RequestDesk;
  readonly composer: Composer;
  readonly #options: PublishDeskOptions;
  /** How often each counter was sent, by profile, start and step. */
  readonly #counters = new Map<string, number>();

  constructor(options: PublishDeskOptions) {
    this.#options = options;
    this.templates = new Templates(options.home, options.warn);
    this.composer = new Composer({ ...options, files: this.files });
    this.jobs = new JobDesk({
      composer: this.composer,
      files: this.files,
      target: (profileId) => {
        const runtime = options.runtime(profileId);
        if (runtime.isArchived) throw readOnlyError('Nothing can be published to it');
        return runtime;
      },
      onRunning: options.onRunning,
    });
    this.requests = new RequestDesk({
      runtime: options.runtime,
      compose: (order) => this.#composeOrder(order),
    });
  }

  async compose(profileId: string, draft: PublishDraft): Promise<Composition> {
    const questions = this.composer.questions(draft).map(({ name, initial }) => ({
      name,
      initial: this.templates.answerTo(name) ?? initial,
    }));
    const initial = new Map(questions.map((one) => [one.name, one.initial]));
    const made = await this.composer.compose(profileId, draft, {
      counter: (start, step) => start + step * this.#count(profileId, start, step),
      answer: (name) => initial.get(name) ?? null,
      row: null,
    });
    const { problems, notes, topic, properties, payload, text } = made;
    return {
      ...{ problems, notes, questions, topic, properties },
      sizeBytes: payload?.length ?? null,
      payload: payload?.slice(0, SHOWN_BYTES) ?? new Uint8Array(),
      text: text?.slice(0, SHOWN_CHARS) ?? null,
    };
  }

  /** Sends a draft. @throws LoupeError `invalid-argument` when it cannot be sent as it stands */
  async publish(order: DraftOrder): Promise<PublishResult> {
    const composed = await this.#composeOrder(order);
    refuseProblems(composed.problems);
    const { topic, payload, properties } = composed;
    const { qos, retain } = order.draft;
    const message = { topic, payload: payload ?? new Uint8Array(), properties, qos, retain };
    return this.#options.runtime(order.profileId).publish(message);
  }

  complete({
    profileId,
    text,
    limit,
  }: Parameters<DeskCalls['completeTopic']>[0]): ReturnType<DeskCalls['completeTopic']> {
    return completeTopic(this.#options.runtime(profileId).tree, text, limit);
  }

  connectionsChanged(): void {
    this.jobs.connectionsChanged();
    this.requests.connectionsChanged();
  }

  /** The profile is deleted. */
  forget(profileId: string): void {
    this.jobs.stopAll(profileId);
    this.requests.close(profileId);
  }

  close(): void {
    this.jobs.stopAll();
    this.requests.closeAll();
    this.templates.flush();
  }

  /** A draft as it is sent now; the counters that it has go on. */
  async #composeOrder({ profileId, draft, answers }: DraftOrder): Promise<Composed> {
    const known = new Map(answers);
    const counted = new Set<string>();
    const composed = await this.composer.compose(profileId, draft, {
      counter: (start, step) => {
        counted.add(counterKey(profileId, start, step));
        return start + step * this.#count(profileId, start, step);
      },
      answer: (name) => known.get(name) ?? null,
      row: null,
    });
    if (composed.problems.length > 0) return composed;
    for (const key of counted) this.#counters.set(key, (this.#counters.get(key) ?? 0) + 1);
    this.templates.remember(answers);
    return composed;
  }

  #count(profileId: string, start: number, step: number): number {
    return this.#counters.get(counterKey(profileId, start, step)) ?? 0;
  }
}

function counterKey(profileId: string, start: number, step: number): string {
  return `${String(start)} ${String(step)} ${profileId}`;
}
