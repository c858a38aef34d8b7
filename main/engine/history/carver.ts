import type { Database, Statement } from './driver';
import type { GapKind } from './history';
import { Removal } from './removal';
import type { Remover } from './remover';
import type { MessageChoice } from './message-choice';
import type { RunSource, Unit } from './run-source';
import type { IsOver, SegmentBuilder, Source } from './segment-builder';
import type { SessionRanges } from './session-ranges';

/** Why messages are taken out, as their gaps say it. */
export interface CarveReason {
  readonly kind: Extract<GapKind, 'pruned' | 'deleted'>;
  readonly detail: string;
}

interface UnitSize {
  readonly bytes: number;
  readonly partBytes: number;
  readonly level: number;
}

export interface CarverParts {
  readonly source: RunSource;
  readonly builder: SegmentBuilder;
  readonly remover: Remover;
  readonly ranges: SessionRanges;
}

/**
 * Takes chosen messages out of a batch or a segment. One that is meant as a whole goes; of a segment that is not, the
 * rest is written anew. Counters, minutes, gaps and topics follow in the transaction in which the messages are gone.
 */
export class Carver {
  readonly #parts: CarverParts;
  readonly #size: Statement<UnitSize>;
  readonly #deleteParts: Statement;
  readonly #deletedOfTopic: Statement;
  readonly #prunedOfTopic: Statement;
  readonly #takeFromMinute: Statement;
  readonly #forgetMinute: Statement;
  readonly #updateProfile: Statement;
  readonly #countDeleted: Statement;
  readonly #extendGap: Statement;
  readonly #insertGap: Statement;

  constructor(database: Database, parts: CarverParts) {
    this.#parts = parts;
    this.#size = database.prepare(
      'SELECT bytes, part_bytes AS partBytes, level FROM segments WHERE key = ?',
    );
    this.#deleteParts = database.prepare('DELETE FROM message_parts WHERE message = ?');
    const headGone = 'last_head = CASE last_id WHEN ? THEN NULL ELSE last_head END WHERE key = ?';
    this.#deletedOfTopic = database.prepare(
      `UPDATE topics SET count = max(0, count - ?), ${headGone}`,
    );
    this.#prunedOfTopic = database.prepare(`UPDATE topics SET ${headGone}`);
    this.#takeFromMinute = database.prepare(
      `UPDATE minutes SET messages = max(0, messages - ?), bytes = max(0, bytes - ?)
       WHERE profile = ? AND minute = ?`,
    );
    this.#forgetMinute = database.prepare(
      'DELETE FROM minutes WHERE profile = ? AND minute = ? AND messages = 0',
    );
    this.#updateProfile = database.prepare(
      'UPDATE profiles SET pruned = pruned + ?, bytes = bytes - ? WHERE key = ?',
    );
    this.#countDeleted = database.prepare(
      'UPDATE profiles SET deleted = deleted + ? WHERE key = ?',
    );
    this.#extendGap = database.prepare(
      `UPDATE gaps SET from_us = min(from_us, ?), to_us = max(to_us, ?), messages = messages + ?
       WHERE session = ? AND kind = ? AND (kind = 'pruned' OR detail = ?)`,
    );
    this.#insertGap = database.prepare(
      `INSERT INTO gaps (session, kind, from_us, to_us, messages, detail) VALUES (?, ?, ?, ?, ?, ?)`,
    );
  }

  /**
   * Yields when a slice is over; nothing else may change the unit until it returns. A batch goes whole or stays whole.
   * @returns how many messages are gone
   */
  *carve(
    profile: number,
    unit: Unit,
    choice: MessageChoice,
    reason: CarveReason,
    isOver: IsOver,
  ): Generator<undefined, number> {
    const removal = yield* this.#collect(profile, unit, choice, isOver);
    const isWhole = removal.messages === unit.messages;
    if (removal.messages === 0 || (unit.kind === 'batch' && !isWhole)) return 0;
    if (isWhole) this.#parts.remover.drop(profile, unit);
    else yield* this.#rewrite(profile, unit, choice, removal, isOver);
    this.#note(profile, removal, reason);
    return removal.messages;
  }

  *#collect(
    profile: number,
    unit: Unit,
    choice: MessageChoice,
    isOver: IsOver,
  ): Generator<undefined, Removal> {
    const { source, ranges } = this.#parts;
    const removal = new Removal(ranges.of(profile));
    if (choice.covers(unit) === 'none') return removal;
    for (const run of source.runs(unit)) {
      choice.forEachIn(run, (at) => {
        removal.add(run, at);
      });
      if (isOver()) yield;
    }
    return removal;
  }

  *#rewrite(
    profile: number,
    unit: Unit,
    choice: MessageChoice,
    removal: Removal,
    isOver: IsOver,
  ): Generator<undefined, void> {
    const size = this.#size.get(unit.key) ?? { bytes: 0, partBytes: 0, level: 0 };
    const source: Source = { ...unit, ...size };
    const { partBytes } = removal;
    const leaves = (topic: number, id: number, timeUs: number): boolean =>
      choice.takes(topic, id, timeUs);
    const plan = { profile, sources: [source], level: size.level, without: { leaves, partBytes } };
    yield* this.#parts.builder.build(plan, isOver);
    for (const id of removal.large) this.#deleteParts.run(id);
    this.#updateProfile.run(removal.messages, partBytes, profile);
  }

  #note(profile: number, removal: Removal, { kind, detail }: CarveReason): void {
    for (const [topic, { messages, lastId }] of removal.topics) {
      if (kind === 'deleted') this.#deletedOfTopic.run(messages, lastId, topic);
      else this.#prunedOfTopic.run(lastId, topic);
    }
    for (const [minute, { messages, bytes }] of removal.minutes) {
      this.#takeFromMinute.run(messages, bytes, profile, minute);
      this.#forgetMinute.run(profile, minute);
    }
    for (const [session, { messages, fromUs, toUs }] of removal.sessions) {
      const { changes } = this.#extendGap.run(fromUs, toUs, messages, session, kind, detail);
      if (changes === 0) this.#insertGap.run(session, kind, fromUs, toUs, messages, detail);
    }
    if (kind === 'deleted') this.#countDeleted.run(removal.messages, profile);
  }
}
