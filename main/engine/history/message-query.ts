import { LoupeError } from '../../../app/errors';
import { allMessages } from '../../../app/search/message-search';
import { parseQuery } from '../../../app/search/parse-query';
import type { MessageQuery as SearchQuery } from '../../../app/search/query';
import type { MessageQuery, StoredMessage } from './archive';
import { damagedRun } from './bytes';
import type { Database, Statement } from './driver';
import { RunMessages } from './run-messages';
import { RunSource, type Run, type Unit } from './run-source';
import { MessageMatcher } from './search/message-matcher';

/** A topic that is meant by a query. */
export interface QueriedTopic {
  readonly key: number;
  readonly profile: number;
  readonly profileId: string;
  readonly name: string;
}

/** With more topics than these, reading a whole unit is quicker than finding each of them in it. */
const FEW_TOPICS = 50;

interface SessionStart {
  readonly key: number;
  readonly firstId: number;
}

/** Which session a message came in: nearly always the one of the message before. */
class SessionCursor {
  readonly #starts: readonly SessionStart[];
  #session = 0;
  #fromId = Infinity;
  #beforeId = -Infinity;

  /** @param starts ascending by their first ids */
  constructor(starts: readonly SessionStart[]) {
    this.#starts = starts;
  }

  /** 0 for none. */
  of(id: number): number {
    if (id < this.#fromId || id >= this.#beforeId) this.#find(id);
    return this.#session;
  }

  #find(id: number): void {
    const at = this.#starts.findLastIndex(({ firstId }) => firstId <= id);
    const start = this.#starts[at];
    this.#session = start?.key ?? 0;
    this.#fromId = start?.firstId ?? -Infinity;
    this.#beforeId = this.#starts[at + 1]?.firstId ?? Infinity;
  }
}

/** Where a message stands; its body is in memory. */
interface Place {
  readonly id: number;
  readonly run: Run;
  readonly at: number;
}

/** Walks through messages in the order of ids: a batch or a segment at a time, each of them read at once. */
export class MessageWalker {
  readonly #database: Database;
  readonly #source: RunSource;
  readonly #messages: RunMessages;
  readonly #sessions: Statement<SessionStart>;

