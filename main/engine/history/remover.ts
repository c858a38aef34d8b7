import { numberOf } from './database';
import type { Database, Statement } from './driver';
import { ROW_BYTES } from './layout';

/** A call ends after so many bytes: giving back the pages of large payloads takes its time as well. */
const STEP_BYTES = 16 * 1024 * 1024;

/** Free pages are normally used again; beyond so many (and a sixteenth of the file) they go back to the disk. */
const FREE_PAGES_KEPT = 2_048;

/** Given back per call: 1 MiB. */
const FREE_PAGES_STEP = 256;

interface Span {
  readonly first_id: number;
  readonly last_id: number;
  readonly session: number;
  readonly first_time_us: number;
}

interface Row {
  readonly id: number;
  readonly time_us: number;
  readonly bytes: number;
  readonly rest_bytes: number;
}

/** What a call may still remove. */
interface Allowance {
  messages: number;
  bytes: number;
}

/** Removes the past, oldest first, in steps of a few milliseconds. */
export class Remover {
  readonly #database: Database;
  readonly #oldestSpan: Statement<Span>;
  readonly #rows: Statement<Row>;
  readonly #deleteParts: Statement;
  readonly #deleteRows: Statement;
  readonly #deleteSpan: Statement;
  readonly #shortenSpan: Statement;
  readonly #profileBytes: Statement<number>;
  readonly #updateProfile: Statement;
  readonly #extendGap: Statement;
  readonly #insertGap: Statement;
  readonly #forgetTopics: Statement;
  readonly #forgetRest: readonly Statement[];

  constructor(database: Database) {
    this.#database = database;
    this.#oldestSpan = database.prepare(
      `SELECT first_id, last_id, session, first_time_us FROM spans WHERE profile = ? ORDER BY first_id LIMIT 1`,
    );
    // The length of a blob is known without reading it.
    this.#rows = database.prepare(
      `SELECT id, time_us, rest_bytes,
         ${String(ROW_BYTES)} + length(payload) + rest_bytes + coalesce(length(properties), 0) AS bytes
       FROM messages WHERE id BETWEEN ? AND ? AND session = ? ORDER BY id LIMIT ?`,
    );
    this.#deleteParts = database.prepare('DELETE FROM message_parts WHERE message = ?');
    this.#deleteRows = database.prepare(
      'DELETE FROM messages WHERE id BETWEEN ? AND ? AND session = ?',
    );
    this.#deleteSpan = database.prepare('DELETE FROM spans WHERE profile = ? AND first_id = ?');
    this.#shortenSpan = database.prepare(
      'UPDATE spans SET first_id = ?, first_time_us = ? WHERE profile = ? AND first_id = ?',
    );
    this.#profileBytes = database
      .prepare<unknown[], number>('SELECT bytes FROM profiles WHERE key = ?')
      .pluck();
    this.#updateProfile = database.prepare(
      'UPDATE profiles SET pruned = pruned + ?, bytes = bytes - ? WHERE key = ?',
    );
    this.#extendGap = database.prepare(
      `UPDATE gaps SET to_us = max(to_us, ?), messages = messages + ? WHERE session = ? AND kind = 'pruned'`,
    );
    this.#insertGap = database.prepare(
      `INSERT INTO gaps (session, kind, from_us, to_us, messages, detail) VALUES (?, 'pruned', ?, ?, ?, ?)`,
    );
    this.#forgetTopics = database.prepare(
      'DELETE FROM topics WHERE key IN (SELECT key FROM topics WHERE profile = ? LIMIT ?)',
    );
    this.#forgetRest = [
      database.prepare(
        'DELETE FROM gaps WHERE session IN (SELECT key FROM sessions WHERE profile = ?)',
      ),
      database.prepare('DELETE FROM sessions WHERE profile = ?'),
      database.prepare('DELETE FROM profiles WHERE key = ?'),
    ];
  }

  /** See `History.prune`. */
  prune(profile: number, maxBytes: number, maxMessages: number): number {
    const removed = this.#inTransaction(() => {
      const excess = (this.#profileBytes.get(profile) ?? 0) - maxBytes;
      return this.#removeOldest(profile, {
        messages: maxMessages,
        bytes: Math.min(excess, STEP_BYTES),
      });
    });
    this.#giveBackPages();
    return removed;
  }

  /** See `History.forget`. */
  forget(profile: number, maxMessages: number): boolean {
    const isGone = this.#inTransaction(() => {
      const removed = this.#removeOldest(profile, { messages: maxMessages, bytes: STEP_BYTES });
      if (removed > 0 || this.#forgetTopics.run(profile, maxMessages).changes > 0) return false;
      for (const statement of this.#forgetRest) statement.run(profile);
      return true;
    });
    this.#giveBackPages();
    return isGone;
  }

  #inTransaction<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }

  #removeOldest(profile: number, allowance: Allowance): number {
    const before = allowance.messages;
    while (allowance.messages > 0 && allowance.bytes > 0) {
      const span = this.#oldestSpan.get(profile);
      if (!span) break;
      this.#removeFromSpan(profile, span, allowance);
    }
    return before - allowance.messages;
  }

  #removeFromSpan(profile: number, span: Span, allowance: Allowance): void {
    const rows = this.#rows.all(span.first_id, span.last_id, span.session, allowance.messages + 1);
    let count = 0;
    let bytes = 0;
    for (; count < rows.length; count++) {
      const row = rows[count];
      if (!row || count >= allowance.messages || bytes >= allowance.bytes) break;
      bytes += row.bytes;
      if (row.rest_bytes > 0) this.#deleteParts.run(row.id);
    }
    const last = rows[count - 1];
    const next = rows[count];
    if (last) {
      this.#deleteRows.run(span.first_id, last.id, span.session);
      this.#updateProfile.run(count, bytes, profile);
      this.#noteGap(span, last.time_us, count);
    }
    if (next) this.#shortenSpan.run(next.id, next.time_us, profile, span.first_id);
    else this.#deleteSpan.run(profile, span.first_id);
    allowance.messages -= count;
    allowance.bytes -= bytes;
  }

  #noteGap(span: Span, toUs: number, messages: number): void {
    if (this.#extendGap.run(toUs, messages, span.session).changes > 0) return;
    const detail = 'Older messages were removed to stay within the limit of the history.';
    this.#insertGap.run(span.session, span.first_time_us, toUs, messages, detail);
  }

  /** Taking all at once would stop the engine for seconds; what stays is used by the next messages. */
  #giveBackPages(): void {
    const kept = Math.max(FREE_PAGES_KEPT, numberOf(this.#database, 'page_count') / 16);
    if (numberOf(this.#database, 'freelist_count') <= kept) return;
    this.#database.pragma(`incremental_vacuum(${String(FREE_PAGES_STEP)})`);
  }
}
