import { messageOf } from '../../../app/errors';
import type { Database } from './driver';
import { HEAD_BYTES, RUN_ROW_BYTES } from './layout';
import { ProblemList } from './problem-list';
import { RunSource, type Run, type Unit } from './run-source';

/** What is wrong, in words; empty when all is sound. One snapshot of the file, also while it is written. */
export function problemsOf(database: Database): string[] {
  const look = database.transaction(() => {
    const damages = database.pragma('integrity_check(20)') as { integrity_check: string }[];
    const damage = damages.map((row) => row.integrity_check).filter((words) => words !== 'ok');
    // What a damaged file would answer says nothing.
    return damage.length > 0 ? damage : new Check(database).run();
  });
  return look.deferred();
}

interface Profile {
  readonly key: number;
  readonly id: string;
  readonly stored: number;
  readonly pruned: number;
  readonly deleted: number;
  readonly bytes: number;
}

/** What a unit's row says of it, beside its bounds. */
interface UnitRow {
  readonly bytes: number;
  readonly partBytes: number;
  readonly rawBytes: number;
}

interface TopicCount {
  readonly key: number;
  readonly name: string;
  readonly profile: number;
  readonly count: number;
  readonly lastId: number;
}

/** What is there of a topic. */
interface Found {
  /** Messages in segments, and those in batches that the topic's row does not count. */
  beyondRow: number;
  inSegments: number;
  last: number;
}

