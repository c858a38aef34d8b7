import type { Database, Statement } from '../driver';

interface NamedTopic {
  readonly key: number;
  readonly name: string;
}

/** The topics at and below a path, by key; the last branch that was asked for is remembered. */
export class BranchTopics {
  readonly #profile: number;
  readonly #below: Statement<NamedTopic>;
  readonly #newest: Statement<number | null>;
  readonly #named: Statement<NamedTopic>;
  readonly #name: Statement<string>;
  #last: { path: string; newest: number; topics: ReadonlyMap<number, string> } | null = null;

  constructor(database: Database, profile: number) {
    this.#profile = profile;
    // Compared byte by byte: no collation, wildcard or end of text takes part.
    this.#below = database.prepare(
      `SELECT key, name FROM topics WHERE profile = :profile AND
         (length(:path) = 0 OR CAST(name AS BLOB) = :path OR
          substr(CAST(name AS BLOB), 1, length(:path) + 1) = :prefix)`,
    );
    this.#named = database.prepare('SELECT key, name FROM topics WHERE profile = ? AND name = ?');
    this.#name = database
      .prepare<unknown[], string>('SELECT name FROM topics WHERE key = ?')
      .pluck();
    this.#newest = database
      .prepare<unknown[], number | null>('SELECT max(key) FROM topics WHERE profile = ?')
      .pluck();
  }

  /** @param path empty for all topics */
  of(path: string): ReadonlyMap<number, string> {
    const newest = this.#newest.get(this.#profile) ?? 0;
    if (this.#last?.path === path && this.#last.newest === newest) return this.#last.topics;
    const names = { path: Buffer.from(path), prefix: Buffer.from(`${path}/`) };
    const rows = this.#below.all({ profile: this.#profile, ...names });
    const topics = new Map(rows.map(({ key, name }) => [key, name]));
    this.#last = { path, newest, topics };
    return topics;
  }

  /** The topic of exactly this name, if there is one. */
  named(name: string): ReadonlyMap<number, string> {
    const row = this.#named.get(this.#profile, name);
    return new Map(row && [[row.key, row.name]]);
  }

  nameOf(key: number): string {
    return this.#name.get(key) ?? '';
  }
}