  constructor(database: Database) {
    this.#database = database;
    this.#source = new RunSource(database);
    this.#messages = new RunMessages(database);
    this.#sessions = database.prepare(
      'SELECT key, first_id AS firstId FROM sessions WHERE profile = ? AND first_id IS NOT NULL ORDER BY first_id',
    );
  }

  *walk(query: MessageQuery, topics: ReadonlyMap<number, QueriedTopic>): Generator<StoredMessage> {
    const byProfile = new Map<number, Map<number, QueriedTopic>>();
    for (const topic of topics.values()) {
      const own = byProfile.get(topic.profile) ?? new Map<number, QueriedTopic>();
      byProfile.set(topic.profile, own.set(topic.key, topic));
    }
    const streams = [...byProfile].map(([profile, own]) => this.#ofProfile(query, profile, own));
    let left = query.limit;
    if (left <= 0) return;
    for (const message of merged(streams, query.newestFirst)) {
      if (query.accepts !== null && !query.accepts(message)) continue;
      yield message;
      left -= 1;
      // At once: whether there is another one can take a while.
      if (left <= 0) return;
    }
  }

  *#ofProfile(
    query: MessageQuery,
    profile: number,
    topics: ReadonlyMap<number, QueriedTopic>,
  ): Generator<StoredMessage> {
    const sessions = new SessionCursor(this.#sessions.all(profile));
    const matcher = this.#matcherOf(query, profile);
    const newest = this.#source.previous(profile, Number.MAX_SAFE_INTEGER)?.lastId ?? 0;
    for (const { id, run, at } of this.#places(query, profile, topics, newest, matcher)) {
      const topic = topics.get(run.heads.topics[at] ?? 0);
      if (topic === undefined) continue;
      const message = this.#messages.viewOf(run, at);
      if (message.payload.length < message.sizeBytes) {
        // Removed since its head was read, or the end of it is missing.
        if (this.#isThere(profile, id)) throw damagedRun();
        continue;
      }
      const { profileId, name } = topic;
      yield { ...message, profileId, session: sessions.of(id), topic: name };
    }
  }

  #isThere(profile: number, id: number): boolean {
    return this.#atOnce(() => {
      const unit = this.#source.previous(profile, id + 1);
      if (unit === undefined || unit.lastId < id) return false;
      return this.#source.runsWith(unit, id).some(({ heads }) => heads.ids.includes(id));
    });
  }

  /** Between units the writer may turn batches into segments: the walk goes on by the ids it has seen. */
  *#places(
    query: MessageQuery,
    profile: number,
    topics: ReadonlyMap<number, QueriedTopic>,
    newest: number,
    matcher: MessageMatcher | null,
  ): Generator<Place> {
    const { newestFirst } = query;
    let seen = newestFirst ? newest + 1 : 0;
    for (;;) {
      const step = this.#atOnce(() => {
        const unit = newestFirst
          ? this.#source.previous(profile, seen)
          : this.#source.next(profile, seen);
        return unit && { unit, places: this.#placesIn(query, unit, topics, matcher) };
      });
      if (step === undefined || step.unit.firstId > newest) return;
      const { unit, places } = step;
      places.sort((one, other) => (newestFirst ? other.id - one.id : one.id - other.id));
      for (const place of places) {
        const isNew = newestFirst ? place.id < seen : place.id > seen;
        if (isNew && place.id <= newest) yield place;
      }
      seen = newestFirst ? unit.firstId : unit.lastId;
    }
  }

  #matcherOf({ text, matching }: MessageQuery, profile: number): MessageMatcher | null {
    const ids = { firstId: 0, lastId: Number.MAX_SAFE_INTEGER };
    if (matching !== undefined) {
      const search = { ...allMessages(''), ...matching };
      return new MessageMatcher(this.#database, profile, search, queryOf(matching.text), ids);
    }
    if (text === null) return null;
    const search = { ...allMessages(''), matchCase: text.matchCase };
    const term = { kind: 'text', where: 'anywhere', text: text.text } as const;
    const query = { terms: [term], comparisons: [] };
    return new MessageMatcher(this.#database, profile, search, query, ids);
  }

  #placesIn(
    query: MessageQuery,
    unit: Unit,
    topics: ReadonlyMap<number, QueriedTopic>,
    matcher: MessageMatcher | null,
  ): Place[] {
    const fromUs = query.fromUs ?? -Infinity;
    const toUs = query.toUs ?? Infinity;
    const places: Place[] = [];
    if (unit.lastUs < fromUs || unit.firstUs > toUs) return places;
    matcher?.topics.load(() => false);
    for (const run of this.#runs(unit, topics)) {
      if (run.bounds.lastUs < fromUs || run.bounds.firstUs > toUs) continue;
      const before = places.length;
      const matches = matcher?.matchesOf(run) ?? null;
      if (matches?.length === 0) continue;
      const { heads } = run;
      for (const at of matches ?? heads.ids.keys()) {
        const timeUs = heads.timesUs[at] ?? 0;
        if (timeUs < fromUs || timeUs > toUs || !topics.has(heads.topics[at] ?? 0)) continue;
        places.push({ id: heads.ids[at] ?? 0, run, at });
      }
      // Read now: the unit may be another one when the caller asks for the message.
      if (places.length > before) void run.body;
    }
    return places;
  }

  #runs(unit: Unit, topics: ReadonlyMap<number, QueriedTopic>): Iterable<Run> {
    if (topics.size > FEW_TOPICS) return this.#source.runs(unit);
    const runs = new Map<number, Run>();
    for (const topic of topics.keys()) {
      for (const run of this.#source.runsOf(unit, topic)) {
        if (!runs.has(run.key)) runs.set(run.key, run);
      }
    }
    return runs.values();
  }

  #atOnce<Result>(read: () => Result): Result {
    return this.#database.transaction(read).deferred();
  }
}

/** @throws LoupeError `invalid-argument` for a query that is not understood */
function queryOf(text: string): SearchQuery {
  const parsed = parseQuery(text);
  if (parsed.ok) return parsed.query;
  throw new LoupeError('invalid-argument', parsed.problem.message);
}

/** Streams that are in the order of ids, as one. */
function* merged(
  streams: readonly Generator<StoredMessage>[],
  newestFirst: boolean,
): Generator<StoredMessage> {
  const waiting = streams.map((stream) => ({ stream, next: stream.next() }));
  for (;;) {
    let first: (typeof waiting)[number] | undefined;
    for (const one of waiting) {
      if (one.next.done === true) continue;
      const best = first?.next;
      const isFirst =
        best === undefined ||
        best.done === true ||
        (newestFirst ? one.next.value.id > best.value.id : one.next.value.id < best.value.id);
      if (isFirst) first = one;
    }
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = first.stream.next();
  }
}
