import type { OpenView } from '../../app/rpc/client';
import type { EngineClient } from '../../app/rpc/client';
import type { Moment } from '../../app/contract-time';
import type { Message, TopicFrame, TopicParams, TopicPath } from '../../app/contract';
import { messageOf } from '../../app/errors';
import { MessageDecoder } from '../decoding/message-decoder.svelte';
import type { DecodingState } from '../decoding/decoding-state.svelte';
import { viewed, type Viewed } from './viewed';
import { AT_ONCE_BYTES, isWorthMore, SHOWN_BYTES, wholeMessage } from './whole-payload';

/** The most that the window takes of one payload, as the engine's check of arguments has it. */
export const MOST_BYTES = 64 * 1024 * 1024;
/** How long the previous topic stays while the next one's first frame is awaited, so that moving on does not flicker. */
const PATIENCE_MS = 150;

/** What is shown: a topic with the frame that belongs to it, null until the first one came. */
interface Shown {
  readonly profileId: string;
  readonly topic: TopicPath;
  readonly frame: TopicFrame | null;
}

export { SHOWN_BYTES, viewed, type Viewed };

interface Held {
  readonly message: Message;
  /** Messages of the topic when it was held. */
  readonly count: number;
  /** It is let go with what is selected in it. */
  readonly forSelection: boolean;
}

/** The selected topic: its live view, and the message that is held while a person reads. */
export class TopicState {
  #shown = $state.raw<Shown | null>(null);
  #last = $state.raw<Message | null>(null);
  #held = $state.raw<Held | null>(null);
  #problem = $state.raw<string | null>(null);
  #loadingAll = $state.raw(false);
  /** Whether every message of the topic is to be here whole. */
  #wantsAll = false;
  /** The message that was asked for by itself last: what failed once is left to the person. */
  #failedId: number | null = null;
  #view: OpenView<TopicParams> | null = null;
  #params: TopicParams | null = null;
  #atUs: Moment = null;
  #patience: ReturnType<typeof setTimeout> | undefined;

  readonly #decoder: MessageDecoder;

  /** To be made while a component is: decoding ends with it. */
  constructor(
    readonly engine: EngineClient,
    decoding: DecodingState,
  ) {
    this.#decoder = new MessageDecoder(engine, decoding, () =>
      this.#message && this.topic !== null
        ? { profileId: this.profileId, topic: this.topic, message: this.#message }
        : null,
    );
  }

  get profileId(): string {
    return this.#shown?.profileId ?? '';
  }

  get topic(): TopicPath | null {
    return this.#shown?.topic ?? null;
  }

  get frame(): TopicFrame | null {
    return this.#shown?.frame ?? null;
  }

  /** Why nothing can be shown, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  get loadingAll(): boolean {
    return this.#loadingAll;
  }

  get holding(): boolean {
    return this.#held !== null;
  }

  /** Whether it is held only as long as a part of it is selected. */
  get holdsSelection(): boolean {
    return this.#held?.forSelection ?? false;
  }

  /** Messages that came since the shown one was held. */
  get newer(): number {
    return this.#held ? Math.max(0, (this.frame?.count ?? 0) - this.#held.count) : 0;
  }

  readonly #message = $derived.by(() => this.#held?.message ?? this.#last);

  /** The message to show, the held one or the last one; null while the topic has none of its own. */
  get current(): Viewed | null {
    return this.#decoder.viewed;
  }

  /** Decodes the shown message with room for all that may come out. */
  decodeAll(): Promise<void> {
    return this.#decoder.decodeAll();
  }

