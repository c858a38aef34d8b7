import type { PastSession } from '../../app/contract-manage';
import { endOf, momentOf } from './past-words';

export type SessionSort = 'started' | 'length' | 'messages' | 'bytes';

/** Rows that are shown before more are asked for. */
const STEP = 200;

const values: Readonly<Record<SessionSort, (session: PastSession) => number>> = {
  started: ({ startedUs }) => startedUs,
  length: (session) => endOf(session) - session.startedUs,
  messages: ({ messages }) => messages,
  bytes: ({ bytes }) => bytes,
};

/** Which sessions are shown, in which order, and which of them are chosen. */
export class SessionList {
  #all = $state.raw<readonly PastSession[]>([]);
  #text = $state.raw('');
  #sort = $state.raw<SessionSort>('started');
  #descending = $state.raw(true);
  #showsEmpty = $state.raw(false);
  #most = $state.raw(STEP);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());

  /** Empty ones: all that was stored of them was removed. */
  readonly #empty = $derived.by(
    () => this.#all.filter((one) => one.messages === 0 && one.endedUs !== null).length,
  );
  readonly #matching = $derived.by(() => {
    const text = this.#text.trim().toLowerCase();
    const found = this.#all.filter(
      (one) =>
        (this.#showsEmpty || one.messages > 0 || one.endedUs === null) &&
        (text === '' ||
          `${one.name} ${one.note} ${momentOf(one.startedUs)}`.toLowerCase().includes(text)),
    );
    const value = values[this.#sort];
    const sign = this.#descending ? -1 : 1;
    return found.sort((one, other) => sign * (value(one) - value(other)) || other.key - one.key);
  });
  readonly #shown = $derived.by(() => this.#matching.slice(0, this.#most));

  take(sessions: readonly PastSession[]): void {
    this.#all = sessions;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
  }

  get showsEmpty(): boolean {
    return this.#showsEmpty;
  }

  set showsEmpty(shows: boolean) {
    this.#showsEmpty = shows;
  }

  get empty(): number {
    return this.#empty;
  }

  get shown(): readonly PastSession[] {
    return this.#shown;
  }

  /** Those that match and are not shown yet. */
  get more(): number {
    return this.#matching.length - this.#shown.length;
  }

  showMore(): void {
    this.#most += STEP;
  }

  /** The same column again turns the order around. */
  sortBy(sort: SessionSort): void {
    this.#descending = this.#sort === sort ? !this.#descending : true;
    this.#sort = sort;
  }

  /** For `aria-sort`. */
  orderOf(sort: SessionSort): 'ascending' | 'descending' | 'none' {
    if (sort !== this.#sort) return 'none';
    return this.#descending ? 'descending' : 'ascending';
  }

  get chosen(): readonly PastSession[] {
    return this.#shown.filter(({ key }) => this.#chosen.has(key));
  }

  isChosen(key: number): boolean {
    return this.#chosen.has(key);
  }

  choose(key: number, chosen: boolean): void {
    const keys = new Set(this.#chosen);
    if (chosen) keys.add(key);
    else keys.delete(key);
    this.#chosen = keys;
  }

  chooseAll(chosen: boolean): void {
    this.#chosen = new Set(chosen ? this.#shown.map(({ key }) => key) : []);
  }
}
