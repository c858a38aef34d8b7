import type { EngineViews, PublishDraft, PublishResult, RecentPublish } from '../../app/contract';
import type {
  Answers,
  Composition,
  DraftOrder,
  EncoderInfo,
  RequestFrame,
  Sending,
} from '../../app/contract-desk';
import { EMPTY_DRAFT, textsOf } from '../../app/desk/draft';
import { hasVariables } from '../../app/desk/variables';
import { PLAIN, suggestedEncoding, type Encoding } from '../../app/desk/suggest';
import { messageOf } from '../../app/errors';
import type { OpenView } from '../../app/rpc/client';
import { app } from '../state/app.svelte';

/** Longer payloads are kept while the window lives, and not written to the settings. */
const MOST_REMEMBERED_CHARS = 256 * 1024;
/** Longer ones are not checked while they are typed, only when they are sent. */
const MOST_CHECKED_CHARS = 1024 * 1024;
const CHECK_DELAY_MS = 180;
const NO_PAYLOAD = { source: null, payload: '', format: 'text', options: {}, packing: [] } as const;

/** A draft whose encoding is said. */
export type SettledDraft = PublishDraft & { readonly format: string };

/** How the last publish of a profile went. */
export type Outcome =
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly topic: string; readonly result: PublishResult }
  | { readonly kind: 'failed'; readonly reason: string };

/** The publish form of every profile: its draft, what it would send, how sending went, what was sent lately. */
export class PublishState {
  #longPayloads = $state.raw<ReadonlyMap<string, string>>(new Map());
  #outcomes = $state.raw<ReadonlyMap<string, Outcome>>(new Map());
  #recent = $state.raw<readonly RecentPublish[]>([]);
  #request = $state.raw<RequestFrame | null>(null);
  #sending = $state.raw<Sending | null>(null);
  #encoders = $state.raw<readonly EncoderInfo[]>([]);
  /** The draft that was checked last, and what it would send. */
  #checked = $state.raw<{ draft: PublishDraft; composition: Composition } | null>(null);
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checkNumber = 0;

  draftOf(profileId: string): PublishDraft {
    const draft = app.draftOf(profileId) ?? EMPTY_DRAFT;
    const payload = this.#longPayloads.get(profileId);
    return payload === undefined ? draft : { ...draft, payload };
  }

