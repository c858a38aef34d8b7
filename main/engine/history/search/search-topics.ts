import { isTopicFilter, topicMatches } from '../../../../app/topic';
import type { Database, Statement } from '../driver';
import type { Needle } from './needle';

interface TopicRow {
  readonly key: number;
  readonly name: string;
}

const PAGE = 2_000;

/** Which topics of a profile a search means: by its filters, and by their names for each of its terms. */
export class SearchTopics {
  readonly #rows: Statement<TopicRow>;
  readonly #profile: number;
  readonly #filters: readonly string[];
  readonly #needles: readonly (Needle | null)[];
  readonly #meant = new Set<number>();
  readonly #named: readonly Set<number>[];
  #lastKey = 0;

  /** @param needles of each term that may be found in a topic's name; null for the others */
  constructor(
    database: Database,
    profile: number,
    filters: readonly string[],
    needles: readonly (Needle | null)[],
  ) {
    this.#rows = database.prepare(
      'SELECT key, name FROM topics WHERE profile = ? AND key > ? ORDER BY key LIMIT ?',
    );
    this.#profile = profile;
    this.#filters = filters;
    this.#needles = needles;
    this.#named = needles.map(() => new Set<number>());
  }

  /** Whether every topic is meant. */
  get all(): boolean {
    return this.#filters.length === 0;
  }

  isMeant(topic: number): boolean {
    return this.#filters.length === 0 || this.#meant.has(topic);
  }

  /** Whether a term is found in a topic's name. */
  hasInName(term: number, topic: number): boolean {
    return this.#named[term]?.has(topic) ?? false;
  }

  /** Whether a term is found in any name. */
  hasInAnyName(term: number): boolean {
    return (this.#named[term]?.size ?? 0) > 0;
  }

  /** Learns the names that came since the last call, for a while. @returns whether there are more */
  load(isOver: () => boolean): boolean {
    if (this.#filters.length === 0 && this.#needles.every((needle) => needle === null))
      return false;
    for (;;) {
      const rows = this.#rows.all(this.#profile, this.#lastKey, PAGE);
      for (const row of rows) this.#add(row);
      this.#lastKey = rows.at(-1)?.key ?? this.#lastKey;
      if (rows.length < PAGE) return false;
      if (isOver()) return true;
    }
  }

  #add({ key, name }: TopicRow): void {
    if (this.#filters.some((filter) => isMatch(filter, name))) this.#meant.add(key);
    const bytes = Buffer.from(name);
    for (const [term, needle] of this.#needles.entries()) {
      if (needle !== null && needle.find(bytes, 0) >= 0) this.#named[term]?.add(key);
    }
  }
}

function isMatch(filter: string, name: string): boolean {
  return isTopicFilter(filter) ? topicMatches(filter, name) : filter === name;
}
