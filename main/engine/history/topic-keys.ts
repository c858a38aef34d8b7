import { LoupeError } from '../../../app/errors';
import type { Database, Statement } from './driver';

/**
 * Gives topics their keys. A new topic is kept in memory until the next batch is stored, and written with it: a
 * transaction per topic would take seconds when a broker with 100,000 of them is opened.
 */
export class TopicKeys {
  readonly #find: Statement<number>;
  readonly #insert: Statement;
  /** Profile key → name → key, of topics that are not in the database yet. */
  readonly #pending = new Map<number, Map<string, number>>();
  #next: number;

  constructor(database: Database) {
    this.#find = database
      .prepare<unknown[], number>('SELECT key FROM topics WHERE profile = ? AND name = ?')
      .pluck();
    this.#insert = database.prepare('INSERT INTO topics (key, profile, name) VALUES (?, ?, ?)');
    const next = database
      .prepare<unknown[], number>('SELECT next_topic FROM position')
      .pluck()
      .get();
    this.#next = next ?? 1;
  }

  /** The first key that was never given. */
  get next(): number {
    return this.#next;
  }

  /** @throws LoupeError `invalid-argument` when the name is not Unicode: two such names could not be told apart */
  intern(profile: number, name: string): number {
    const waiting = this.#pending.get(profile);
    const known = waiting?.get(name) ?? this.#find.get(profile, name);
    if (known !== undefined) return known;
    if (/\p{Surrogate}/u.test(name)) {
      throw new LoupeError(
        'invalid-argument',
        'The topic cannot be stored: its name is not valid Unicode.',
      );
    }
    const key = this.#next++;
    if (waiting) waiting.set(name, key);
    else this.#pending.set(profile, new Map([[name, key]]));
    return key;
  }

  /** Within the transaction of a batch: writes the new topics. */
  writePending(): void {
    for (const [profile, names] of this.#pending) {
      for (const [name, key] of names) this.#insert.run(key, profile, name);
    }
  }

  /** The transaction succeeded. */
  committed(): void {
    if (this.#pending.size > 0) this.#pending.clear();
  }

  forget(profile: number): void {
    this.#pending.delete(profile);
  }
}
