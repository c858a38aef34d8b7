import type { Message } from '../../../app/message';
import { damagedRun } from './bytes';
import { historyError, openForReading, type Database, type Statement } from './driver';
import { Run, type RunBlobs, type RunRow } from './run-source';
import { RunMessages } from './run-messages';

/** Keys that are tried after the last one that could be read, where the largest key cannot be found. */
const BLIND_KEYS = 100_000;

export interface DamagedTopic {
  readonly profileId: string;
  readonly name: string;
}

/** A batch, or the blocks of a segment, as far as they can be found. */
export interface DamagedUnit {
  readonly profile: number;
  readonly firstId: number;
  readonly runs: readonly Run[];
}

interface DamagedSession {
  readonly key: number;
  readonly profileId: string;
  readonly firstId: number;
  readonly startedUs: number;
}

interface UnitRow {
  readonly key: number;
  readonly profile: number;
  readonly firstId: number;
  readonly messages: number;
}

/**
 * A damaged history, read row by row by their keys: an index, or a page of a table, that cannot be read costs what
 * stands in it and nothing else.
 */
export class DamagedFile {
  /** Messages of batches and segments whose rows are there that could not be read. */
  lost = 0;
  /** Places that could not be read. */
  unreadable = 0;
  readonly #database: Database;
  readonly #messages: RunMessages;
  readonly #profileIds = new Map<number, string>();
  readonly #sessions: readonly DamagedSession[];
  readonly #lastIds = new Map<number, number>();

  /** @throws LoupeError `history-unavailable` when not even its structure can be read */
  constructor(file: string) {
    this.#database = openForReading(file);
    try {
      this.#messages = new RunMessages(this.#database);
      for (const { key, id } of this.#rows<{ key: number; id: string }>('profiles', 'key, id')) {
        this.#profileIds.set(key, id);
      }
      this.#sessions = this.#readSessions();
    } catch (error) {
      this.#database.close();
      throw historyError(`Nothing can be read of the history ${file}`, error);
    }
  }

  close(): void {
    this.#database.close();
  }

