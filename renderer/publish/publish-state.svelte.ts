import type { EngineViews, PublishDraft, PublishResult, RecentPublish } from '../../app/contract';
import { messageOf } from '../../app/errors';
import type { OpenView } from '../../app/rpc/client';
import { app } from '../state/app.svelte';

/** Longer payloads are kept while the window lives, and not written to the settings. */
const MOST_REMEMBERED_CHARS = 256 * 1024;
const NO_DRAFT: PublishDraft = { topic: '', payload: '', qos: 0, retain: false };

/** How the last publish of a profile went. */
export type Outcome =
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly topic: string; readonly result: PublishResult }
  | { readonly kind: 'failed'; readonly reason: string };

/** The publish form of every profile: its draft, how sending went, what was sent lately. */
export class PublishState {
  #longPayloads = $state.raw<ReadonlyMap<string, string>>(new Map());
  #outcomes = $state.raw<ReadonlyMap<string, Outcome>>(new Map());
  #recent = $state.raw<readonly RecentPublish[]>([]);
  readonly #encoder = new TextEncoder();

  draftOf(profileId: string): PublishDraft {
    const draft = app.draftOf(profileId) ?? NO_DRAFT;
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

  /** Opens the list of what a profile published lately; returns how to close it. */
  openRecent(profileId: string): () => void {
    const view: OpenView<EngineViews['publishes']['params']> = app.engine.open(
      'publishes',
      { profileId },
      (frame) => {
        this.#recent = [...frame.publishes].sort((one, other) => other.id - one.id);
      },
      (error) => {
        app.toasts.problem(error.message);
      },
    );
    return () => {
      view.close();
      this.#recent = [];
    };
  }

  async publish(profileId: string): Promise<void> {
    if (this.outcomeOf(profileId)?.kind === 'busy') return;
    const { topic, payload, qos, retain } = this.draftOf(profileId);
    this.#setOutcome(profileId, { kind: 'busy' });
    try {
      const bytes = this.#encoder.encode(payload);
      const result = await app.engine.calls.publish({
        profileId,
        topic,
        payload: bytes,
        qos,
        retain,
      });
      this.#setOutcome(profileId, { kind: 'done', topic, result });
    } catch (error) {
      this.#setOutcome(profileId, { kind: 'failed', reason: messageOf(error) });
    }
  }

  async forgetRecent(profileId: string): Promise<void> {
    await app.attempt(() => app.engine.calls.forgetPublishes({ profileId }));
  }

  #setOutcome(profileId: string, outcome: Outcome): void {
    this.#outcomes = new Map(this.#outcomes).set(profileId, outcome);
  }
}

export const publishState = new PublishState();
