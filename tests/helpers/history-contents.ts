/** Everything that a history's file holds, read without the history's reader: what it says is checked against this. */
import type Database from 'better-sqlite3';
import { HEAD_BYTES } from '../../main/engine/history/layout';
import { propertyBytes } from '../../main/engine/history/message-columns';
import { RunSource, type Run, type Unit } from '../../main/engine/history/run-source';
import { inspect } from './history';

/** A message as it lies in the file. */
export interface StoredMessage {
  readonly profile: string;
  readonly topic: string;
  readonly topicKey: number;
  readonly id: number;
  readonly timeUs: number;
  readonly flags: number;
  readonly packetId: number;
  /** As they are encoded; null for none. */
  readonly properties: Buffer | null;
  readonly payload: Buffer;
}

/** All messages in the order of their ids. */
export function contentsOf(file: string): StoredMessage[] {
  return inspect(file, (database) =>
    database.transaction(() => [...messagesOf(database)]).deferred(),
  ).sort((left, right) => left.id - right.id);
}

/**
 * Compares every counter with what is there. Empty when the file is sound, each message has all its parts, and all
 * counters are true.
 */
export function untrueCounters(file: string): unknown[] {
  return inspect(file, (database) =>
    database
      .transaction(() => {
        const integrity = database.pragma('integrity_check', { simple: true });
        return [
          ...(integrity === 'ok' ? [] : [integrity]),
          ...queries.flatMap((sql) => database.prepare(sql).all()),
          ...untrueUnits(database),
          ...untrueTopics(database),
        ];
      })
      .deferred(),
  );
}

const queries: readonly string[] = [
  `WITH units AS (SELECT profile, messages, bytes + part_bytes AS bytes FROM batches
       UNION ALL SELECT profile, messages, bytes + part_bytes FROM segments),
     actual AS (SELECT profile, sum(messages) AS messages, sum(bytes) AS bytes FROM units GROUP BY profile)
   SELECT id, stored, pruned, profiles.bytes AS counted, actual.messages, actual.bytes AS there FROM profiles
   LEFT JOIN actual ON profile = key
   WHERE stored - pruned <> coalesce(messages, 0) OR profiles.bytes <> coalesce(actual.bytes, 0)
     OR stored <> (SELECT coalesce(sum(stored), 0) FROM sessions WHERE profile = profiles.key)`,
  `SELECT key AS unit_of_nobody FROM batches WHERE profile NOT IN (SELECT key FROM profiles)
   UNION ALL SELECT key FROM segments WHERE profile NOT IN (SELECT key FROM profiles)`,
  `SELECT key AS stray_block FROM blocks WHERE segment NOT IN (SELECT key FROM segments)
     AND segment IS NOT (SELECT building FROM position)`,
  `SELECT id, stored - pruned AS counted, sum(minutes.messages) AS in_minutes FROM profiles
   JOIN minutes ON minutes.profile = profiles.key GROUP BY profiles.key HAVING in_minutes < counted`,
];

function* unitsOf(
  database: Database.Database,
): Generator<{ profile: string; unit: Unit; runs: Run[] }> {
  const source = new RunSource(database);
  const profiles = database
    .prepare<unknown[], { key: number; id: string }>('SELECT key, id FROM profiles')
    .all();
  for (const { key, id } of profiles) {
    for (let after = 0; ;) {
      const unit = source.next(key, after);
      if (unit === undefined) break;
      yield { profile: id, unit, runs: [...source.runs(unit)] };
      after = unit.lastId;
    }
  }
}

function* messagesOf(database: Database.Database): Generator<StoredMessage> {
  const nameOf = database
    .prepare<unknown[], string>('SELECT name FROM topics WHERE key = ?')
    .pluck();
  const parts = database
    .prepare<unknown[], Buffer>('SELECT bytes FROM message_parts WHERE message = ? ORDER BY part')
    .pluck();
  for (const { profile, runs } of unitsOf(database)) {
    for (const { heads, body } of runs) {
      for (let at = 0; at < heads.length; at++) {
        const id = heads.ids[at] ?? 0;
        const begin = heads.offsets[at] ?? 0;
        const column = heads.properties[at] ?? 0;
        const payloadAt = begin + propertyBytes(column);
        const size = heads.sizes[at] ?? 0;
        const head = body.subarray(payloadAt, payloadAt + Math.min(size, HEAD_BYTES));
        const payload = Buffer.concat([head, ...(size > HEAD_BYTES ? parts.all(id) : [])]);
        if (payload.length !== size) throw new Error(`The payload of ${String(id)} is not whole.`);
        const topicKey = heads.topics[at] ?? 0;
        yield {
          ...{ profile, topicKey, id, payload },
          topic: nameOf.get(topicKey) ?? '(unknown)',
          timeUs: heads.timesUs[at] ?? 0,
          flags: heads.flags[at] ?? 0,
          packetId: heads.packetIds[at] ?? 0,
          properties: column === 0 ? null : Buffer.from(body.subarray(begin, payloadAt)),
        };
      }
    }
  }
}

