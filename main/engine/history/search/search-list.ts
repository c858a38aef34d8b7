import type { ListEnd, ListProgress, ListRow } from '../../../../app/contract-search';
import { MOST_MATCHES, type MessageSearch } from '../../../../app/search/message-search';
import type { MessageQuery } from '../../../../app/search/query';
import type { Database } from '../driver';
import { RunSource, type Unit } from '../run-source';
import { MessageMatcher, type IdRange } from './message-matcher';
import type { MessageList, Place, RowsReply, RowsRequest } from './message-list';
import { firstAbove, MatchList } from './number-list';
import { RowReader } from './row-reader';
import { UnitOrders } from './unit-orders';
import { UnitScan, type Match, type ScannedUnit } from './unit-scan';

const MOST_SHOWN = 2_000;

/**
 * What a search has found: ids only, a row's content is read when it is shown. First what was stored when it began, then
 * what comes.
 */
export class SearchList implements MessageList {
  readonly #database: Database;
  readonly #profile: number;
  readonly #search: MessageSearch;
  readonly #source: RunSource;
  readonly #matcher: MessageMatcher;
  readonly #orders: UnitOrders;
  readonly #rows: RowReader;
  readonly #range: IdRange;
  readonly #startedAt = performance.now();
  /** In the order of the scan. */
  readonly #found = new MatchList();
  /** What came since, in the order of arrival. */
  readonly #fresh = new MatchList();
  /** Rows that were shown: a list that grows is asked for the same ones again and again. */
  readonly #shown = new Map<number, ListRow>();
  readonly #messages: number;
  #scan: UnitScan | null;
  #isFresh = false;
  #topicsToLoad = true;
  #state: ListProgress['state'] = 'searching';
  #end: ListEnd;
  #searched = 0;
  #unreadable = 0;
  #elapsedMs = 0;

  /** @param ids between which messages are meant */
  constructor(
    database: Database,
    profile: number,
    search: MessageSearch,
    query: MessageQuery,
    ids: IdRange,
  ) {
    this.#database = database;
    this.#profile = profile;
    this.#search = search;
    this.#range = ids;
    this.#source = new RunSource(database);
    this.#matcher = new MessageMatcher(database, profile, search, query, ids);
    this.#orders = new UnitOrders(this.#source);
    this.#rows = new RowReader(database);
    this.#end = this.#newestEnd();
    this.#messages = this.#count();
    this.#scan = this.#scanOf(ids.firstId, this.#end.id, search.newestFirst);
  }