/** One run through everything that is stored, a unit at a time. */
class Check {
  readonly #database: Database;
  readonly #source: RunSource;
  readonly #problems = new ProblemList();
  readonly #topics: ReadonlyMap<number, TopicCount>;
  readonly #found = new Map<number, Found>();
  #lastId = 0;
  #parts = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#source = new RunSource(database);
    const topics = this.#rows<TopicCount>(
      'SELECT key, name, profile, count, last_id AS lastId FROM topics',
    );
    this.#topics = new Map(topics.map((topic) => [topic.key, topic]));
  }

  run(): string[] {
    const profiles = this.#rows<Profile>(
      'SELECT key, id, stored, pruned, deleted, bytes FROM profiles',
    );
    for (const profile of profiles) this.#checkProfile(profile);
    this.#checkOwners();
    this.#checkParts();
    this.#checkPosition();
    return this.#problems.words();
  }

  #checkProfile(profile: Profile): void {
    this.#found.clear();
    let messages = 0;
    let bytes = 0;
    let before = 0;
    for (const unit of this.#source.unitsAfter(profile.key, 0)) {
      const name = `${unit.kind} ${String(unit.key)} of profile ${profile.id}`;
      if (unit.firstId <= before)
        this.#problems.note('overlap', `${name} overlaps with the one before it`);
      before = Math.max(before, unit.lastId);
      const row = this.#unitRow(unit);
      this.#checkUnit(profile, unit, row, name);
      messages += unit.messages;
      bytes += row.bytes + row.partBytes;
    }
    this.#lastId = Math.max(this.#lastId, before);
    const counted = profile.stored - profile.pruned;
    if (counted !== messages || profile.bytes !== bytes) {
      this.#problems.note(
        'profile',
        `profile ${profile.id}: ${String(counted)} messages (${String(profile.bytes)} bytes) were counted, ` +
          `${String(messages)} (${String(bytes)} bytes) are there`,
      );
    }
    this.#checkTopics(profile);
    this.#checkSessions(profile);
    this.#checkMinutes(profile, messages);
  }

  #unitRow(unit: Unit): UnitRow {
    const table = unit.kind === 'batch' ? 'batches' : 'segments';
    const [row] = this.#rows<UnitRow>(
      `SELECT bytes, part_bytes AS partBytes, raw_bytes AS rawBytes FROM ${table} WHERE key = ?`,
      unit.key,
    );
    return row ?? { bytes: 0, partBytes: 0, rawBytes: 0 };
  }

  #checkUnit(profile: Profile, unit: Unit, row: UnitRow, name: string): void {
    const sum = { messages: 0, large: 0, partBytes: 0, rawBytes: 0 };
    try {
      for (const run of this.#source.runs(unit)) {
        this.#checkRun(profile, unit, run, name);
        const { heads, body } = run;
        sum.messages += heads.length;
        sum.rawBytes += body.length;
        for (const [at, size] of heads.sizes.entries()) {
          if (size <= HEAD_BYTES) continue;
          sum.large += 1;
          sum.partBytes += size - HEAD_BYTES;
          this.#checkPart(heads.ids[at] ?? 0, size - HEAD_BYTES);
        }
      }
    } catch (error) {
      this.#problems.note('unreadable', `${name} cannot be read: ${messageOf(error)}`);
      return;
    }
    const isTrue =
      sum.messages === unit.messages &&
      sum.large === unit.large &&
      sum.partBytes === row.partBytes &&
      sum.rawBytes === row.rawBytes &&
      this.#bytesOf(unit) === row.bytes;
    if (!isTrue)
      this.#problems.note('unit', `${name} has other messages or bytes than its row says`);
  }

  #checkRun(profile: Profile, unit: Unit, run: Run, name: string): void {
    const { topics, ids, length, timesUs } = run.heads;
    this.#checkRunBounds(unit, run, name);
    const { firstId, lastId, firstUs, lastUs } = run.bounds;
    for (let at = 0; at < length; at++) {
      const id = ids[at] ?? 0;
      const timeUs = timesUs[at] ?? 0;
      const topic = topics[at] ?? 0;
      const isSame = at > 0 && topics[at - 1] === topic;
      if (isSame && id <= (ids[at - 1] ?? 0)) {
        this.#problems.note('order', `${name}: message ${String(id)} is out of order`);
      }
      if (id < firstId || id > lastId || timeUs < firstUs || timeUs > lastUs) {
        this.#problems.note('bounds', `${name}: message ${String(id)} lies outside its bounds`);
      }
      this.#count(profile, unit, topic, id);
    }
  }

  /** By these a run is found. */
  #checkRunBounds(unit: Unit, { bounds, heads, key }: Run, name: string): void {
    const isInside =
      bounds.firstId >= unit.firstId &&
      bounds.lastId <= unit.lastId &&
      bounds.firstUs >= unit.firstUs &&
      bounds.lastUs <= unit.lastUs;
    if (!isInside)
      this.#problems.note('run', `${name}: its run ${String(key)} lies outside its bounds`);
    if (unit.kind === 'batch') return;
    const [row] = this.#rows<{ first: number; last: number }>(
      'SELECT first_topic AS first, last_topic AS last FROM blocks WHERE key = ?',
      key,
    );
    if (row?.first === heads.topics[0] && row?.last === heads.topics.at(-1)) return;
    this.#problems.note('topics', `${name}: its run ${String(key)} is not found by its topics`);
  }

  #count(profile: Profile, unit: Unit, topic: number, id: number): void {
    const row = this.#topics.get(topic);
    if (row?.profile !== profile.key) {
      this.#problems.note('topic', `message ${String(id)} belongs to no topic of its profile`);
      return;
    }
    let found = this.#found.get(topic);
    if (found === undefined) {
      found = { beyondRow: 0, inSegments: 0, last: 0 };
      this.#found.set(topic, found);
    }
    if (id > row.lastId) found.beyondRow += 1;
    if (unit.kind === 'segment') {
      found.inSegments += 1;
      found.last = Math.max(found.last, id);
    }
  }

  /** All that was ever stored of a profile and not deleted is counted by its topics, too: in rows, or beyond them in batches. */
  #checkTopics(profile: Profile): void {
    let counted = 0;
    for (const topic of this.#topics.values()) {
      if (topic.profile !== profile.key) continue;
      const found = this.#found.get(topic.key);
      counted += topic.count + (found?.beyondRow ?? 0);
      if (found === undefined) continue;
      if (found.last > topic.lastId || found.inSegments > topic.count) {
        this.#problems.note(
          'topic row',
          `the row of topic ${topic.name} knows fewer messages than it has`,
        );
      }
    }
    const ever = profile.stored - profile.deleted;
    // A profile that is being forgotten loses its messages first, then its topics some at a time, and is gone at last.
    const isBeingForgotten = profile.stored === profile.pruned && counted < ever;
    if (counted !== ever && !isBeingForgotten) {
      this.#problems.note(
        'by topic',
        `profile ${profile.id}: ${String(ever)} stored in all, but ${String(counted)} by topic`,
      );
    }
  }

  #checkSessions(profile: Profile): void {
    const bySession = this.#number(
      'SELECT sum(stored) FROM sessions WHERE profile = ?',
      profile.key,
    );
    if (bySession !== profile.stored) {
      this.#problems.note(
        'by session',
        `profile ${profile.id}: ${String(profile.stored)} stored in all, but ${String(bySession)} by session`,
      );
    }
  }

  /** Minutes are forgotten whole, after their last message was removed. */
  #checkMinutes(profile: Profile, messages: number): void {
    const byMinute = this.#number(
      'SELECT sum(messages) FROM minutes WHERE profile = ?',
      profile.key,
    );
    if (byMinute >= messages) return;
    this.#problems.note(
      'minutes',
      `profile ${profile.id}: ${String(messages)} messages are there, but ${String(byMinute)} by minute`,
    );
  }

  #bytesOf(unit: Unit): number {
    const isBatch = unit.kind === 'batch';
    const table = isBatch ? 'batches WHERE key = ?' : 'blocks WHERE segment = ?';
    const signature = isBatch ? '0' : 'coalesce(length(signature), 0)';
    return this.#number(
      `SELECT sum(length(topics) + length(heads) + length(body) + ${signature} + ${String(RUN_ROW_BYTES)}) FROM ${table}`,
      unit.key,
    );
  }

  #checkPart(id: number, bytes: number): void {
    const [row] = this.#rows<{ bytes: number; parts: number }>(
      'SELECT coalesce(sum(length(bytes)), 0) AS bytes, count(*) AS parts FROM message_parts WHERE message = ?',
      id,
    );
    this.#parts += row?.parts ?? 0;
    if (row?.bytes === bytes) return;
    this.#problems.note(
      'part',
      `message ${String(id)}: ${String(row?.bytes)} of the ${String(bytes)} bytes of the end of its payload are there`,
    );
  }

  /** Blocks without a segment, batches and segments without a profile. */
  #checkOwners(): void {
    const lost = this.#rows<{ profile: number }>(
      `SELECT profile FROM batches WHERE profile NOT IN (SELECT key FROM profiles)
       UNION SELECT profile FROM segments WHERE profile NOT IN (SELECT key FROM profiles)`,
    );
    for (const { profile } of lost) {
      this.#problems.note('stray units', `messages belong to no profile (${String(profile)})`);
    }
    const stray = this.#rows<{ segment: number }>(
      `SELECT DISTINCT segment FROM blocks WHERE segment NOT IN (SELECT key FROM segments)
         AND segment IS NOT (SELECT building FROM position)`,
    );
    for (const { segment } of stray) {
      this.#problems.note('stray blocks', `blocks belong to no segment (${String(segment)})`);
    }
  }

  #checkParts(): void {
    const stray = this.#number('SELECT count(*) FROM message_parts') - this.#parts;
    if (stray > 0)
      this.#problems.note('stray parts', `${String(stray)} parts of payloads have no message`);
  }

  #checkPosition(): void {
    const next = this.#number('SELECT next_message FROM position');
    if (this.#lastId < next) return;
    this.#problems.note(
      'position',
      `message ${String(this.#lastId)} stands beyond the next number, ${String(next)}`,
    );
  }

  /** The only number that a query answers; 0 for none. */
  #number(sql: string, ...parameters: unknown[]): number {
    return (
      this.#database
        .prepare<unknown[], number>(sql)
        .pluck()
        .get(...parameters) ?? 0
    );
  }

  #rows<Row>(sql: string, ...parameters: unknown[]): Row[] {
    return this.#database.prepare<unknown[], Row>(sql).all(...parameters);
  }
}
