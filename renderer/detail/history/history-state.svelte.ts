import type { Message, TopicPath } from '../../../app/contract';
import type { Moment } from '../../../app/contract-time';
import { messageOf } from '../../../app/errors';
import type { EngineClient } from '../../../app/rpc/client';

/** Enough for the line of a row. */
const PREVIEW_BYTES = 512;
/** While new messages stream in at the top, no more rows than this are kept; older ones are paged in again. */
const MOST_WHILE_FOLLOWING = 500;
/** How often new messages are fetched at the most, ms: a list that moves faster can't be read. */
const FETCH_MS = 400;
/** While the moment in view moves, the list follows in such steps, ms. */
const MOVE_MS = 60;
/** A message is stored within 100 ms; what is not there after this many tries is not coming. */
const MOST_TRIES = 10;

/** A page with the moment it ends at. */
interface Page {
  readonly messages: readonly Message[];
  readonly more: boolean;
  readonly atUs: Moment;
}

/** The stored messages of one topic, newest first, as far as they were paged in. */
export class HistoryState {
  #messages = $state.raw<readonly Message[]>([]);
  #more = $state.raw(true);
  #loading = $state.raw(false);
  #problem = $state.raw<string | null>(null);
  #loaded = $state.raw(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wantedId = 0;
  #atUs: Moment;
  /** The list is of another moment than the one in view. */
  #moved = false;
  #tries = 0;
  #closed = false;
  #isHeld = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly profileId: string,
    private readonly topic: TopicPath,
    private readonly pageSize = 100,
    atUs: Moment = null,
  ) {
    this.#atUs = atUs;
  }

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
    // Of another moment meanwhile: the list is about to begin anew.
    if (!page || this.#moved) return;
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

  /** Keeps new messages from the list while a row is aimed at or open; they are fetched when it is let go. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#isBehind()) this.#schedule();
  }

  /** Shows the messages until a moment, soon; null is live. */
  at(atUs: Moment): void {
    if (atUs === this.#atUs) return;
    this.#atUs = atUs;
    this.#moved = true;
    this.#tries = 0;
    this.#schedule(MOVE_MS);
  }

  /** Fetches what is newer than the first row. */
  async refresh(): Promise<void> {
    const page = await this.#page(null);
    if (page) this.#take(page);
  }

  #take(page: Page): void {
    if (this.#moved) {
      this.#replace(page);
      return;
    }
    const newestId = this.#messages[0]?.id ?? -1;
    const fresh = page.messages.filter((message) => message.id > newestId);
    const reaches = fresh.length < page.messages.length;
    if (reaches) this.#prepend(fresh);
    else this.#replace(page);
    this.#loaded = true;
  }

  #replace(page: Page): void {
    this.#moved = page.atUs !== this.#atUs;
    this.#messages = page.messages;
    this.#more = page.more;
    this.#loaded = true;
  }

  #prepend(fresh: readonly Message[]): void {
    if (fresh.length === 0) return;
    const all = [...fresh, ...this.#messages];
    if (all.length > MOST_WHILE_FOLLOWING) this.#more = true;
    this.#messages = all.slice(0, MOST_WHILE_FOLLOWING);
  }

  /** Whether the rows have to stay as they are; another moment in view means other rows. */
  get #isPut(): boolean {
    return this.#isHeld && !this.#moved;
  }

  #isBehind(): boolean {
    return this.#moved || (this.#loaded && (this.#messages[0]?.id ?? -1) < this.#wantedId);
  }

  #schedule(afterMs = FETCH_MS): void {
    if (this.#timer !== undefined || this.#tries >= MOST_TRIES) return;
    this.#timer = setTimeout(() => void this.#catchUp(), afterMs);
  }

  async #catchUp(): Promise<void> {
    this.#tries++;
    const page = this.#isPut ? null : await this.#page(null);
    if (page && !this.#isPut) this.#take(page);
    this.#timer = undefined;
    if (!this.#closed && !this.#isPut && this.#isBehind())
      this.#schedule(this.#moved ? MOVE_MS : FETCH_MS);
  }

  async #page(beforeId: number | null): Promise<Page | null> {
    const { profileId, topic } = this;
    const atUs = this.#atUs;
    try {
      const page = await this.engine.calls.historyPage({
        profileId,
        topic,
        beforeId,
        atUs,
        limit: this.pageSize,
        previewBytes: PREVIEW_BYTES,
      });
      this.#problem = null;
      return this.#closed ? null : { ...page, atUs };
    } catch (error) {
      this.#problem = messageOf(error);
      return null;
    }
  }
}
