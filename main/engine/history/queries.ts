import { numberAt } from '../../../app/payload/numbers';
import type { Database, Statement } from './driver';
import type { Series, SeriesRequest, TopicSummary } from './history';
import type { ReaderArgument, ReaderCalls, ReaderResult } from './reader-protocol';
import { RecentTopics, TOPIC_COLUMNS, type TopicRow } from './recent-topics';
import { RunMessages, storedHead } from './run-messages';
import { RunSource } from './run-source';
import { SessionQueries } from './session-queries';
import { TopicCounts } from './topic-counts';
import { TopicRuns } from './topic-runs';

type NamedTopic = TopicRow & { readonly name: string };

/** What the reader's thread answers. Payloads and arrays have buffers of their own, which may be transferred. */
export class Queries implements ReaderCalls {
  readonly #database: Database;
  readonly #source: RunSource;
  readonly #messages: RunMessages;
  readonly #recent: RecentTopics;
  readonly #runs: TopicRuns;
  readonly #counts: TopicCounts;
  readonly #sessions: SessionQueries;
  readonly #profileKey: Statement<number>;
  readonly #topics: Statement<NamedTopic>;

  constructor(database: Database) {
    this.#database = database;
    this.#source = new RunSource(database);
    this.#messages = new RunMessages(database);
    this.#recent = new RecentTopics(database, this.#source);
    this.#runs = new TopicRuns(database, this.#source);
    this.#counts = new TopicCounts(database, this.#source);
    this.#sessions = new SessionQueries(database);
    this.#profileKey = database
      .prepare<unknown[], number>('SELECT key FROM profiles WHERE id = ?')
      .pluck();
    this.#topics = database.prepare(
      `SELECT ${TOPIC_COLUMNS}, name FROM topics WHERE profile = ? AND key > ? ORDER BY key LIMIT ?`,
    );
  }

  topics({ profileId, afterKey, limit }: ReaderArgument<'topics'>): readonly TopicSummary[] {
    return this.#atOnce(() => {
      const profile = this.#profileKey.get(profileId);
      if (profile === undefined) return [];
      const found: NamedTopic[] = [];
      // A name stands in the database with the first batch of its messages; a page is full all the same.
      for (let after = afterKey; found.length < limit;) {
        const rows = this.#topics.all(profile, after, limit);
        found.push(...this.#recent.added(profile, rows).filter(({ count }) => count > 0));
        after = rows.at(-1)?.key ?? after;
        if (rows.length < limit) break;
      }
      return found.slice(0, limit);
    });
  }

  page(request: ReaderArgument<'page'>): ReaderResult<'page'> {
    const { topicKey, beforeId, limit, previewBytes } = request;
    const atUs = request.atUs ?? Infinity;
    const before = beforeId ?? Number.MAX_SAFE_INTEGER;
    return this.#atOnce(() => {
      const messages = [];
      for (const { run, from, to } of this.#runs.before(topicKey, before, atUs)) {
        for (let at = to - 1; at >= from; at--) {
          if (atUs < Infinity && (run.heads.timesUs[at] ?? 0) > atUs) continue;
          // One more than wanted says whether there are more.
          if (messages.length === limit) return { messages, more: true };
          messages.push(this.#messages.messageOf(run, at, previewBytes));
        }
      }
      return { messages, more: false };
    });
  }

  message({ profileId, id, maxBytes }: ReaderArgument<'message'>): ReaderResult<'message'> {
    return this.#atOnce(() => {
      const profile = this.#profileKey.get(profileId);
      const unit = profile === undefined ? undefined : this.#source.previous(profile, id + 1);
      if (unit === undefined || unit.lastId < id) return null;
      for (const run of this.#source.runsWith(unit, id)) {
        const at = run.heads.ids.indexOf(id);
        if (at >= 0) return this.#messages.messageOf(run, at, maxBytes);
      }
      return null;
    });
  }

  /** Newest first until the time begins, then turned around. */
  series({ topicKey, path, fromUs, afterId, limit }: SeriesRequest): Series {
    return this.#atOnce(() => {
      const times: number[] = [];
      const values: number[] = [];
      let skipped = 0;
      let lastId = afterId;
      const take = (run: Parameters<typeof storedHead>[0], at: number): boolean => {
        const stored = storedHead(run, at, run.body);
        if (stored.id <= afterId || times.length + skipped >= limit) return false;
        lastId = Math.max(lastId, stored.id);
        if (stored.timeUs < fromUs) return false;
        const payload =
          stored.sizeBytes === stored.head.length
            ? stored.head
            : this.#messages.payload(stored, Infinity);
        const value = numberAt(payload, path);
        if (value === null) skipped++;
        else {
          times.push(stored.timeUs);
          values.push(value);
        }
        return true;
      };
      for (const { run, from, to } of this.#runs.before(topicKey, Number.MAX_SAFE_INTEGER)) {
        let at = to - 1;
        while (at >= from && take(run, at)) at--;
        if (at >= from) break;
      }
      const timesUs = Float64Array.from(times.reverse());
      return { timesUs, values: Float64Array.from(values.reverse()), skipped, lastId };
    });
  }

  counts(request: ReaderArgument<'counts'>): Float64Array {
    return this.#atOnce(() => this.#counts.counts(request));
  }

  sessions({ profileId, limit }: ReaderArgument<'sessions'>): ReaderResult<'sessions'> {
    return this.#atOnce(() => {
      const profile = this.#profileKey.get(profileId);
      if (profile === undefined) return { sessions: [], total: 0 };
      return this.#sessions.newest(profile, limit);
    });
  }

  /** One snapshot, while the writer goes on. */
  #atOnce<Result>(read: () => Result): Result {
    return this.#database.transaction(read).deferred();
  }
}