  profiles(): { readonly id: string; readonly settings: string | null }[] {
    return [...this.#rows<{ id: string; settings: string | null }>('profiles', 'id, settings')];
  }

  topics(): ReadonlyMap<number, DamagedTopic> {
    const topics = new Map<number, DamagedTopic>();
    const rows = this.#rows<{ key: number; profile: number; name: string }>(
      'topics',
      'key, profile, name',
    );
    for (const { key, profile, name } of rows) {
      topics.set(key, { profileId: this.#idOf(profile), name });
    }
    return topics;
  }

  profileIdOf({ profile }: DamagedUnit): string {
    return this.#idOf(profile);
  }

  /** The session of a message; undefined when its row cannot be read. */
  sessionOf(profileId: string, id: number): DamagedSession | undefined {
    return this.#sessions.findLast((one) => one.profileId === profileId && one.firstId <= id);
  }

  /** In the order of ids; of each profile none before what an earlier one had. */
  units(): readonly DamagedUnit[] {
    const units: DamagedUnit[] = [];
    const columns = 'key, profile, first_id AS firstId, messages';
    for (const { key, ...row } of this.#rows<UnitRow>('batches', columns)) {
      units.push({ ...row, runs: this.#runs('batches', 'key = ?', [key]) });
    }
    const blocks = new Map<number, number[]>();
    for (const { key, segment } of this.#rows<{ key: number; segment: number }>(
      'blocks',
      'key, segment',
    )) {
      blocks.set(segment, [...(blocks.get(segment) ?? []), key]);
    }
    for (const { key, ...row } of this.#rows<UnitRow>('segments', columns)) {
      const runs = (blocks.get(key) ?? []).flatMap((block) =>
        this.#runs('blocks', 'key = ?', [block]),
      );
      const found = runs.reduce((sum, run) => sum + run.bounds.messages, 0);
      this.lost += Math.max(0, row.messages - found);
      units.push({ ...row, runs });
    }
    return units.sort((one, other) => one.firstId - other.firstId);
  }

  /** Those that can be read whole, in the order of ids. */
  *messagesOf(unit: DamagedUnit): Generator<{ topicKey: number; message: Message }> {
    const found = unit.runs.flatMap((run) => this.#messagesOfRun(run));
    found.sort((one, other) => one.message.id - other.message.id);
    let before = this.#lastIds.get(unit.profile) ?? 0;
    for (const one of found) {
      // Twice the same, or an order that cannot be: the first one counts.
      if (one.message.id <= before) continue;
      before = one.message.id;
      yield one;
    }
    this.#lastIds.set(unit.profile, before);
  }

  #messagesOfRun(run: Run): { topicKey: number; message: Message }[] {
    const messages: { topicKey: number; message: Message }[] = [];
    try {
      const { heads } = run;
      if (!isWithinBounds(run)) throw damagedRun();
      for (let at = 0; at < heads.length; at++) {
        const message = this.#messages.messageOf(run, at, Infinity);
        if (message.payload.length < message.sizeBytes) this.#lose(1);
        else messages.push({ topicKey: heads.topics[at] ?? 0, message });
      }
    } catch {
      // What was read of it before the damage is right.
      this.#lose(run.bounds.messages - messages.length);
    }
    return messages;
  }

  #lose(messages: number): void {
    this.lost += messages;
    this.unreadable += 1;
  }

  #runs(table: 'batches' | 'blocks', where: string, parameters: readonly number[]): Run[] {
    const blob = (name: string): Statement<Uint8Array> =>
      this.#database
        .prepare<unknown[], Uint8Array>(`SELECT ${name} FROM ${table} WHERE key = ?`)
        .pluck();
    const blobs: RunBlobs = { topics: blob('topics'), heads: blob('heads'), body: blob('body') };
    try {
      const row = this.#database
        .prepare<unknown[], RunRow>(
          `SELECT key, first_id AS firstId, last_id AS lastId, first_us AS firstUs, last_us AS lastUs, messages, large, codec
           FROM ${table} WHERE ${where}`,
        )
        .get(...parameters);
      return row === undefined ? [] : [new Run(row, blobs)];
    } catch {
      this.unreadable += 1;
      return [];
    }
  }

  #readSessions(): DamagedSession[] {
    const rows = this.#rows<{
      key: number;
      profile: number;
      firstId: number | null;
      startedUs: number;
    }>('sessions', 'key, profile, first_id AS firstId, started_us AS startedUs');
    const sessions: DamagedSession[] = [];
    for (const { key, profile, firstId, startedUs } of rows) {
      if (firstId === null) continue;
      sessions.push({ key, profileId: this.#idOf(profile), firstId, startedUs });
    }
    return sessions.sort((one, other) => one.firstId - other.firstId);
  }

  #idOf(profile: number): string {
    return this.#profileIds.get(profile) ?? `unknown-${String(profile)}`;
  }

  /** A table's rows in the order of their keys; after one that cannot be read the next keys are tried one by one. */
  *#rows<Row>(table: string, columns: string): Generator<Row> {
    const next = this.#database.prepare<unknown[], { readonly at: number } & Row>(
      `SELECT key AS at, ${columns} FROM ${table} WHERE key > ? ORDER BY key LIMIT 1`,
    );
    const one = this.#database.prepare<unknown[], { readonly at: number } & Row>(
      `SELECT key AS at, ${columns} FROM ${table} WHERE key = ?`,
    );
    let last = this.#lastKey(table);
    for (let after = 0; after < last;) {
      const row = attempt(() => next.get(after));
      if (row === undefined) return;
      if (row !== null) {
        yield row;
        after = row.at;
        last = Math.max(last, after);
        continue;
      }
      this.unreadable += 1;
      for (after += 1; after <= last; after += 1) {
        const found = attempt(() => one.get(after));
        if (found === null || found === undefined) continue;
        yield found;
        break;
      }
    }
  }

  #lastKey(table: string): number {
    const last = attempt(() =>
      this.#database
        .prepare<unknown[], number | null>(`SELECT max(key) FROM ${table}`)
        .pluck()
        .get(),
    );
    return last ?? BLIND_KEYS;
  }
}

/** What is not compressed can be read when it is damaged, too: its ids and times tell. */
function isWithinBounds({ heads, bounds }: Run): boolean {
  const { firstId, lastId, firstUs, lastUs } = bounds;
  return (
    heads.ids.every((id) => id >= firstId && id <= lastId) &&
    heads.timesUs.every((timeUs) => timeUs >= firstUs && timeUs <= lastUs)
  );
}

/** Null when it cannot be read. */
function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}
