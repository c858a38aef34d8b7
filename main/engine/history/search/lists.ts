import { LoupeError } from '../../../../app/errors';
import { isSearch, type MessageSearch } from '../../../../app/search/message-search';
import { parseQuery } from '../../../../app/search/parse-query';
import { historyError, type Database, type Statement } from '../driver';
import type { ArgumentOf } from '../calling-thread';
import { Chronicle } from './chronicle';
import type { IdRange } from './message-matcher';
import type { MessageList, RowsReply } from './message-list';
import { SearchList } from './search-list';
import type { ListRequest, SearchThreadCalls } from './search-protocol';

/** After this long in one piece, calls get their turn. */
const SLICE_MS = 12;
const FIRST_SLICE_MS = 40;
/** More than one for each of a few windows means that somebody forgets to close them. */
const MOST_LISTS = 32;
/** What a profile is known by that has no history yet: no row has this key. */
const NO_PROFILE = -1;

interface OpenList {
  readonly list: MessageList;
  readonly profileId: string;
  readonly search: MessageSearch;
  /** The profile's key that the list was made with. */
  readonly profile: number;
  isBusy: boolean;
  problem: LoupeError | null;
  /** What the last reply was made of. */
  answered: string;
}

/** All lists that are open, and the work for them. Lives in the search's thread. */
export class Lists {
  readonly #database: Database;
  readonly #lists = new Map<number, OpenList>();
  readonly #profileKey: Statement<number>;
  readonly #sessionRange: Statement<{ readonly firstId: number; readonly nextId: number | null }>;
  #nextKey = 1;
  #isWorking = false;

  constructor(database: Database) {
    this.#database = database;
    this.#profileKey = database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck();
    this.#sessionRange = database.prepare(
      `SELECT first_id AS firstId, (SELECT min(first_id) FROM sessions AS later
         WHERE later.profile = sessions.profile AND later.first_id > sessions.first_id) AS nextId
       FROM sessions WHERE key = ? AND profile = ? AND first_id IS NOT NULL`,
    );
  }

  /** @throws LoupeError `invalid-argument` when the query is not understood */
  open({ profileId, search }: ArgumentOf<SearchThreadCalls['openList']>): number {
    if (this.#lists.size >= MOST_LISTS) {
      throw new LoupeError('invalid-argument', 'Too many lists of messages are open. Close some.');
    }
    const key = this.#nextKey++;
    const profile = this.#keyOf(profileId);
    const list = this.#make(profile, search);
    // The first reply has something already.
    const isBusy = list.work(isOverAfter(FIRST_SLICE_MS));
    const asked = { profileId, search, profile };
    this.#lists.set(key, { ...asked, list, isBusy, problem: null, answered: '' });
    this.#goOn();
    return key;
  }

  close(key: number): void {
    this.#lists.delete(key);
  }

  /** @throws what went wrong while the list was made */
  rows(request: ListRequest): RowsReply | null {
    const open = this.#renewed(request.list);
    if (open.problem !== null) throw open.problem;
    const version = this.#database.pragma('data_version', { simple: true });
    const { again, ...wanted } = request;
    const asked = JSON.stringify([wanted, version]);
    if (request.stopped) open.list.stop();
    if (!again && !open.isBusy && asked === open.answered) return null;
    open.answered = open.isBusy ? '' : asked;
    if (!request.stopped && open.list.refresh()) {
      open.isBusy = true;
      this.#goOn();
    }
    return open.list.rows(request);
  }

  rowAt({ list, place, end }: ArgumentOf<SearchThreadCalls['listRowAt']>): number | null {
    return this.#find(list).list.rowAt(place, end);
  }

  /** The list as it is; made anew when its profile has a history only now, or another one after all of it was removed. */
  #renewed(key: number): OpenList {
    const open = this.#find(key);
    const profile = this.#keyOf(open.profileId);
    if (profile === open.profile) return open;
    const list = this.#make(profile, open.search);
    const renewed = { ...open, profile, list, isBusy: true, problem: null, answered: '' };
    this.#lists.set(key, renewed);
    this.#goOn();
    return renewed;
  }

  #keyOf(profileId: string): number {
    return this.#profileKey.get(profileId) ?? NO_PROFILE;
  }

  #find(key: number): OpenList {
    const open = this.#lists.get(key);
    if (open !== undefined) return open;
    throw new LoupeError('not-found', 'The list of messages is no longer open. Open it again.');
  }

  #make(profile: number, search: MessageSearch): MessageList {
    const { filters, sessionKey } = search.selection;
    if (!isSearch(search)) {
      return new Chronicle(this.#database, profile, filters, search.newestFirst);
    }
    const parsed = parseQuery(search.text);
    if (!parsed.ok) throw new LoupeError('invalid-argument', parsed.problem.message);
    const ids = this.#idsOf(profile, sessionKey);
    return new SearchList(this.#database, profile, search, parsed.query, ids);
  }

  #idsOf(profile: number, session: number | null): IdRange {
    if (session === null) return { firstId: 0, lastId: Number.MAX_SAFE_INTEGER };
    const range = this.#sessionRange.get(session, profile);
    // A session without messages, or one that is gone.
    if (range === undefined) return { firstId: 0, lastId: -1 };
    return { firstId: range.firstId, lastId: (range.nextId ?? Number.MAX_SAFE_INTEGER) - 1 };
  }

  #goOn(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    setImmediate(() => {
      this.#isWorking = false;
      this.#work();
    });
  }

  #work(): void {
    for (const open of this.#lists.values()) {
      if (!open.isBusy) continue;
      try {
        open.isBusy = open.list.work(isOverAfter(SLICE_MS));
        if (!open.isBusy) open.answered = '';
      } catch (error) {
        open.isBusy = false;
        open.problem = historyError('The history cannot be searched', error);
      }
    }
    if ([...this.#lists.values()].some(({ isBusy }) => isBusy)) this.#goOn();
  }
}

function isOverAfter(ms: number): () => boolean {
  const endsAt = performance.now() + ms;
  return () => performance.now() > endsAt;
}
