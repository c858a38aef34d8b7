import type { Message, TopicPath } from '../../../app/contract';
import { messageOf } from '../../../app/errors';
import type { EngineClient } from '../../../app/rpc/client';

/** Enough for the line of a row. */
const PREVIEW_BYTES = 512;
/** While new messages stream in at the top, no more rows than this are kept; older ones are paged in again. */
const MOST_WHILE_FOLLOWING = 500;
/** How often new messages are fetched at the most, ms: a list that moves faster can't be read. */
const FETCH_MS = 400;
/** A message is stored within 100 ms; what is not there after this many tries is not coming. */
const MOST_TRIES = 10;

/** The stored messages of one topic, newest first, as far as they were paged in. */
export class HistoryState {
  #messages = $state.raw<readonly Message[]>([]);
  #more = $state.raw(true);
  #loading = $state.raw(false);
  #problem = $state.raw<string | null>(null);
  #loaded = $state.raw(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wantedId = 0;
  #tries = 0;
  #closed = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly profileId: string,
    private readonly topic: TopicPath,
    private readonly pageSize = 100,
  ) {}

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Whether older messages are still to be paged in. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether the first page is here. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get problem(): string | null {
    return this.#problem;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Pages in what is older than the last row; does nothing while a page is on its way. */
  async loadOlder(): Promise<void> {
    if (this.#loading || !this.#more) return;
    this.#loading = true;
    const page = await this.#page(this.#messages.at(-1)?.id ?? null);
    this.#loading = false;
    if (!page) return;
    this.#messages = [...this.#messages, ...page.messages];
    this.#more = page.more;
    this.#loaded = true;
  }

  /** Sees to it that the message with this id, the newest one, is in the list soon. */
  follow(newestId: number): void {
    if (newestId !== this.#wantedId) this.#tries = 0;
    this.#wantedId = newestId;
    if (this.#isBehind()) this.#schedule();
  }

  /** Fetches what is newer than the first row. */
  async refresh(): Promise<void> {
    const page = await this.#page(null);
    if (!page) return;
    const newestId = this.#messages[0]?.id ?? -1;
    const fresh = page.messages.filter((message) => message.id > newestId);
    const reaches = fresh.length < page.messages.length;
    if (reaches) this.#prepend(fresh);
    else {
      this.#messages = page.messages;
      this.#more = page.more;
    }
    this.#loaded = true;
  }

  #prepend(fresh: readonly Message[]): void {
    if (fresh.length === 0) return;
    const all = [...fresh, ...this.#messages];
    if (all.length > MOST_WHILE_FOLLOWING) this.#more = true;
    this.#messages = all.slice(0, MOST_WHILE_FOLLOWING);
  }

  #isBehind(): boolean {
    return this.#loaded && (this.#messages[0]?.id ?? -1) < this.#wantedId;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#tries >= MOST_TRIES) return;
    this.#timer = setTimeout(() => void this.#catchUp(), FETCH_MS);
  }

  async #catchUp(): Promise<void> {
    this.#tries++;
    await this.refresh();
    this.#timer = undefined;
    if (!this.#closed && this.#isBehind()) this.#schedule();
  }

  async #page(
    beforeId: number | null,
  ): Promise<{ messages: readonly Message[]; more: boolean } | null> {
    const { profileId, topic } = this;
    try {
      const page = await this.engine.calls.historyPage({
        profileId,
        topic,
        beforeId,
        limit: this.pageSize,
        previewBytes: PREVIEW_BYTES,
      });
      this.#problem = null;
      return this.#closed ? null : page;
    } catch (error) {
      this.#problem = messageOf(error);
      return null;
    }
  }
}