  /** Opens the view of a topic and returns how to close it. What was shown stays until the first frame is here. */
  follow(profileId: string, topic: TopicPath): () => void {
    this.#params = { profileId, topic, maxBytes: SHOWN_BYTES, atUs: this.#atUs };
    this.#patience = setTimeout(() => {
      this.#begin({ profileId, topic, frame: null });
    }, PATIENCE_MS);
    this.#problem = null;
    this.#view = this.engine.open(
      'topic',
      this.#params,
      (frame) => {
        this.#take({ profileId, topic, frame });
      },
      (error) => {
        this.#begin({ profileId, topic, frame: null });
        this.#problem = error.message;
      },
    );
    return () => {
      clearTimeout(this.#patience);
      this.#view?.close();
      this.#view = null;
    };
  }

  /** Shows the topic as it was at a moment; null is live. What was held is let go: a person went somewhere else. */
  at(atUs: Moment): void {
    if (atUs === this.#atUs) return;
    this.#atUs = atUs;
    this.#held = null;
    this.#update({ atUs });
  }

  /** Forgets everything: no topic is selected. */
  clear(): void {
    this.#shown = null;
    this.#last = null;
    this.#held = null;
  }

  hold(on: boolean): void {
    this.#held = on ? this.#heldNow(false) : null;
  }

  /** Holds the message while a part of it is selected: what is copied then is what was selected. */
  selecting(isSelected: boolean): void {
    if (isSelected) this.#held ??= this.#heldNow(true);
    else if (this.holdsSelection) this.#held = null;
  }

  #heldNow(forSelection: boolean): Held | null {
    const message = this.#message;
    return message ? { message, count: this.frame?.count ?? 0, forSelection } : null;
  }

  /** Fetches the shown payload whole, and of the live topic from now on every one. Returns what failed, or null. */
  async loadAll(): Promise<string | null> {
    if (this.topic === null || !this.#message) return null;
    if (!this.#held) {
      this.#wantsAll = true;
      this.#update({ maxBytes: AT_ONCE_BYTES });
    }
    this.#loadingAll = true;
    try {
      const message = await this.whole(this.#message);
      if (this.#held?.message.id === message.id) this.#held = { ...this.#held, message };
      if (this.#last?.id === message.id) this.#last = message;
      return null;
    } catch (error) {
      return messageOf(error);
    } finally {
      this.#loadingAll = false;
      this.#loadNext();
    }
  }

  /** What came meanwhile is loaded, too, where all of the topic is wanted; one at a time. */
  #loadNext(): void {
    const last = this.#last;
    if (!this.#wantsAll || this.#loadingAll || this.#held || !last) return;
    if (last.payload.length < Math.min(last.sizeBytes, MOST_BYTES) && last.id !== this.#failedId) {
      this.#failedId = last.id;
      void this.loadAll();
    }
  }

  /** A message with all of its payload (up to 64 MB), from the history where it is not here already. */
  async whole(message: Message): Promise<Message> {
    if (message.payload.length >= message.sizeBytes) return message;
    const { profileId } = this;
    return wholeMessage(this.engine, profileId, message, MOST_BYTES);
  }

  #update(change: Partial<TopicParams>): void {
    if (!this.#params) return;
    this.#params = { ...this.#params, ...change };
    this.#view?.update(this.#params);
  }

  #begin(shown: Shown): void {
    clearTimeout(this.#patience);
    if (shown.topic !== this.topic || shown.profileId !== this.profileId) {
      this.#held = null;
      this.#last = null;
      this.#wantsAll = false;
      this.#failedId = null;
    }
    this.#shown = shown;
  }

  #take(shown: Shown & { readonly frame: TopicFrame }): void {
    this.#begin(shown);
    this.#problem = null;
    const last = shown.frame.last;
    if (last && this.#last && isSame(last, this.#last)) return;
    this.#last = last;
    if (last && isWorthMore(last)) this.#update({ maxBytes: AT_ONCE_BYTES });
    this.#loadNext();
  }
}

/** Frames also come when only counts changed; the message then stays the same object, with all that was loaded of it. */
function isSame(one: Message, other: Message): boolean {
  return (
    one.id === other.id && one.timeUs === other.timeUs && one.payload.length <= other.payload.length
  );
}