/** What a unit's row says against the messages in it; ids must not overlap, and parts belong to somebody. */
function untrueUnits(database: Database.Database): unknown[] {
  const problems: unknown[] = [];
  const partBytesOf = database
    .prepare<unknown[], number>(
      'SELECT coalesce(sum(length(bytes)), 0) FROM message_parts WHERE message = ?',
    )
    .pluck();
  const large = new Set<number>();
  let last = { profile: '', id: 0 };
  for (const { profile, unit, runs } of unitsOf(database)) {
    const seen = { messages: 0, large: 0, partBytes: 0, firstId: Infinity, lastId: 0 };
    const times = { firstUs: Infinity, lastUs: -Infinity };
    for (const { heads } of runs) {
      seen.messages += heads.length;
      for (let at = 0; at < heads.length; at++) {
        const id = heads.ids[at] ?? 0;
        const size = heads.sizes[at] ?? 0;
        seen.firstId = Math.min(seen.firstId, id);
        seen.lastId = Math.max(seen.lastId, id);
        times.firstUs = Math.min(times.firstUs, heads.timesUs[at] ?? 0);
        times.lastUs = Math.max(times.lastUs, heads.timesUs[at] ?? 0);
        if (size <= HEAD_BYTES) continue;
        large.add(id);
        seen.large += 1;
        seen.partBytes += size - HEAD_BYTES;
        if (partBytesOf.get(id) !== size - HEAD_BYTES) problems.push({ parts_missing: id });
      }
    }
    const partBytes = database
      .prepare<unknown[], number>(
        `SELECT part_bytes FROM ${unit.kind === 'batch' ? 'batches' : 'segments'} WHERE key = ?`,
      )
      .pluck()
      .get(unit.key);
    const says = { ...unit, partBytes };
    for (const [name, value] of Object.entries({ ...seen, ...times })) {
      const told = says[name as keyof typeof says];
      if (told !== value) problems.push({ profile, unit, [name]: value });
    }
    if (last.profile === profile && unit.firstId <= last.id) problems.push({ overlaps: unit });
    last = { profile, id: unit.lastId };
  }
  const withParts = database
    .prepare<unknown[], number>('SELECT DISTINCT message FROM message_parts')
    .pluck()
    .all();
  for (const id of withParts) if (!large.has(id)) problems.push({ stray_part: id });
  return problems;
}

interface TopicRow {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly last_id: number;
}

/** A profile's topics count, with the batches beyond their last message, all that was ever stored. */
function untrueTopics(database: Database.Database): unknown[] {
  const rows = database
    .prepare<unknown[], TopicRow>(
      `SELECT topics.key, profiles.id, name, count, last_id FROM topics JOIN profiles ON profiles.key = profile`,
    )
    .all();
  const topics = new Map(rows.map((row) => [row.key, { ...row, there: 0, inAll: row.count }]));
  const problems: unknown[] = [];
  for (const { unit, runs } of unitsOf(database)) {
    for (const { heads } of runs) {
      for (let at = 0; at < heads.length; at++) {
        const topic = topics.get(heads.topics[at] ?? 0);
        if (topic === undefined) {
          problems.push({ message_of_no_topic: heads.ids[at] });
          continue;
        }
        topic.there += 1;
        if (unit.kind === 'batch' && (heads.ids[at] ?? 0) > topic.last_id) topic.inAll += 1;
      }
    }
  }
  const stored = new Map<string, number>();
  for (const topic of topics.values()) {
    stored.set(topic.id, (stored.get(topic.id) ?? 0) + topic.inAll);
    if (topic.there > topic.inAll) problems.push({ topic });
  }
  const profiles = database
    .prepare<unknown[], { id: string; stored: number }>(
      'SELECT id, stored - deleted AS stored FROM profiles',
    )
    .all();
  for (const profile of profiles) {
    const byTopic = stored.get(profile.id) ?? 0;
    if (byTopic !== profile.stored) problems.push({ ...profile, byTopic });
  }
  return problems;
}