  work(isOver: () => boolean): boolean {
    if (this.#scan === null) return false;
    if (this.#topicsToLoad) {
      this.#topicsToLoad = this.#matcher.topics.load(isOver);
      return true;
    }
    const { units, done } = this.#scan.step(isOver);
    for (const unit of units) this.#take(unit);
    if (done) this.#scan = null;
    if (this.#found.length + this.#fresh.length >= MOST_MATCHES) this.#endWith('full');
    else if (done && this.#state === 'searching') this.#endWith('done');
    return this.#scan !== null;
  }

  refresh(): boolean {
    if (this.#scan !== null) return true;
    if (this.#state !== 'done') return false;
    const newest = this.#newestEnd();
    if (newest.id <= this.#end.id) return false;
    this.#scan = this.#scanOf(this.#end.id + 1, newest.id, false);
    this.#isFresh = true;
    this.#end = newest;
    return true;
  }

  stop(): void {
    if (this.#state === 'searching') this.#endWith('stopped');
  }

  rows({ first, count, end }: RowsRequest): RowsReply {
    const fresh = this.#freshUpTo(end);
    const total = fresh + this.#found.length;
    const matches: Match[] = [];
    for (let row = first; row < Math.min(total, first + count); row++) {
      matches.push(this.#matchAt(row, fresh));
    }
    return {
      total,
      first,
      rows: this.#database.transaction(() => matches.map((match) => this.#row(match))).deferred(),
      newer: this.#fresh.length - fresh,
      newest: this.#end.id === 0 ? null : this.#end,
      progress: this.#progress(),
    };
  }

  rowAt(place: Place, end: ListEnd | null): number | null {
    if (!('id' in place)) return null;
    const fresh = this.#freshUpTo(end);
    const inFresh = this.#fresh.ids.indexOf(place.id);
    const inFound = this.#found.ids.indexOf(place.id);
    if (inFresh >= 0 && inFresh < fresh) {
      return this.#search.newestFirst ? fresh - 1 - inFresh : this.#found.length + inFresh;
    }
    if (inFound < 0) return null;
    return this.#search.newestFirst ? fresh + inFound : inFound;
  }

  #matchAt(row: number, fresh: number): Match {
    if (!this.#search.newestFirst) {
      const inFound = this.#found.length;
      return row < inFound ? this.#found.at(row) : this.#fresh.at(row - inFound);
    }
    return row < fresh ? this.#fresh.at(fresh - 1 - row) : this.#found.at(row - fresh);
  }

  #row(match: Match): ListRow {
    const { id } = match;
    const unit = this.#source.previous(this.#profile, id + 1);
    if (unit === undefined || unit.lastId < id) return { kind: 'missing', id, isDamaged: false };
    const row = this.#shown.get(id) ?? this.#readRow(match, unit);
    if (this.#shown.size >= MOST_SHOWN) this.#shown.clear();
    this.#shown.set(id, row);
    return row;
  }

  /** Where it stood; and where that is no more, wherever it stands now. */
  #readRow({ id, run: key }: Match, unit: Unit): ListRow {
    const needles = this.#matcher.payloadNeedles;
    const known = this.#source.run(key < 0 ? 'batch' : 'segment', Math.abs(key));
    const there = known === undefined ? null : this.#rows.rowOf(known, id, needles);
    if (there !== null) return there;
    const order = this.#orders.of(unit);
    const at = firstAbove(order.ids, order.ids.length, id) - 1;
    if (order.ids[at] !== id) return { kind: 'missing', id, isDamaged: true };
    return this.#rows.row(order, at, needles);
  }

  #take({ matches, messages, unreadable }: ScannedUnit): void {
    this.#searched += messages;
    this.#unreadable += unreadable;
    const list = this.#isFresh ? this.#fresh : this.#found;
    const room = MOST_MATCHES - this.#found.length - this.#fresh.length;
    for (const match of matches.slice(0, room)) list.push(match);
  }

  #endWith(state: ListProgress['state']): void {
    this.#elapsedMs = performance.now() - this.#startedAt;
    this.#state = state;
    this.#scan = null;
  }

  #progress(): ListProgress {
    const isSearching = this.#state === 'searching';
    return {
      state: this.#state,
      searched: this.#searched,
      messages: this.#state === 'done' ? this.#searched : Math.max(this.#messages, this.#searched),
      found: this.#found.length + this.#fresh.length,
      elapsedMs: isSearching ? performance.now() - this.#startedAt : this.#elapsedMs,
      unreadable: this.#unreadable,
      tooLarge: this.#matcher.tooLarge,
    };
  }

  #freshUpTo(end: ListEnd | null): number {
    return end === null ? this.#fresh.length : this.#fresh.ids.countUpTo(end.id);
  }

  #scanOf(firstId: number, lastId: number, newestFirst: boolean): UnitScan {
    const range = {
      firstId: Math.max(firstId, this.#range.firstId),
      lastId: Math.min(lastId, this.#range.lastId),
    };
    return new UnitScan(this.#database, this.#profile, this.#matcher, range, newestFirst);
  }

  #newestEnd(): ListEnd {
    const newest = this.#source.previous(this.#profile, Number.MAX_SAFE_INTEGER);
    return { id: newest?.lastId ?? 0, timeUs: newest?.lastUs ?? 0 };
  }

  /** Of all units that the search goes through; those of a session's first and last unit that are not its own count too. */
  #count(): number {
    const { firstId, lastId } = this.#range;
    const count = this.#database
      .prepare<unknown[], number>(
        `SELECT coalesce(sum(messages), 0) FROM
           (SELECT messages FROM batches WHERE profile = :profile AND last_id >= :firstId AND first_id <= :lastId
            UNION ALL
            SELECT messages FROM segments WHERE profile = :profile AND last_id >= :firstId AND first_id <= :lastId)`,
      )
      .pluck();
    return count.get({ profile: this.#profile, firstId, lastId }) ?? 0;
  }
}