  change(profileId: string, change: Partial<PublishDraft>): void {
    const draft = { ...this.draftOf(profileId), ...change };
    const isLong = draft.payload.length > MOST_REMEMBERED_CHARS;
    const long = new Map(this.#longPayloads);
    if (isLong) long.set(profileId, draft.payload);
    else long.delete(profileId);
    this.#longPayloads = long;
    app.setDraft(profileId, isLong ? { ...draft, payload: '' } : draft);
  }

  /** Empty until they came. */
  get encoders(): readonly EncoderInfo[] {
    return this.#encoders;
  }

  /** How the payload would be encoded if nobody said otherwise. */
  suggestionFor({ topic }: PublishDraft): Encoding {
    return topic === ''
      ? PLAIN
      : suggestedEncoding(topic, app.decoding.ruleOf(topic), this.#encoders);
  }

  /** A draft with its encoding said. */
  settled(draft: PublishDraft): SettledDraft {
    if (draft.format !== null) return { ...draft, format: draft.format };
    const { format, options, packing } = this.suggestionFor(draft);
    return { ...draft, format, options, packing };
  }

  /** What the draft that is shown would send; null until it was checked. */
  get composition(): Composition | null {
    return this.#checked?.composition ?? null;
  }

  /** What is wrong with a topic with variables, when that is known. */
  problemOfTopic(topic: string): string | null {
    if (topic !== this.#checked?.draft.topic) return null;
    return (
      this.#checked.composition.problems.find(({ field }) => field === 'topic')?.message ?? null
    );
  }

  /**
   * What a draft would send, found out anew where variables may have other values by now. Without them what was found last
   * serves, and what was not found is left to the engine: it sends nothing that is wrong.
   */
  async readyOf(profileId: string, draft: PublishDraft): Promise<Composition | null> {
    const hasBraces = draft.variables && textsOf(draft).some(hasVariables);
    if (hasBraces) return this.check(profileId, draft);
    return this.#checked?.draft === draft ? this.#checked.composition : null;
  }

  outcomeOf(profileId: string): Outcome | null {
    return this.#outcomes.get(profileId) ?? null;
  }

  /** Forgets how the last publish went, when what is shown beside it is about another one. */
  clearOutcome(profileId: string): void {
    const outcomes = new Map(this.#outcomes);
    outcomes.delete(profileId);
    this.#outcomes = outcomes;
  }

  /** Newest first. */
  get recent(): readonly RecentPublish[] {
    return this.#recent;
  }

  /** The last request of the profile that is shown, and its answers. */
  get request(): RequestFrame | null {
    return this.#request;
  }

  /** How far the large message is that the profile that is shown publishes; null while it publishes none. */
  get sending(): Sending | null {
    return this.#sending;
  }

  /** Follows what a profile published and asked lately; returns how to end it. */
  follow(profileId: string): () => void {
    this.#loadEncoders();
    const failed = (error: Error): void => {
      app.toasts.problem(error.message);
    };
    const recent: OpenView<EngineViews['publishes']['params']> = app.engine.open(
      'publishes',
      { profileId },
      (frame) => {
        this.#recent = [...frame.publishes].sort((one, other) => other.id - one.id);
      },
      failed,
    );
    const request: OpenView<EngineViews['request']['params']> = app.engine.open(
      'request',
      { profileId },
      (frame) => {
        this.#request = frame.request;
      },
      failed,
    );
    const sending: OpenView<EngineViews['sending']['params']> = app.engine.open(
      'sending',
      { profileId },
      (frame) => {
        this.#sending = frame.sending;
      },
      failed,
    );
    return () => {
      recent.close();
      request.close();
      sending.close();
      this.#sending = null;
      this.#recent = [];
      this.#request = null;
      this.#checked = null;
    };
  }

  /** Finds out, a moment after typing, what a draft would send. */
  checkSoon(profileId: string, draft: PublishDraft): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(profileId, draft), CHECK_DELAY_MS);
  }

  /**
   * Finds out what a draft would send; of a payload that is large or not in the form only what is around it. Null when it
   * could not be found out.
   */
  async check(profileId: string, draft: PublishDraft): Promise<Composition | null> {
    clearTimeout(this.#timer);
    const number = (this.#checkNumber += 1);
    const isLarge = draft.source !== null || draft.payload.length > MOST_CHECKED_CHARS;
    const settled = this.settled(draft);
    const checked = isLarge ? { ...settled, ...NO_PAYLOAD } : settled;
    try {
      const found = await app.engine.calls.compose({ profileId, draft: checked });
      const composition = isLarge ? { ...found, sizeBytes: null } : found;
      if (number === this.#checkNumber) this.#checked = { draft, composition };
      return composition;
    } catch {
      // The engine is being started again: what would be sent is not known, and sending says why.
      if (number === this.#checkNumber) this.#checked = null;
      return null;
    }
  }

  async publish(profileId: string, answers: Answers): Promise<void> {
    if (this.outcomeOf(profileId)?.kind === 'busy') return;
    const order = this.orderOf(profileId, answers);
    this.#setOutcome(profileId, { kind: 'busy' });
    try {
      const result = await app.engine.calls.publishDraft(order);
      this.#setOutcome(profileId, { kind: 'done', topic: order.draft.topic, result });
    } catch (error) {
      this.#setOutcome(profileId, { kind: 'failed', reason: messageOf(error) });
    }
    // Counters have gone on.
    if (order.draft.variables) this.checkSoon(profileId, this.draftOf(profileId));
  }

  /** Sends the draft and waits for its answers. */
  async ask(profileId: string, answers: Answers, timeoutMs: number): Promise<void> {
    this.clearOutcome(profileId);
    try {
      const order = this.orderOf(profileId, answers);
      await app.engine.calls.startRequest({ ...order, timeoutMs });
    } catch (error) {
      this.#setOutcome(profileId, { kind: 'failed', reason: messageOf(error) });
    }
  }

  orderOf(profileId: string, answers: Answers): DraftOrder {
    return { profileId, draft: this.settled(this.draftOf(profileId)), answers };
  }

  async forgetRecent(profileId: string): Promise<void> {
    await app.attempt(() => app.engine.calls.forgetPublishes({ profileId }));
  }

  #loadEncoders(): void {
    if (this.#asking || this.#encoders.length > 0) return;
    this.#asking = true;
    app.engine.calls.encoders().then(
      (encoders) => {
        this.#encoders = encoders;
        this.#asking = false;
      },
      (error: unknown) => {
        this.#asking = false;
        app.toasts.problem(`The formats could not be listed: ${messageOf(error)}`);
      },
    );
  }

  #setOutcome(profileId: string, outcome: Outcome): void {
    this.#outcomes = new Map(this.#outcomes).set(profileId, outcome);
  }
}

export const publishState = new PublishState();
