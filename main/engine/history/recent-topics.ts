import type { Database, Statement } from './driver';
import { LAST_HEAD_BYTES } from './layout';
import { storedHead } from './run-messages';
import type { Run, RunSource } from './run-source';

/** What a topic's row says: its messages in segments, and perhaps some of the batches that are becoming one. */
export interface TopicRow {
  readonly key: number;
  readonly count: number;
  readonly lastId: number;
  readonly lastTimeUs: number;
  readonly lastFlags: number;
  readonly lastSizeBytes: number;
  /** The beginning of the last payload; null when it was removed. */
  readonly lastPayload: Uint8Array | null;
}

/** The columns of `TopicRow`, of `topics`. */
export const TOPIC_COLUMNS = `topics.key, topics.count, topics.last_id AS lastId, topics.last_time_us AS lastTimeUs,
  topics.last_flags AS lastFlags, topics.last_size AS lastSizeBytes, topics.last_head AS lastPayload`;

/** A topic's messages in a profile's batches. */
interface Recent {
  /** Ascending. */
  readonly ids: number[];
  /** The last one's place. */
  run: Run;
  at: number;
}

interface Seen {
  readonly mark: string;
  readonly topics: ReadonlyMap<number, Recent>;
}

/**
 * What the messages in batches add to their topics' rows. It is kept until the profile's batches are others, because
 * a tree of 100,000 topics is read in pages. To be asked within one transaction per page.
 */
export class RecentTopics {
  readonly #source: RunSource;
  readonly #mark: Statement<string>;
  readonly #seen = new Map<number, Seen>();

  constructor(database: Database, source: RunSource) {
    this.#source = source;
    // Batches come and go in the order of their ids, which are never used twice: this tells each set from all others.
    this.#mark = database
      .prepare<unknown[], string>(
        "SELECT count(*) || ' ' || min(first_id) || ' ' || max(first_id) FROM batches WHERE profile = ?",
      )
      .pluck();
  }

  /** Keys of the topics with messages in a profile's batches. */
  keys(profile: number): Iterable<number> {
    return this.#of(profile).keys();
  }

  /** The rows with what came on top of them. */
  added<Row extends TopicRow>(profile: number, rows: readonly Row[]): Row[] {
    const topics = this.#of(profile);
    // The same bodies are needed again and again within a page, and take memory beyond it.
    const bodies = new Map<Run, Uint8Array>();
    const bodyOf = (run: Run): Uint8Array => {
      const body = bodies.get(run) ?? run.readBody();
      bodies.set(run, body);
      return body;
    };
    return rows.map((row) => {
      const recent = topics.get(row.key);
      const count = recent?.ids.filter((id) => id > row.lastId).length ?? 0;
      if (recent === undefined || count === 0) return row;
      const { run, at } = recent;
      const last = storedHead(run, at, bodyOf(run));
      return {
        ...row,
        count: row.count + count,
        lastId: last.id,
        lastTimeUs: last.timeUs,
        lastFlags: last.flags,
        lastSizeBytes: last.sizeBytes,
        lastPayload: Uint8Array.from(last.head.subarray(0, LAST_HEAD_BYTES)),
      };
    });
  }

  #of(profile: number): ReadonlyMap<number, Recent> {
    const mark = this.#mark.get(profile) ?? '';
    const seen = this.#seen.get(profile);
    if (seen?.mark === mark) return seen.topics;
    const topics = this.#collect(profile);
    this.#seen.set(profile, { mark, topics });
    return topics;
  }

  #collect(profile: number): ReadonlyMap<number, Recent> {
    const topics = new Map<number, Recent>();
    for (const unit of this.#source.unitsAfter(profile, 0)) {
      if (unit.kind === 'batch') for (const run of this.#source.runs(unit)) addRun(topics, run);
    }
    return topics;
  }
}

function addRun(topics: Map<number, Recent>, run: Run): void {
  const { heads } = run;
  for (let at = 0; at < heads.length; at++) {
    const topic = heads.topics[at] ?? 0;
    const id = heads.ids[at] ?? 0;
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, { ids: [id], run, at });
    else {
      known.ids.push(id);
      known.run = run;
      known.at = at;
    }
  }
}
